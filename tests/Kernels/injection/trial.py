# SPDX-License-Identifier: Apache-2.0
"""The experiment of docs/tls-injection.md: what happens to a program whose SSL_write gets another buffer, by registers."""
import os
import signal
import subprocess

# as built by tests/Kernels/run.sh
BUILT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../out/kernels/injection")
LIBRARY = "/usr/lib/x86_64-linux-gnu/libssl.so.3"


class Injector:
    def __init__(self, process, source, target, size, longer, call):
        self.process = subprocess.Popen([f"{BUILT}/inject", f"{BUILT}/inject.bpf.o", LIBRARY, process, source, target, size, longer, call],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.is_ready = self.process.stdout.readline() == "ready\n"

    def kill(self):
        self.process.kill()
        return self.process.communicate()[1]


def run(certificate, way, dies):
    """What the target says in the end, or what ended it. DIES: the injector, killed as the target waits."""
    with subprocess.Popen([f"{BUILT}/target", certificate, way], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as target:
        *places, call = target.stdout.readline().split()
        injector = Injector(*places, call if way == "sandbox" else "0")
        said = ""
        for line in target.stdout:
            if line in ("begin\n", "again\n", "within\n"):
                if dies and line != "begin\n":
                    injector.kill()
                target.stdin.write("\n")
                target.stdin.flush()
            else:
                said += line
        refused = injector.kill() if not injector.is_ready else None
        injector.kill() if injector.process.poll() is None else None
    if refused is not None:
        return "refused: " + refused.strip().splitlines()[-1]
    if target.returncode < 0:
        return f"ended by {signal.Signals(-target.returncode).name}"
    return said.strip().replace("\n", ", ")


def tried(certificate):
    """question, yes or no, what came of it"""
    right = "returned 78 of 78, the server got the longer one"
    for question, way, dies in (
            ("a program may give SSL_write another buffer; the server gets that, the caller is told its own length", "plain", False),
            ("so it is if SSL_write must be called again (WANT_WRITE)", "retry", False),
            ("so it is, or as if nothing had been done, if the writer is killed before SSL_write is called again", "retry", True),
            ("so it is, or as if nothing had been done, if the writer is killed within SSL_write", "within", True),
            ("so it is in a process with a seccomp filter, if a system call of its own has to bring the buffer", "sandbox", False)):
        came = run(certificate, way, dies)
        yield question, came == right, came
