#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds librdkafka into out/librdkafka, against out/openssl:
#   librdkafka.a        for the static binary: without its mock cluster, and other parts that absent.c stands in for
#   jit/librdkafka.so   the whole of it, for tests, which need that mock cluster
# What of it is compiled in says librdkafka/config.h.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../out" && pwd)

rm -rf "$out/librdkafka"
mkdir -p "$out/librdkafka/jit"
"$here/fetch.sh" "$out/packages"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-source --extract "$out/packages/librdkafka.dsc" "$work/librdkafka" >/dev/null 2>&1
cd "$work/librdkafka/src"
cp "$here/librdkafka/config.h" ../config.h

# Other systems, and what config.h leaves out.
rm -f ./*win32* rdwin* wingetopt* regexp.* rddl.c rdkafka_plugin.c rdhdrhistogram.c rdhttp.c rdkafka_zstd.c rdkafka_sasl_cyrus.c \
    rdkafka_sasl_oauthbearer*.c
# Its log, its assignors' own tests, what it says of its settings, and the room in the table of those for words of more than eight
# kinds, which only `debug` and the list of features have.
cat "$here/librdkafka/quiet.h" >>rdkafka_int.h
sed -i 's/const int log_decode_errors *= LOG_ERR;/const int log_decode_errors = 0;/' ./*.c
sed -i 's/rd_kafka_[a-z]*_assignor_unittest, NULL)/NULL, NULL)/' ./*_assignor.c
perl -0pi -e 's/(_RKT?\([^)]*\),\s*)(?:"(?:[^"\\]|\\.)*"\s*(?:CRLF\s*)?)+/$1""/g; s/s2i\[21\]/s2i[8]/' rdkafka_conf.c
# Nothing unwinds through it. Its own warnings are its own.
compile() { # folder of objects, source...
    mkdir -p "$1"
    printf '%s\n' "${@:2}" | FOLDER=$1 OPENSSL=$out/openssl xargs -r -P 2 -I '{}' bash -euc '
        gcc -std=gnu11 -w -Os -fPIC -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -DNDEBUG -I . -I .. \
            -isystem "$OPENSSL/include" -c "{}" -o "$FOLDER/$(basename "{}" .c).o"'
}
compile whole ./*.c nanopb/*.c opentelemetry/*.c
compile parts "$here/librdkafka/absent.c"
gcc -shared -o "$out/librdkafka/jit/librdkafka.so" whole/*.o -Wl,--exclude-libs,ALL "$out/openssl/lib/libssl.a" \
    "$out/openssl/lib/libcrypto.a" -lz -lm -lpthread

rm whole/rdkafka_mock*.o whole/rdkafka_admin.o whole/rdkafka_telemetry*.o whole/pb_*.o whole/*.pb.o whole/lz4hc.o
ar rcs "$out/librdkafka/librdkafka.a" whole/*.o parts/*.o
llvm-objcopy-19 --remove-section .eh_frame --remove-section .rela.eh_frame "$out/librdkafka/librdkafka.a"
