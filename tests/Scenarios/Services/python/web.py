# SPDX-License-Identifier: Apache-2.0
"""web.py serve PORT | web.py client (http.client|urllib) BASE COUNT SIZE PREFIX"""
import hashlib
import http.client
import os
import socket
import ssl
import sys
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def digest(body):
    return f"{hashlib.sha256(body).hexdigest()} {len(body)}".encode()


def connect(target):
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    return kind(target.hostname, target.port, timeout=30)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def hop(self, url, body):
        target = urllib.parse.urlsplit(url.query and urllib.parse.parse_qs(url.query)["next"][0])
        connection = connect(target)
        connection.request(self.command, f"{target.path}?{target.query}", body or None)
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.body()
        if url.path == "/hop":
            text = self.hop(url, body)
        elif url.path == "/headers":
            text = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode()
        else:
            text = digest(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def server_bind(self):
        if "DEFER_ACCEPT" in os.environ:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        super().server_bind()
        if "WEB_CERTIFICATE" in os.environ:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(os.environ["WEB_CERTIFICATE"])
            self.socket = context.wrap_socket(self.socket, server_side=True)


def send_kept(base, path, body):
    if not hasattr(send_kept, "connection"):
        send_kept.connection = connect(urllib.parse.urlsplit(base))
    send_kept.connection.request("POST" if body else "GET", path, body)
    return send_kept.connection.getresponse().read()


def send_once(base, path, body):
    with urllib.request.urlopen(urllib.request.Request(base + path, data=body), timeout=30) as answer:
        return answer.read()


def client(kind, base, count, size, prefix):
    sys.stdin.readline()
    send = send_kept if kind == "http.client" else send_once
    for i in range(count):
        body = bytes(97 + (i + j) % 26 for j in range(size)) or None
        path = f"/echo?id={prefix}-{i}" if body else f"/headers?id={prefix}-{i}"
        answer = send(base, path, body)
        if body and answer not in (b"ok", digest(body)):
            sys.exit(f"request {i}: {answer}")
    print("ok", count)


if sys.argv[1] == "serve":
    Server((sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
else:
    client(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
