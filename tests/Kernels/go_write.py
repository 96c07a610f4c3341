# SPDX-License-Identifier: Apache-2.0
"""Headers written inside of Go programs, over connections that are older than the agent or inside TLS. The other end is none of
ours: what it receives is, byte for byte, what it received before the agent came, and one header."""
import concurrent.futures
import json
import os
import re
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from programs import Agent, Program

GO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../out/kernels/go")
ASKER, RELAY, LAST, PLAIN, SECURE, PLAIN2, SECURE2 = range(8011, 8018)
AT_ONCE = 10
BUFFER = 4096
HEADER = re.compile(r"traceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-0[13]\r\n")
GROUP = "inside of Go programs"


class Echo(socketserver.BaseRequestHandler):
    """Answers with the head that it received."""

    def handle(self):
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                more = self.request.recv(65536)
                if not more:
                    return
                received += more
            head, received = received.split(b"\r\n\r\n", 1)
            head += b"\r\n\r\n"
            if b" /slow " in head:
                time.sleep(1)  # whoever asks at the same time needs another connection
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(head) + head)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

    def __init__(self, port, certificate=None):
        super().__init__(("127.0.0.1", port), Echo)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def make_certificate(result):
    path = f"{result}/go_write.pem"
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                           "/CN=localhost", "-keyout", "-", "-days", "9"], check=True, capture_output=True)
    with open(path, "wb") as file:
        file.write(made.stdout)
    return path


def asked(way, url, trace=None, **query):
    """What the other end received, as it says."""
    query = urllib.parse.urlencode(dict(query, way=way, next=url))
    request = urllib.request.Request(f"http://127.0.0.1:{ASKER}/?{query}")
    if trace:
        request.add_header("traceparent", f"00-{trace}-00f067aa0ba902b7-01")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def traces(count):
    return [os.urandom(16).hex() for _ in range(count)]


def at_once(function, things):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(function, things))


class Cases:
    def __init__(self, answers, agent, before):
        self.answers, self.agent, self.before, self.written = answers, agent, before, []

    def ask(self, question, wrong):
        self.answers.add(GROUP, question, not wrong, "; ".join(map(str, wrong))[:500])

    def http1(self, name, port, scheme):
        """Each request has one header more, with the trace that it belongs to, and is otherwise what it was."""
        url = f"{scheme}://localhost:{port}/x"

        def one(trace):
            text = asked("http1", url, trace)
            found = HEADER.findall(text)
            self.written += found
            return "" if [trace] == [id for id, _ in found] and HEADER.sub("", text) == self.before[scheme] else text
        self.ask(f"HTTP/1, {name}: one header more, in the right trace, {5 * AT_ONCE} requests", list(filter(None, at_once(one, traces(5 * AT_ONCE)))))

    def full(self):
        """Buffers that are nearly full: written where there is room, and never beyond it."""
        url, wrong, seen = f"https://localhost:{SECURE}/x", [], set()
        room = BUFFER + len("\r\n") - len(self.before["https"]) - len("X-Fill: \r\n")
        for left in (200, 72, 71, 70, 69, 68, 2, 1, 0, -1, -300):
            text = asked("http1", url, *traces(1), fill=room - left)
            bare = HEADER.sub("", text)
            seen.add(len(HEADER.findall(text)))
            if bare.replace("X-Fill: " + "f" * (room - left) + "\r\n", "") != self.before["https"] or (len(text) > len(bare)) != (left >= 70 or left < 0):  # below 0 it was emptied once
                wrong.append((left, text[-200:]))
        self.ask("HTTP/1, TLS: nothing beyond a buffer that is nearly full", wrong or ([] if seen == {0, 1} else ["not both"]))

    def own(self, way, url):
        """The application's own context stays as it is, wherever among the fields."""
        wrong = []
        for own in ("Traceparent", "traceparent", "B3", "X-B3-Traceid"):
            for count in (0, 5, 12, 30):
                text = asked(way, url, *traces(1), own=own, count=count)
                if len(re.findall("traceparent:|b3", text.lower())) != 1 or "2222222222222222" not in text:
                    wrong.append((own, count, text))
        for count in (7, 8, 9, 12, 13, 26, 27, 40):
            text = asked(way, url, *traces(1), count=count)
            if len(HEADER.findall(text)) != 1 or text.count("X-Field") != count:
                wrong.append((count, text))
        self.ask("HTTP/1, TLS: beside a context of the application there is none, however many fields", wrong)

    def http2(self, name, way, port, scheme, server):
        sent = {f"/{way}-{trace}": trace for trace in traces(2 * AT_ONCE)}
        at_once(lambda path: asked(way, f"{scheme}://localhost:{port}{path}", sent[path]), sent)
        time.sleep(1)
        received = server.requests()
        wrong = [(path, received.get(path)) for path, trace in sent.items() if [id for id, _ in received.get(path, [])] != [trace]]
        self.written += sum((received.get(path, []) for path in sent), [])
        self.ask(f"HTTP/2, {name}: one header more, in the right trace, {len(sent)} requests", wrong)

    def grpc(self, text):
        found = re.findall(rf"^answer {RELAY} \|{LAST} 00-([0-9a-f]{{32}})-([0-9a-f]{{16}})-0[13]$", text, re.MULTILINE)
        self.written += found
        self.ask("gRPC, connection older than the agent: one header more", [] if len(set(found)) == 2 * AT_ONCE else [len(set(found)), text])

    def spans(self):
        """Whatever was written names a span that was exported."""
        told = [json.loads(line) for line in self.agent.output().splitlines()]
        told = {(span["traceId"], span["spanId"]) for span in told}
        missing = [context for context in self.written if tuple(context) not in told]
        self.ask("each header names a span that is exported", [(len(missing), missing)] if missing or not self.written else [])
        seen = re.search(r"ledger: seen (\d+) = exported (\d+) \+ dropped 0 \+ in flight 0", self.agent.errors())
        self.ask("every span is accounted for", [] if seen and seen[1] == seen[2] else [self.agent.errors()[-300:]])


class Nghttpd:
    """The other end for HTTP/2, which writes down each field as it decodes it."""

    def __init__(self, result, port, certificate=None):
        self.path = f"{result}/nghttpd.{port}"
        options, keys = ([], [certificate, certificate]) if certificate else (["--no-tls"], [])
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(["nghttpd", "-v", *options, str(port), *keys], stdout=output, stderr=output)

    def requests(self):
        """Path -> contexts."""
        paths, ids = {}, {}
        with open(self.path, encoding="utf-8", errors="replace") as file:
            for line in file:
                line = re.sub(r"\x1b\[[0-9;]*m", "", line)
                found = re.search(r"\[id=(\d+)\] \[ *[0-9.]+\] recv \(stream_id=(\d+)(?:, sensitive)?\) ([^ ]+): (.*)", line)
                if found and found[3] == ":path":
                    paths[found[1], found[2]] = found[4].strip()
                elif found and found[3] == "traceparent":
                    ids.setdefault((found[1], found[2]), []).append((found[4][3:35], found[4][36:52]))
        return {path: ids.get(key, []) for key, path in paths.items()}


def calls(count):
    return subprocess.run([f"{GO}/rpc", "client", "hop", f"127.0.0.1:{RELAY}", str(count), str(AT_ONCE), f"127.0.0.1:{LAST}"], input="\n",
                          capture_output=True, text=True, timeout=60, check=False).stdout


def check(answers, binary, result):
    """Where the agent's doctor says that it can be done."""
    with open(f"{result}/doctor", encoding="utf-8") as file:
        if "yes  go_write" not in file.read():
            return
    certificate = make_certificate(result)
    Server(PLAIN), Server(SECURE, certificate)
    plain2, secure2 = Nghttpd(result, PLAIN2), Nghttpd(result, SECURE2, certificate)
    programs = [Program("asker", [f"{GO}/asker", "serve", str(ASKER)], ASKER),
                Program("last", [f"{GO}/rpc", "serve", str(LAST)], LAST), Program("relay", [f"{GO}/rpc", "serve", str(RELAY)], RELAY)]
    before = {"http": asked("http1", f"http://localhost:{PLAIN}/x"), "https": asked("http1", f"https://localhost:{SECURE}/x")}
    for scheme, port in (("http", PLAIN), ("https", SECURE)):
        at_once(lambda _: asked("http1", f"{scheme}://localhost:{port}/slow"), range(AT_ONCE))
    asked("h2c", f"http://localhost:{PLAIN2}/before")
    asked("h2", f"https://localhost:{SECURE2}/before")
    calls(1)
    with Agent(binary, f"{result}/go_write", OTEL_LOG_LEVEL="debug") as agent:
        end = time.monotonic() + 120
        while agent.errors().count("are written inside of it") < len(programs) and time.monotonic() < end:
            time.sleep(0.2)
        cases = Cases(answers, agent, before)
        cases.ask("probes are attached", [] if time.monotonic() < end else [agent.errors()[-500:]])
        cases.http1("connections older than the agent", PLAIN, "http")
        cases.full()
        cases.own("http1", f"https://localhost:{SECURE}/x")
        cases.http1("TLS", SECURE, "https")
        cases.http2("connection older than the agent", "h2c", PLAIN2, "http", plain2)
        cases.http2("TLS", "h2", SECURE2, "https", secure2)
        cases.grpc(calls(2 * AT_ONCE))
        agent.stop()
        cases.spans()
    for program in programs:
        program.stop()
    for server in (plain2, secure2):
        server.process.kill()
        server.process.wait()
