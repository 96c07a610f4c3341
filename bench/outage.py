# SPDX-License-Identifier: Apache-2.0
"""outage.py PORT RECEIVER AWAY SPANS SECONDS PID...: sends spans to PORT, ten times a second, while something is away that then returns:
AWAY is the process of brokers (brokers.py), or `receiver`. Takes spans at the socket RECEIVER; says what memory each process had."""
import concurrent.futures
import http.client
import http.server
import os
import re
import signal
import socketserver
import sys
import threading
import time

PORT, RECEIVER, AWAY, SPANS, SECONDS, *PIDS = int(sys.argv[1]), sys.argv[2], sys.argv[3], *map(int, sys.argv[4:])
TICKS = 10
TIMES = b"\x39" + bytes(8) + b"\x41" + bytes(8)  # start_time_unix_nano, end_time_unix_nano
received = accepted = 0
lock = threading.Lock()


def field(number, content):
    size, prefix = len(content), bytes([number << 3 | 2])
    while size > 127:
        prefix += bytes([size & 127 | 128])
        size >>= 7
    return prefix + bytes([size]) + content


def attribute(key, value):
    return field(9, field(1, key) + field(2, field(1, value)))


def span(number):
    attributes = b"".join(attribute(b"http.key.%d" % i, b"a value of some length") for i in range(12))
    return field(2, field(1, number.to_bytes(16, "big")) + field(2, number.to_bytes(8, "big")) + field(5, b"GET /orders") + TIMES + attributes)


def body(first, spans):
    return field(1, field(2, b"".join(span(first + i + 1) for i in range(spans))))


class Memory:
    """Of one process."""

    def __init__(self, pid):
        self.pid, self.most, self.peak = pid, 0, 0
        with open(f"/proc/{pid}/cmdline") as words:
            self.role = words.read().split("\0")[1]

    def look(self):
        with open(f"/proc/{self.pid}/status") as status:
            sizes = {name: int(size) for name, size in re.findall(r"^(VmHWM|RssAnon):\s+(\d+)", status.read(), re.M)}
        self.most, self.peak = max(self.most, sizes["RssAnon"]), sizes["VmHWM"]

    def __str__(self):
        return f"{self.role}: RSS {self.peak / 1024:.1f} MB at most, RssAnon {self.most / 1024:.1f} MB at most"


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global received
        received += self.rfile.read(int(self.headers["Content-Length"])).count(b"GET /orders")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass

    def address_string(self):
        return "local"


def connect():
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT)
            connection.connect()
            return connection
        except OSError:
            time.sleep(0.1)
    sys.exit("outage.py: nobody listens")


def send(content):
    global accepted
    connection = connect()
    connection.request("POST", "/v1/traces", content, {"Content-Type": "application/x-protobuf"})
    if connection.getresponse().status == 200:
        with lock:
            accepted += SPANS // TICKS


def take():
    server = socketserver.ThreadingUnixStreamServer(RECEIVER, Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main():
    content = body(0, SPANS // TICKS)
    connect()
    all_memory = [Memory(pid) for pid in PIDS]
    if AWAY != "receiver":
        take()
        os.kill(int(AWAY), signal.SIGUSR1)
    began = time.monotonic()
    # Each is answered when the disk has it, which is later than the next one goes.
    with concurrent.futures.ThreadPoolExecutor(16) as senders:
        for tick in range(SECONDS * TICKS):
            time.sleep(max(0, began + tick / TICKS - time.monotonic()))
            senders.submit(send, content)
            for memory in all_memory:
                memory.look()
    sent = accepted
    print(f"outage of {time.monotonic() - began:.0f} s: {sent} spans accepted, {len(content) * TICKS // SPANS} bytes each; {'; '.join(map(str, all_memory))}")
    if AWAY == "receiver":
        take()
    else:
        os.kill(int(AWAY), signal.SIGUSR2)
    began = time.monotonic()
    while received < sent and time.monotonic() - began < 300:
        time.sleep(0.1)
        for memory in all_memory:
            memory.look()
    print(f"then {received} of {sent} spans received in {time.monotonic() - began:.1f} s; {'; '.join(map(str, all_memory))}")
    sys.stdout.flush()
    os._exit(0 if received >= sent else 1)


main()
