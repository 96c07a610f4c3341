# SPDX-License-Identifier: Apache-2.0
"""rpc.py serve PORT | rpc.py client KIND ADDRESS COUNT CONCURRENT [NEXT]"""
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc

METHODS = {"client": "ClientStream", "server": "ServerStream", "late": "ServerStream", "twoway": "TwoWay"}
CODES = {code.value[0]: code for code in grpc.StatusCode}
OPTIONS = [("grpc.enable_http_proxy", 0)]


class Relay:
    def __init__(self, port):
        self.port = port
        self.kept = {}

    def hop(self, message, context):
        metadata = context.invocation_metadata()
        line = f"{self.port} {','.join(value for name, value in metadata if name == 'traceparent')}"
        here, _, rest = next((value for name, value in metadata if name == "next"), "").partition(",")
        if not here:
            time.sleep(random.random() * int(message) / 1000)
            return line.encode()
        channel = self.kept.get(here) or self.kept.setdefault(here, grpc.insecure_channel(here, OPTIONS))
        return f"{line}\n".encode() + channel.unary_unary("/relay.Relay/Hop")(message, metadata=[("next", rest)] if rest else None)


def echo(message, context):
    return message


def fail(message, context):
    context.abort(CODES[int(message)], f"failed {int(message)}")


def client_stream(messages, context):
    sizes = [len(message) for message in messages]
    return f"{len(sizes)} {sum(sizes)}".encode()


def server_stream(message, context):
    count, *code = message.split()
    for i in range(int(count)):
        yield str(i).encode()
    if code:
        fail(code[0], context)


def two_way(messages, context):
    yield from messages


def serve(port):
    relay = Relay(port)
    server = grpc.server(ThreadPoolExecutor(max_workers=256), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("relay.Relay", {
        "Echo": grpc.unary_unary_rpc_method_handler(echo),
        "Hop": grpc.unary_unary_rpc_method_handler(relay.hop),
        "Fail": grpc.unary_unary_rpc_method_handler(fail),
        "ClientStream": grpc.stream_unary_rpc_method_handler(client_stream),
        "ServerStream": grpc.unary_stream_rpc_method_handler(server_stream),
        "TwoWay": grpc.stream_stream_rpc_method_handler(two_way),
    })])
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def failed(do, code):
    try:
        do()
    except grpc.RpcError as error:
        return error.code().value[0] == code
    return False


def call(channel, kind, i, hops):
    if kind == "unary":
        text = b"x" * (40020 if i % 5 == 4 else 20)
        return channel.unary_unary("/relay.Relay/Echo")(text) == text
    if kind == "fail":
        return failed(lambda: channel.unary_unary("/relay.Relay/Fail")(b"5"), 5)
    if kind == "hop":
        answer = channel.unary_unary("/relay.Relay/Hop")(b"5", metadata=[("next", hops)] if hops else None)
        sys.stdout.write(f"answer {answer.decode()}".replace("\n", "|") + "\n")
        return True
    path = f"/relay.Relay/{METHODS[kind]}"
    if kind == "client":
        return channel.stream_unary(path)(iter([b"a", b"bb", b"ccc"])) == b"3 6"
    if kind == "twoway":
        return list(channel.stream_stream(path)(iter([b"a", b"bb", b"ccc"]))) == [b"a", b"bb", b"ccc"]
    answers = channel.unary_stream(path)(b"3" if kind == "server" else b"3 13")
    if kind == "server":
        return list(answers) == [b"0", b"1", b"2"]
    return [next(answers) for _ in range(3)] == [b"0", b"1", b"2"] and failed(lambda: next(answers), 13)


def client(kind, address, count, concurrent, hops=""):
    sys.stdin.readline()
    with grpc.insecure_channel(address, OPTIONS) as channel, ThreadPoolExecutor(int(concurrent)) as pool:
        if not all(pool.map(lambda i: call(channel, kind, i, hops), range(int(count)))):
            sys.exit("a call was answered wrongly")
    print("ok", count)


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    client(*sys.argv[2:])
