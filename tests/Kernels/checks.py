# SPDX-License-Identifier: Apache-2.0
"""checks.py BINARY RESULT full|short: tries everything on this kernel, with real programs on real sockets.

RESULT/answers gets one line for each question: group, question, yes or no, and the reason that the agent gives for a no.
"""
import json
import os
import re
import subprocess
import sys
import time

import cost
import go_write
from injection import trial
from programs import Agent, Group, OptionCapture, PATIENCE, Program, SERVICES

HERE = os.path.dirname(os.path.abspath(__file__))
TRACE = "0123456789abcdef0123456789abcdef"
FRONT, BACK, BACK2, SECURE, RELAY, LAST = 8001, 8002, 8003, 8004, 8005, 8006
GO = os.path.join(HERE, "../../out/kernels/go-relay")
DOCTOR, SEEN, COST, TRIAL = "hilo doctor", "real programs", "verifier", "trial"
WITH_GO = ("on_go_write",)  # programs that wait for one of Go
EVERYTHING = {"OTEL_EBPF_BPF_CONTEXT_PROPAGATION": "headers,tcp", "OTEL_PROPAGATORS": "tracecontext,baggage,b3,b3multi",
              "HILO_CAPTURE_REQUEST_HEADERS": "x-tenant", "HILO_RELAY_HEADERS": "x-tenant", "HILO_GENERATE_HEADERS": "x-id",
              "HILO_TC_INTERFACES": "lo", "OTEL_EBPF_BPF_TC_BACKEND": "tc"}


def short(reason):
    """What was refused and the verdict, without the instructions between them."""
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    return " … ".join([lines[0], lines[-1]] if len(lines) > 2 else lines).replace("|", "/")


class Answers:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def add(self, group, question, yes, reason=""):
        self.say(group, question, "yes" if yes else "no", "" if yes else short(reason) or "no reason given")

    def say(self, group, question, answer, reason):
        self.file.write(f"{group}\t{question}\t{answer}\t{reason}\n")
        self.file.flush()


def doctor(answers, binary, result):
    """Its own answers, whatever it asks of the kernel: of the host, behind an empty line, it asks other things."""
    told = subprocess.run([binary, "doctor"], env=Group.environment(), capture_output=True, text=True, timeout=300)
    with open(f"{result}/doctor", "w", encoding="utf-8") as file:
        file.write(told.stdout + told.stderr)
    question = None
    for line in told.stdout.split("\n\n")[0].splitlines() + ["yes  "]:
        answer = re.match(r"(yes|no |NO )  (.*)", line)
        if answer:
            if question:
                answers.add(DOCTOR, question, yes, reason)
            yes, question, reason = answer[1] == "yes", answer[2].split("; ")[0], ""
        elif line.startswith("     why:") or (line.startswith("     ") and not line.startswith("     then:")):
            reason += line.replace("     why:", "") + "\n"
    answers.add(DOCTOR, "nothing that is required is missing", told.returncode == 0, "see above")
    mode, reason = re.search(r"^lockdown: ([^:]*): (.*)", told.stdout, re.MULTILINE).groups()
    answers.say(DOCTOR, "lockdown", mode, reason)


def trace_ids(text):
    return re.findall(r"traceparent: 00-([0-9a-f]{32})-", text)


def joined(command):
    """What a traced program prints, or as much of it as it prints in time."""
    try:
        return subprocess.run(command, capture_output=True, text=True, preexec_fn=Group.join, timeout=PATIENCE).stdout
    except subprocess.TimeoutExpired:
        return ""


def curl(*arguments):
    return joined(["curl", "--silent", *arguments])


def clients(kind, count, port=BACK):
    """What a client of ours is answered: the headers as they arrived, for each request of one connection."""
    return joined([sys.executable, f"{HERE}/client.py", kind, str(port), str(count)])


def certificate(result):
    path = f"{result}/certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                    "/CN=localhost", "-keyout", path + ".key", "-out", path], check=True, stderr=subprocess.DEVNULL)
    with open(path, "a", encoding="ascii") as file, open(path + ".key", encoding="ascii") as key:
        file.write(key.read())
    return path


def relayed(protocol, way, count):
    """How many of so many requests at once a Go program passed on in the trace in which it got them."""
    last = Program("last", [GO, "serve", protocol, str(LAST)], LAST)
    relay = Program("relay", [GO, "serve", protocol, str(RELAY), f"127.0.0.1:{LAST}"], RELAY)
    for _ in range(2):  # what comes first may come before its probes
        text = joined([GO, "client", protocol, f"127.0.0.1:{RELAY}", way, str(count), str(count)])
        time.sleep(2)
    for program in (relay, last):
        program.stop()
    context = r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}"
    return len(set(re.findall(rf"^answer {RELAY} {context}\|{LAST} 00-\1-[0-9a-f]{{16}}-[0-9a-f]{{2}}$", text, re.MULTILINE)))


def services(result):
    return (Program("front", [sys.executable, f"{SERVICES}/python/web.py", "serve", str(FRONT)], FRONT),
            Program("back", [sys.executable, f"{SERVICES}/python/web.py", "serve", str(BACK)], BACK),
            Program("secure", [sys.executable, f"{SERVICES}/python/web.py", "serve", str(SECURE)], SECURE,
                    WEB_CERTIFICATE=certificate(result)),
            Program("back2", ["nghttpd", "--no-tls", "-v", str(BACK2)], BACK2))


def linked(spans, port):
    """How many spans of that server are children of a client's."""
    told = [json.loads(line) for line in spans.splitlines()]
    told = [span for span in told if span["attributes"].get("server.port") == port]
    clients_of = {span["spanId"] for span in told if span["kind"] == "client"}
    return sum(span["kind"] == "server" and span.get("parentSpanId") in clients_of for span in told)


def verifier(answers, agent, result, settings, question, absent=()):
    """What the verifier had to do, once everything is loaded but ABSENT; UPDATE_GOLDEN=1 writes it."""
    if not agent.is_ready:
        answers.add(COST, question, False, agent.reason())
        return
    end, before = time.monotonic() + PATIENCE, None
    while ("on_tls_write" not in cost.loaded() or before != cost.loaded()) and time.monotonic() < end:
        before = cost.loaded()
        time.sleep(2)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        cost.update(settings, f"{result}/cost", absent)
    found = "\n".join(cost.differences(settings, absent))
    answers.add(COST, question, found == "", found)


def headers(answers, binary, result, extent):
    """One agent as anybody starts it."""
    kept = 3
    with Agent(binary, f"{result}/headers") as agent:
        def ask(question, yes, reason=None):
            answers.add(SEEN, question, yes, reason if agent.is_ready and reason else agent.reason())

        ask("hilo run: starts, and writes headers", agent.is_ready and "headers written" in agent.errors())
        programs = services(result)
        text = curl("-H", f"traceparent: 00-{TRACE}-0123456789abcdef-01",
                    f"http://127.0.0.1:{FRONT}/hop?next=http://127.0.0.1:{BACK}/headers")
        ask("HTTP/1: a request carries on the trace of the one that caused it (curl, Python, Python)",
            trace_ids(text) == [TRACE] and f"{TRACE}-0123456789abcdef" not in text)
        ids = trace_ids(curl(*[f"http://127.0.0.1:{BACK}/headers?{i}" for i in range(kept)]))
        ask("HTTP/1: each request of a kept connection has its header, non-blocking client (curl)", len(set(ids)) == kept)
        ids = trace_ids(clients("blocking", kept))
        ask("HTTP/1: the first request of a connection has its header, blocking client (Python)", len(ids) > 0)
        ask("HTTP/1: each request of a kept connection has its header, blocking client (Python)", len(set(ids)) == kept)
        text = clients("fionread", kept)
        ask("FIONREAD: a client that asks how much there is to read is told (Python)", text.endswith(f"right {kept}\n"))
        joined(["nghttp", *[f"http://127.0.0.1:{BACK2}/{i}" for i in range(kept)]])
        ids = trace_ids(programs[-1].output())
        ask("HTTP/2: each request has its header (nghttp, nghttpd)", len(set(ids)) == kept)
        clients("https", kept, SECURE)
        if extent == "full":
            for question, protocol, way in (("Go: a goroutine passes on the trace of its request, 20 at once (net/http)", "http1", "goroutine"),
                                            ("Go: so does a worker that has only the context, HTTP/2 (x/net)", "http2", "pool")):
                right = relayed(protocol, way, 20)
                ask(question, right == 20, f"{right} of 20")
        time.sleep(1)
        ask("HTTPS: each request inside TLS is told at both ends, linked (Python, OpenSSL)", linked(agent.output(), SECURE) == kept)
        verifier(answers, agent, result, "default", "as it comes: as many instructions as in tests/Kernels/cost",
                 absent=() if extent == "full" else WITH_GO)
        status = agent.stop()
        ledger = re.search(r"ledger: seen (\d+) = exported (\d+) \+ dropped 0 \+ in flight 0", agent.errors())
        spans = agent.output().count('{"traceId"')
        ask("every span is accounted for, and the agent ends in peace",
            status == 0 and ledger and int(ledger[1]) == int(ledger[2]) == spans > 0)
        for program in programs:
            program.stop()


def option(answers, binary, result, name, question, **settings):
    """One agent that writes TCP options, seen on the wire."""
    with Agent(binary, f"{result}/{name}", OTEL_EBPF_BPF_CONTEXT_PROPAGATION="tcp", **settings) as agent:
        back = Program("back", [sys.executable, f"{SERVICES}/python/web.py", "serve", str(BACK)], BACK)
        with OptionCapture(BACK) as capture:
            curl(f"http://127.0.0.1:{BACK}/headers")
        answers.add(SEEN, question, agent.is_ready and capture.seen and "traffic: cannot" not in agent.errors(), agent.reason())
        agent.stop()
        back.stop()


def everything(answers, binary, result):
    """One agent that is asked for all it has."""
    with Agent(binary, f"{result}/everything", **EVERYTHING) as agent:
        curl("http://127.0.0.1:1/")  # somebody who may speak TLS
        verifier(answers, agent, result, "everything", "with everything that can be asked for: the same")
        agent.stop()


def main(binary, result, extent):
    answers = Answers(f"{result}/answers")
    Group.create()
    headers(answers, binary, result, extent)
    if extent == "full":
        doctor(answers, binary, result)
        option(answers, binary, result, "option", "TCP option, written by sock_ops")
        option(answers, binary, result, "tcx", "TCP option, written by traffic control, TCX",
               HILO_TC_INTERFACES="lo", OTEL_EBPF_BPF_TC_BACKEND="tcx")
        option(answers, binary, result, "clsact", "TCP option, written by traffic control, clsact",
               HILO_TC_INTERFACES="lo", OTEL_EBPF_BPF_TC_BACKEND="tc")
        everything(answers, binary, result)
        for question, yes, came in trial.tried(certificate(result)):
            answers.add(TRIAL, question, yes, came)
        go_write.check(answers, binary, result)


main(*sys.argv[1:])
