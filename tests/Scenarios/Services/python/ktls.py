# SPDX-License-Identifier: Apache-2.0
"""ktls.py PORT COUNT: a server and its client shake hands and let the kernel encrypt (TCP_ULP) COUNT requests, at once and after
as many in plain text, on sockets that block and on others. Where the kernel cannot, they go on without, as TLS libraries do.
Each byte is checked; a line that somebody added to a plain head is counted. Prints `ok ENCRYPTED ADDED`."""
import errno
import re
import socket
import struct
import sys
import threading

TCP_ULP, SOL_TLS, TLS_TX, TLS_RX = 31, 282, 1, 2
HELLO = b"\x16\x03\x01\x01\x40" + bytes(320)
ADDED = re.compile(rb"(traceparent|tracestate): [^\r]*\r\n")
WAYS = [(plain, timeout) for plain in (0, 1) for timeout in (None, 20)]  # with a time-out, Python's sockets do not block
added = []


def keys(side):
    """TLS 1.2, AES-GCM-128: version, cipher, iv, key, salt, number of the first record."""
    return struct.pack("=HH8s16s4s8s", 0x0303, 51, side * 8, side * 16, side * 4, bytes(8))


def let_the_kernel_encrypt(connection, mine, theirs):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        return False
    connection.setsockopt(SOL_TLS, TLS_TX, keys(mine))
    connection.setsockopt(SOL_TLS, TLS_RX, keys(theirs))
    return True


def read(connection, size):
    received = b""
    while len(received) < size:
        piece = connection.recv(size - len(received))
        if not piece:
            sys.exit(f"the end after {len(received)} of {size} bytes")
        received += piece
    return received


def read_head(connection):
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        received += read(connection, 1)
    return received


class Channel:
    def __init__(self, connection):
        self.connection = connection
        self.records = False
        self.secret = False

    def secure(self, mine, theirs):
        self.connection.sendall(HELLO)
        assert read(self.connection, len(HELLO)) == HELLO
        self.records = not let_the_kernel_encrypt(self.connection, mine, theirs)
        self.secret = True

    def send(self, message):
        self.connection.sendall(b"\x17\x03\x03" + struct.pack(">H", len(message)) + message if self.records else message)

    def expect(self, message):
        if self.records:
            read(self.connection, 5)
        head = read_head(self.connection)
        plain = head if self.secret else ADDED.sub(b"", head)
        added.extend([1] if plain != head else [])
        received = plain + read(self.connection, message.count(b"b"))
        if received != message:
            sys.exit(f"{received} instead of {message}")


def request(i):
    return b"POST /k?id=%d HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (i, i * 7) + b"b" * (i * 7)


def response(i):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % i + b"b" * i


def serve(listener, count):
    for plain, _ in WAYS:
        channel = Channel(listener.accept()[0])
        for i in range((plain + 1) * count):
            if i == plain * count:
                channel.secure(b"s", b"c")
            channel.expect(request(i))
            channel.send(response(i))


def main(port, count):
    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=serve, args=(listener, count), daemon=True).start()
    sys.stdin.readline()
    for plain, timeout in WAYS:
        channel = Channel(socket.create_connection(("127.0.0.1", port), timeout))
        for i in range((plain + 1) * count):
            if i == plain * count:
                channel.secure(b"c", b"s")
            channel.send(request(i))
            channel.expect(response(i))
    print("ok", not channel.records, len(added))


main(int(sys.argv[1]), int(sys.argv[2]))
