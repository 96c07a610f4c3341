# SPDX-License-Identifier: Apache-2.0
# Calls a method of gRPC with messages that are already encoded, and prints how it ended: status, what the details hold, the answers.
# usage: call.py TARGET METHOD unary|stream|gzip|slow FILE... ; with TLS: AUTHORITY and CLIENT in the environment
import os
import sys
import time
import grpc

target, method, mode = sys.argv[1:4]
messages = [open(name, "rb").read() for name in sys.argv[4:]]


def read(name):
    with open(name, "rb") as file:
        return file.read()


if "AUTHORITY" in os.environ:
    client = os.environ.get("CLIENT")
    credentials = grpc.ssl_channel_credentials(
        read(os.environ["AUTHORITY"]), read(client + ".key") if client else None, read(client + ".pem") if client else None)
    channel = grpc.secure_channel(target, credentials)
else:
    channel = grpc.insecure_channel(target)


def paced():
    for message in messages:
        yield message
        if mode == "slow":
            time.sleep(0.3)


try:
    if mode in ("stream", "slow"):
        call = channel.stream_stream(method)(paced(), timeout=20)
        answers = list(call)
    else:
        answer, call = channel.unary_unary(method).with_call(
            messages[0], timeout=20, compression=grpc.Compression.Gzip if mode == "gzip" else None)
        answers = [answer]
    print("OK", "-", b"".join(answers).hex())
except grpc.RpcError as error:
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    print(error.code().name, "RetryInfo" if b"RetryInfo" in details else "-", error.details())
