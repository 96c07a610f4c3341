# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh, features.sh and grpc.sh: files in $work hold a line for each measurement.

column() { awk -v c="$2" '{ print $c }' "$work/$1" | sort -n; } # FILE COLUMN
minimum() { column "$@" | head -1; }
median() { column "$@" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a - b }'; }

measure() { # LABEL COMMAND...: $pairs alternating pairs into $work/LABEL.off and .on
    local label=$1 i
    shift
    : > "$work/$label.off"
    : > "$work/$label.on"
    for i in $(seq "$pairs"); do
        "$@" >> "$work/$label.off"
        agent_start
        "$@" >> "$work/$label.on"
        agent_stop "$work/$label.agent"
    done
    echo "measured: $label" >&2
}

# Each measurement with Hilo, of a column, divided by the one without it before: median (least to most).
ratio() { # LABEL COLUMN COUNT_OF_COLUMNS
    paste "$work/$1.off" "$work/$1.on" | awk -v c="$2" -v n="$3" '{ print $(c + n) / $c }' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%.2f (%.2f to %.2f)", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1], v[NR] }'
}
