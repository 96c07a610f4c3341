# SPDX-License-Identifier: Apache-2.0
# resetting.py PORT: answers one request of each connection, then resets it.
import re
import socket
import struct
import sys
import threading


def is_complete(received):
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return end and len(body) >= int(length[1] if length else 0)


def serve(connection):
    received = b""
    while not is_complete(received):
        received += connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


listener = socket.create_server(("0.0.0.0", int(sys.argv[1])), backlog=128)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
