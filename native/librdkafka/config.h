/* SPDX-License-Identifier: Apache-2.0 */
/* What librdkafka's configure would find out and write: the platform is known, and the parts are chosen. Not here, because nobody
 * here can ask for them: Kerberos, OAuth, plug-ins, histograms of its statistics, syslog, compression by zstd. */
#pragma once

#define SOLIB_EXT ".so"
#define ARCH "x86_64"
#define CPU "generic"
#define RDKAFKA_VERSION_STR "2"
#define MKL_APP_VERSION RDKAFKA_VERSION_STR
#define BUILT_WITH "SSL ZLIB SNAPPY LZ4 SASL_SCRAM"

#define ENABLE_DEVEL 0

#define HAVE_ATOMICS_32 1
#define HAVE_ATOMICS_32_ATOMIC 1
#define HAVE_ATOMICS_64 1
#define HAVE_ATOMICS_64_ATOMIC 1
#define ATOMIC_OP(OP1, OP2, PTR, VAL) __atomic_##OP1##_##OP2(PTR, VAL, __ATOMIC_SEQ_CST)
#define ATOMIC_OP32 ATOMIC_OP
#define ATOMIC_OP64 ATOMIC_OP

#define HAVE_GETRUSAGE 1
#define HAVE_PIC 1
#define HAVE_PTHREAD_SETNAME_GNU 1
#define HAVE_RAND_R 1
#define HAVE_REGEX 1
#define HAVE_STRCASESTR 1
#define HAVE_STRERROR_R 1
#define HAVE_STRNDUP 1

#define WITH_C11THREADS 1
#define WITH_CRC32C_HW 1
#define WITH_SASL_SCRAM 1
#define WITH_SNAPPY 1
#define WITH_SSL 1
#define WITH_ZLIB 1
#define OPENSSL_SUPPRESS_DEPRECATED 1
