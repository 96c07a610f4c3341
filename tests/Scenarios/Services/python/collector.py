# SPDX-License-Identifier: Apache-2.0
"""collector.py ADDRESS FOLDER [CERTIFICATE KEY [CLIENT_AUTHORITY]]: TraceService of OTLP by the gRPC library.

Answers by what stands in FOLDER/answers, a line for each call, the last one for all after it: ok, partial, slow, or the name of a
status, perhaps with a retry delay in milliseconds. Bodies of accepted calls go to FOLDER/accepted, each behind its length; what it
was called with to FOLDER/calls.
"""
import json
import os
import signal
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc

ADDRESS, FOLDER, *TLS = sys.argv[1:]
METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PARTIAL = bytes([0x0A, 0x0B, 0x08, 0x02, 0x12, 0x07]) + b"too old"  # 2 spans rejected


def field(number, content):
    return bytes([number << 3 | 2, len(content)]) + content


def varint(number, value):
    encoded = bytes([number << 3])
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def details(code, milliseconds):
    delay = varint(1, milliseconds // 1000) + varint(2, milliseconds % 1000 * 1000000)
    info = field(1, b"type.googleapis.com/google.rpc.RetryInfo") + field(2, field(1, delay))
    return varint(1, code) + field(3, field(1, b"type.googleapis.com/google.rpc.Help")) + field(3, info)


class Collector(grpc.GenericRpcHandler):
    calls = 0

    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(self.export) if details.method == METHOD else None

    def export(self, body, context):
        with open(FOLDER + "/answers") as file:
            answers = file.read().splitlines()
        answer, *delay = answers[min(self.calls, len(answers) - 1)].split()
        self.calls += 1
        with open(FOLDER + "/calls", "a") as file:
            called = {name: value for name, value in context.invocation_metadata() if isinstance(value, str)}
            called["remaining"] = context.time_remaining()
            called["peer"] = context.peer()
            called["at"] = time.monotonic()
            called["client"] = [name.decode() for name in context.auth_context().get("x509_common_name", [])]
            file.write(json.dumps(called) + "\n")
        if answer == "slow":  # the whole process, or the library would say at the deadline that it is over
            subprocess.Popen(["sh", "-c", f"sleep 2.2; kill -CONT {os.getpid()}"])
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(0.1)  # until every thread has stopped
        elif answer == "partial":
            self.accept(body)
            return PARTIAL
        elif answer != "ok":
            code = grpc.StatusCode[answer]
            if delay:
                context.set_trailing_metadata([("grpc-status-details-bin", details(code.value[0], int(delay[0])))])
            context.abort(code, f"said {answer}, naïvely")
        self.accept(body)
        return b""

    def accept(self, body):
        with open(FOLDER + "/accepted", "ab") as file:
            file.write(struct.pack(">I", len(body)) + body)


def read(name):
    with open(name, "rb") as file:
        return file.read()


server = grpc.server(ThreadPoolExecutor(4), handlers=[Collector()])
if TLS:
    authority = read(TLS[2]) if len(TLS) > 2 else None
    server.add_secure_port(ADDRESS, grpc.ssl_server_credentials([(read(TLS[1]), read(TLS[0]))], authority, authority is not None))
else:
    server.add_insecure_port(ADDRESS)
server.start()
print("ready", flush=True)
server.wait_for_termination()
