# SPDX-License-Identifier: (GPL-2.0-only OR MIT)
# awk -f hpack_huffman.awk >hpack_huffman_table.h
#
# The code of RFC 7541, appendix B, is canonical: the lengths of its codes say everything. Codes of up to 8 bits are
# found by the next 8 bits; the others by how many of the first codes of each length are not above the next 32 bits.
BEGIN {
    symbols = split("13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28 " \
        "6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10 " \
        "13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6 " \
        "15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28 " \
        "20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24 " \
        "22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23 " \
        "26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27 " \
        "20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26 " \
        "30", lengths, " ")
    print "/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */"
    print "/* Written by hpack_huffman.awk: change that. */"
    print "#pragma once"
    print ""
    print "/* By the next 8 bits: length of the code << 8 | symbol, 0 where the code is longer. */"
    print "static const __u16 hpack_huffman_short[256] = {"
    for (bits = 5; bits <= 30; bits++) {
        first[bits] = code
        for (symbol = 0; symbol < symbols; symbol++) {
            if (lengths[symbol + 1] != bits)
                continue
            code += 2 ^ (32 - bits)
            if (bits > 8)
                long[longs++] = symbol
            else
                for (i = 0; i < 2 ^ (8 - bits); i++)
                    row = row cell(bits * 256 + symbol)
        }
        count[bits] = code - first[bits]
    }
    for (; cells < 256;)
        row = row cell(0)
    printf "%s%s};\n\n", row, cells % 12 ? "\n" : ""
    print "#define HPACK_HUFFMAN_LENGTHS " lengths_above_8()
    print "/* Of each length above 8: the length, its first code (highest bit first, in 32), where its symbols start. */"
    print "static const struct hpack_huffman_length {\n    __u32 first;\n    __u16 bits;\n    __u16 symbols;"
    print "} hpack_huffman_lengths[HPACK_HUFFMAN_LENGTHS] = {"
    for (bits = 9; bits <= 30; bits++)
        if (count[bits]) {
            printf "    {0x%08x, %d, %d},\n", first[bits], bits, start
            start += count[bits] / 2 ^ (32 - bits)
        }
    print "};\n\n/* Their symbols, in the order of their codes; 256 ends a string and is an error. */"
    print "#define HPACK_HUFFMAN_LONG_SYMBOLS " longs
    print "static const __u16 hpack_huffman_long[HPACK_HUFFMAN_LONG_SYMBOLS] = {"
    row = ""
    cells = 0
    for (i = 0; i < longs; i++)
        row = row cell(long[i])
    printf "%s%s};\n", row, cells % 12 ? "\n" : ""
}

function cell(value) {
    return (cells++ % 12 ? " " : "    ") sprintf("0x%04x,", value) (cells % 12 ? "" : "\n")
}

function lengths_above_8(    bits, n) {
    for (bits = 9; bits <= 30; bits++)
        n += count[bits] > 0
    return n
}
