# SPDX-License-Identifier: Apache-2.0
"""threads.py serve PORT NEXT | threads.py client ADDRESS COUNT CONCURRENT"""
import http.client
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import local


class Server(ThreadingHTTPServer):
    request_queue_size = 256


def serve(port, address):
    import grpc

    hop = grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]).unary_unary("/relay.Relay/Hop")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            answer = f"{port} {self.headers.get('traceparent', '')}\n".encode() + hop(b"5")
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    Server(("127.0.0.1", int(port)), Handler).serve_forever()


def client(address, count, concurrent):
    kept = local()

    def call(_):
        if not hasattr(kept, "connection"):
            kept.connection = http.client.HTTPConnection(address)
        kept.connection.request("GET", "/hop")
        return kept.connection.getresponse().read().decode()

    sys.stdin.readline()
    with ThreadPoolExecutor(int(concurrent)) as pool:
        for answer in pool.map(call, range(int(count))):
            print("answer", answer.replace("\n", "|"))
    print("ok", count)


if sys.argv[1] == "serve":
    serve(*sys.argv[2:])
else:
    client(*sys.argv[2:])
