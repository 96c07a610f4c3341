# SPDX-License-Identifier: Apache-2.0
"""segments.py INTERFACE PORT: one line for each IPv4 segment to PORT that has a payload: sequence number,
size of the payload, the options that carry a context in hexadecimal."""
import socket
import struct
import sys

ETH_P_IP = 0x0800
ETHERNET = 14
END, NOTHING = 0, 1
CONTEXT_KINDS = (25, 253)


def contexts(options):
    at = 0
    while at < len(options) and options[at] != END:
        if options[at] == NOTHING:
            at += 1
            continue
        size = max(options[at + 1], 2)
        if options[at] in CONTEXT_KINDS:
            yield options[at:at + size].hex()
        at += size


def main(interface, port):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
    packets.bind((interface, ETH_P_IP))
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
    print("ready", flush=True)
    while True:
        packet = packets.recv(1 << 17)[ETHERNET:]
        tcp = packet[(packet[0] & 15) * 4:struct.unpack_from("!H", packet, 2)[0]]
        if packet[9] != socket.IPPROTO_TCP or struct.unpack_from("!H", tcp, 2)[0] != port:
            continue
        header = (tcp[12] >> 4) * 4
        if len(tcp) > header:
            print("segment", struct.unpack_from("!I", tcp, 4)[0], len(tcp) - header, *contexts(tcp[20:header]), flush=True)


main(sys.argv[1], int(sys.argv[2]))
