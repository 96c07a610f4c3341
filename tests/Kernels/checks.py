# SPDX-License-Identifier: Apache-2.0
"""checks.py BINARY RESULT full|short: tries everything on this kernel, with real programs on real sockets.

RESULT/answers gets one line for each question: group, question, yes or no, and the reason that the agent gives for a no.
"""
import os
import re
import subprocess
import sys
import time

from programs import Agent, Group, OptionCapture, Program, SERVICES

HERE = os.path.dirname(os.path.abspath(__file__))
TRACE = "0123456789abcdef0123456789abcdef"
FRONT, BACK, BACK2 = 8001, 8002, 8003
DOCTOR, SEEN, COST = "hilo doctor", "real programs", "verifier"


def short(reason):
    """What was refused and the verdict, without the instructions between them."""
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    return " … ".join([lines[0], lines[-1]] if len(lines) > 2 else lines).replace("|", "/")


class Answers:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def add(self, group, question, yes, reason=""):
        reason = "" if yes else short(reason) or "no reason given"
        self.file.write(f"{group}\t{question}\t{'yes' if yes else 'no'}\t{reason}\n")
        self.file.flush()


def doctor(answers, binary, result):
    """Its own answers, whatever it asks."""
    told = subprocess.run([binary, "doctor"], env=Group.environment(), capture_output=True, text=True, timeout=120)
    with open(f"{result}/doctor", "w", encoding="utf-8") as file:
        file.write(told.stdout + told.stderr)
    question = None
    for line in told.stdout.splitlines() + ["yes  "]:
        answer = re.match(r"(yes|no |NO )  (.*)", line)
        if answer:
            if question:
                answers.add(DOCTOR, question, yes, reason)
            yes, question, reason = answer[1] == "yes", answer[2].split("; ")[0], ""
        elif line.startswith("     why:") or (line.startswith("     ") and not line.startswith("     then:")):
            reason += line.replace("     why:", "") + "\n"
    answers.add(DOCTOR, "nothing that is required is missing", told.returncode == 0, "see above")


def trace_ids(text):
    return re.findall(r"traceparent: 00-([0-9a-f]{32})-", text)


def joined(command):
    """What a traced program prints, or as much of it as it prints in time."""
    try:
        return subprocess.run(command, capture_output=True, text=True, preexec_fn=Group.join, timeout=30).stdout
    except subprocess.TimeoutExpired:
        return ""


def curl(*arguments):
    return joined(["curl", "--silent", *arguments])


def clients(kind, count):
    """What a client of ours is answered: the headers as they arrived, for each request of one connection."""
    return joined([sys.executable, f"{HERE}/client.py", kind, str(BACK), str(count)])


def services():
    return (Program("front", [sys.executable, f"{SERVICES}/python/web.py", "serve", str(FRONT)], FRONT),
            Program("back", [sys.executable, f"{SERVICES}/python/web.py", "serve", str(BACK)], BACK),
            Program("back2", ["nghttpd", "--no-tls", "-v", str(BACK2)], BACK2))


def headers(answers, binary, result):
    """One agent as anybody starts it."""
    kept = 3
    with Agent(binary, f"{result}/headers") as agent:
        def ask(question, yes):
            answers.add(SEEN, question, yes, agent.reason())

        ask("hilo run: starts, and writes headers", agent.is_ready and "headers written" in agent.errors())
        programs = services()
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
        time.sleep(1)
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


def cost(answers, result, method, question):
    """What the verifier has to do; tests/Kernel.Tests/VerifierCostTests.cs says whether that is as it was."""
    told = subprocess.run(["artifacts/bin/Kernel.Tests/release/Kernel.Tests", "--no-ansi", "--no-progress",
                           "--filter-method", f"Kernel.Tests.VerifierCostTests.{method}"],
                          capture_output=True, text=True, timeout=240)
    with open(f"{result}/cost", "a", encoding="utf-8") as file:
        file.write(told.stdout + told.stderr)
    refused = re.search(r"Exception ?: (.*(?:\n      .*)*)", told.stdout)
    answers.add(COST, question, told.returncode == 0, refused[1] if refused else "")


def main(binary, result, extent):
    answers = Answers(f"{result}/answers")
    Group.create()
    doctor(answers, binary, result)
    headers(answers, binary, result)
    cost(answers, result, "As_it_comes", "as it comes: as many instructions as in tests/Kernel.Tests/VerifierCost")
    if extent == "full":
        option(answers, binary, result, "option", "TCP option, written by sock_ops")
        option(answers, binary, result, "tcx", "TCP option, written by traffic control, TCX",
               HILO_TC_INTERFACES="lo", OTEL_EBPF_BPF_TC_BACKEND="tcx")
        option(answers, binary, result, "clsact", "TCP option, written by traffic control, clsact",
               HILO_TC_INTERFACES="lo", OTEL_EBPF_BPF_TC_BACKEND="tc")
        cost(answers, result, "With_everything_that_can_be_asked_for", "with everything that can be asked for: the same")


main(*sys.argv[1:])
