# SPDX-License-Identifier: Apache-2.0
"""aio.py serve PORT: HTTPS on asyncio, whose TLS reads and writes memory. /hop passes on what it gets from `next`."""
import asyncio
import os
import ssl
import sys
import urllib.parse


async def head(reader):
    return (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")


async def body(reader, lines):
    sizes = [line.split(":")[1] for line in lines if line.lower().startswith("content-length:")]
    return await reader.readexactly(int(sizes[0])) if sizes else b""


async def hop(target):
    url = urllib.parse.urlsplit(target)
    context = ssl.create_default_context() if url.scheme == "https" else None
    reader, writer = await asyncio.open_connection(url.hostname, url.port, ssl=context)
    writer.write(f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode())
    answer = await body(reader, await head(reader))
    writer.close()
    return answer


async def serve(reader, writer):
    try:
        while True:
            lines = await head(reader)
            await body(reader, lines)
            url = urllib.parse.urlsplit(lines[0].split(" ")[1])
            text = await hop(urllib.parse.parse_qs(url.query)["next"][0]) if url.path == "/hop" else b"ok"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
            await writer.drain()
    except asyncio.IncompleteReadError:
        writer.close()


async def main(port):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.environ["WEB_CERTIFICATE"])
    async with await asyncio.start_server(serve, "127.0.0.1", port, ssl=context) as server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[2])))
