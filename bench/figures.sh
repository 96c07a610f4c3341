# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh and features.sh: files in $work hold a line for each measurement.

column() { awk -v c="$2" '{ print $c }' "$work/$1" | sort -n; } # FILE COLUMN
minimum() { column "$@" | head -1; }
median() { column "$@" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a - b }'; }
