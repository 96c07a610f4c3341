# SPDX-License-Identifier: Apache-2.0
"""What checks.py starts and ends: a cgroup, the agent, programs that it traces, a capture."""
import os
import re
import signal
import socket
import subprocess
import threading
import time

SERVICES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Scenarios/Services")
PATIENCE = 180


class Group:
    """The cgroup that is traced."""
    path = "/sys/fs/cgroup/traced"

    @staticmethod
    def create():
        os.makedirs(Group.path, exist_ok=True)

    @staticmethod
    def join():
        with open(f"{Group.path}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))

    @staticmethod
    def environment(**settings):
        """How long anything takes means nothing here, so nothing is held back for it."""
        return dict(os.environ, HILO_CGROUP=Group.path, OTEL_EBPF_AUTO_TARGET_EXE="*", HILO_OVERHEAD_BUDGET="off", HILO_HARM_GUARD="off",
                    **settings)


class Agent:
    """`hilo run`. What it says is kept in RESULT.errors, its spans in RESULT.spans."""

    def __init__(self, binary, result, **settings):
        self.result = result
        with open(f"{result}.spans", "wb") as spans, open(f"{result}.errors", "wb") as errors:
            self.process = subprocess.Popen([binary, "run"], stdout=spans, stderr=errors,
                                            env=Group.environment(OTEL_EBPF_TRACE_PRINTER="json", **settings))
        end = time.monotonic() + PATIENCE
        while "hilo: ready" not in self.errors() and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        self.is_ready = "hilo: ready" in self.errors()

    def errors(self):
        with open(f"{self.result}.errors", encoding="utf-8") as file:
            return file.read()

    def output(self):
        with open(f"{self.result}.spans", encoding="utf-8") as file:
            return file.read()

    def reason(self):
        """Why it does less than it could: all it said besides that it is ready and what it has done."""
        usual = ("ready", "ledger", "counters", "overhead", "guard")
        said = [line for line in self.errors().split("hilo: ") if line and not line.startswith(usual)]
        return said[-1] if said and not self.is_ready else "".join(said)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Program:
    """A traced server, there when it listens."""

    def __init__(self, name, command, port, **environment):
        self.path = f"/tmp/{name}.{port}"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=Group.join,
                                            env=dict(os.environ, **environment))
        end = time.monotonic() + PATIENCE
        while not self.listens(port) and time.monotonic() < end:
            time.sleep(0.1)

    @staticmethod
    def listens(port):
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table, encoding="ascii") as file:
                if re.search(rf":{port:04X} [0-9A-F:]+ 0A ", file.read()):
                    return True
        return False

    def output(self):
        with open(self.path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        self.process.kill()
        self.process.wait()


class OptionCapture:
    """Watches the loopback for a segment to a port that carries a context among its TCP options."""
    KIND = 25  # OBI's
    ETH_P_ALL = 3

    def __init__(self, port):
        self.port, self.seen, self.ends = port, False, False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(self.ETH_P_ALL))
        self.socket.bind(("lo", 0))
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while True:
            try:
                self.look(self.socket.recv(65536))
            except TimeoutError:
                if self.ends:
                    return

    def look(self, packet):
        if packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_TCP:
            return
        segment = packet[(packet[0] & 15) * 4:]
        options = segment[20:(segment[12] >> 4) * 4]
        while int.from_bytes(segment[2:4], "big") == self.port and options and options[0] != 0:
            self.seen |= options[0] == self.KIND
            options = options[1 if options[0] == 1 else max(options[1], 1):]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        time.sleep(0.5)
        self.ends = True
        self.thread.join()
        self.socket.close()
