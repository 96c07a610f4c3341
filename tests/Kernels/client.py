# SPDX-License-Identifier: Apache-2.0
"""client.py blocking|fionread|https PORT COUNT: COUNT requests on one connection; prints the answers, and at the end, for fionread,
how often ioctl(FIONREAD) told of an answer that had come."""
import array
import fcntl
import http.client
import select
import ssl
import sys
import termios
import time


def is_told(connection):
    """The answer is there and nothing of it was read: so there is something."""
    select.select([connection], [], [], 10)
    waiting = array.array("i", [0])
    fcntl.ioctl(connection, termios.FIONREAD, waiting)
    return waiting[0] > 0


kind, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if kind == "https":
    time.sleep(3)  # what a program sends right after it started may come before its probes
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context())
else:
    connection = http.client.HTTPConnection("127.0.0.1", port)
right = 0
for i in range(count):
    connection.request("GET", f"/headers?{kind}-{i}")
    if kind == "fionread":
        right += is_told(connection.sock)
    print(connection.getresponse().read().decode(), end="")
    time.sleep(0.2)
print(f"right {right}")
