# SPDX-License-Identifier: Apache-2.0
"""relay.py serve PORT ADDRESS (threads|streams|aiohttp): asks ADDRESS for every request that it gets; the path says how."""
import asyncio
import http.client
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, NEXT, KIND = sys.argv[2:]


def pause():
    return random.random() * 0.005


def answer(context, last):
    return f"{PORT} {context}|{last}"


class Handler(BaseHTTPRequestHandler):
    """A thread for each connection, and a kept connection of its own for each thread."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    kept = threading.local()

    def ask(self, query):
        if not hasattr(self.kept, "connection"):
            self.kept.connection = http.client.HTTPConnection(NEXT)
        self.kept.connection.request("GET", f"/last?{query}")
        return self.kept.connection.getresponse().read().decode()

    def do_GET(self):
        way, _, query = self.path.partition("?")
        if way == "/twice":
            self.ask(query)
        if way == "/paused":
            time.sleep(pause())
        text = answer(self.headers.get("traceparent", ""), self.ask(query)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


class Streams:
    """asyncio as it comes, with a pool of kept connections."""

    def __init__(self):
        self.idle = []

    async def ask(self, query):
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(*NEXT.split(":"))
        writer.write(f"GET /last?{query} HTTP/1.1\r\nHost: last\r\n\r\n".encode())
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        size = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        text = (await reader.readexactly(size)).decode()
        self.idle.append((reader, writer))
        return text

    async def serve(self, reader, writer):
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                way, _, query = lines[0].split(" ")[1].partition("?")
                context = "".join(line.split(": ")[1] for line in lines if line.lower().startswith("traceparent:"))
                text = answer(context, await relayed(way, lambda: self.ask(query))).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    async def run(self):
        async with await asyncio.start_server(self.serve, "127.0.0.1", int(PORT), backlog=1024) as server:
            await server.serve_forever()


async def relayed(way, ask):
    if way == "/both":
        return (await asyncio.gather(ask(), ask()))[1]
    if way == "/twice":
        await ask()
    if way == "/paused":
        await asyncio.sleep(pause())
    return await ask()


async def aiohttp_server():
    from aiohttp import ClientSession, TCPConnector, web

    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        async def handle(request):
            async def ask():
                async with session.get(f"http://{NEXT}/last?{request.query_string}") as response:
                    return await response.text()
            return web.Response(text=answer(request.headers.get("traceparent", ""), await relayed(request.path, ask)))

        application = web.Application()
        application.router.add_get("/{way}", handle)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(PORT), backlog=1024).start()
        await asyncio.Event().wait()


if KIND == "threads":
    Server(("127.0.0.1", int(PORT)), Handler).serve_forever()
else:
    asyncio.run(Streams().run() if KIND == "streams" else aiohttp_server())
