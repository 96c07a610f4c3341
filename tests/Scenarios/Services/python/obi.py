# SPDX-License-Identifier: Apache-2.0
"""obi.py ADDRESS PORT SOURCE: one connection made by hand, with TCP options as OBI writes them: near the
request they belong to. Request number i carries the ids that consist of the byte i. The kernel must not
send resets for SOURCE, port 40000, of which it knows nothing."""
import socket
import struct
import sys

FIN, SYN, PSH, ACK = 1, 2, 8, 16
SOURCE_PORT = 40000
KIND = 25


def option(number, flags=None):
    ids = bytes([number]) * 24
    text = bytes([KIND, 2 + len(ids)]) + ids if flags is None else bytes([KIND, 3 + len(ids)]) + ids + bytes([flags])
    return text + b"\1" * (-len(text) % 4)


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Connection:
    def __init__(self, address, port, source):
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
        self.raw.bind((source, 0))
        self.raw.settimeout(5)
        self.address, self.port, self.source = address, port, source
        self.sequence, self.received = 1000, 0
        self.send(SYN)
        self.sequence += 1
        self.receive(lambda flags, text: flags & SYN)
        self.send(ACK)

    def send(self, flags, text=b"", options=b""):
        size = (20 + len(options)) // 4
        segment = struct.pack(
            "!HHIIBBHHH", SOURCE_PORT, self.port, self.sequence, self.received, size << 4, flags, 65535, 0, 0) + options + text
        ends = socket.inet_aton(self.source) + socket.inet_aton(self.address)
        sum_of = checksum(ends + struct.pack("!HH", socket.IPPROTO_TCP, len(segment)) + segment)
        self.raw.sendto(segment[:16] + struct.pack("!H", sum_of) + segment[18:], (self.address, 0))
        self.sequence += len(text)

    def receive(self, wanted):
        while True:
            packet = self.raw.recv(65536)
            tcp = packet[(packet[0] & 15) * 4:]
            source, target, sequence = struct.unpack_from("!HHI", tcp)
            text = tcp[(tcp[12] >> 4) * 4:]
            if source != self.port or target != SOURCE_PORT:
                continue
            self.received = sequence + len(text) + (tcp[13] & SYN) // SYN
            if wanted(tcp[13], text):
                return

    def answered(self):
        self.receive(lambda flags, text: text.endswith(b"ok"))
        self.send(ACK)


def main(address, port, source):
    connection = Connection(address, int(port), source)
    for number in range(1, 8):
        head = f"GET /obi?id={number} HTTP/1.1\r\nHost: o\r\n\r\n".encode()
        if number == 1:  # on the acknowledgement in front of it
            connection.send(ACK, options=option(number))
            connection.send(ACK | PSH, head)
        elif number == 2:  # on its segment
            connection.send(ACK | PSH, head, option(number))
        elif number == 3:  # on the second segment of its head
            connection.send(ACK | PSH, head[:20])
            connection.send(ACK | PSH, head[20:], option(number))
        elif number == 5:  # not sampled
            connection.send(ACK | PSH, head, option(number, 0))
        elif number == 6:  # the option of an earlier request again
            connection.send(ACK | PSH, head, option(3))
        else:  # without
            connection.send(ACK | PSH, head)
        connection.answered()
    connection.send(FIN | ACK)
    print("done")


main(*sys.argv[1:4])
