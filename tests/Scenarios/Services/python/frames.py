# SPDX-License-Identifier: Apache-2.0
"""frames.py PORT CASE...: waits for a line on standard input, then asks a web2 server for /headers in the frames that each case
is about, on a connection for each. What comes back must be what was sent, and contexts; prints `answer CASE SENT RECEIVED`."""
import socket
import sys

import hpack
import hyperframe.frame as frames

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
LIMIT = 16384
CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033%02x-01"


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(30)  # which makes it a socket that does not block, as those of most libraries
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.stream, self.received = -1, b""
        self.answers, self.asked = {}, {}
        self.send(PREFACE + frames.SettingsFrame(0).serialize() + frames.WindowUpdateFrame(0, window_increment=1 << 20).serialize())
        while not self.read():
            pass

    def send(self, data, piece=0):
        for at in range(0, len(data), piece or len(data)):
            self.socket.sendall(data[at:at + (piece or len(data))])

    def fields(self, case, own, more):
        """Every field that is sent, and those that are expected to come back."""
        back = [("x-case", case), ("user-agent", "frames"), *more]
        if own:
            back.insert(1, ("traceparent", own))
        path = f"/headers?id={case}-{self.stream + 2}"
        return [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "service"), *back], back

    def ask(self, case, own=None, more=(), huffman=True, sensitive=False, cuts=(), padding=None, priority=False):
        """The frames of one request, not sent yet."""
        fields, back = self.fields(case, own, more)
        self.stream += 2
        self.asked[self.stream] = (case, own, back)
        block = self.encoder.encode([(*field, sensitive) for field in fields], huffman)
        ends = [*[cut for cut in cuts if cut < len(block)], len(block)]
        while ends[-1] - ([0, *ends])[-2] > LIMIT:
            ends.insert(-1, ([0, *ends])[-2] + LIMIT)
        pieces = [block[start:end] for start, end in zip([0, *ends], ends)]
        head = frames.HeadersFrame(self.stream, pieces[0], flags=["END_STREAM"])
        if padding is not None:
            head.flags.add("PADDED")
            head.pad_length = padding
        if priority:
            head.flags.add("PRIORITY")
            head.stream_weight, head.depends_on = 7, self.stream - 2 if self.stream > 1 else 0
        parts = [head, *[frames.ContinuationFrame(self.stream, piece) for piece in pieces[1:]]]
        parts[-1].flags.add("END_HEADERS")
        return b"".join(part.serialize() for part in parts)

    def read(self):
        """Takes what has come; true when the server's settings were among it."""
        data = self.socket.recv(65536)
        if not data:
            sys.exit("the server closed the connection")
        self.received += data
        settings = False
        while len(self.received) >= 9:
            frame, size = frames.Frame.parse_frame_header(memoryview(self.received[:9]))
            if len(self.received) < 9 + size:
                break
            frame.parse_body(memoryview(self.received[9:9 + size]))
            self.received = self.received[9 + size:]
            settings |= self.take(frame)
        return settings

    def take(self, frame):
        if isinstance(frame, frames.SettingsFrame) and "ACK" not in frame.flags:
            self.send(frames.SettingsFrame(0, flags=["ACK"]).serialize())
            return True
        if isinstance(frame, (frames.RstStreamFrame, frames.GoAwayFrame)):
            sys.exit(f"the server did not like it: {frame}")
        if isinstance(frame, frames.HeadersFrame):
            fields = self.decoder.decode(frame.data)
            if (":status", "200") not in fields and "END_STREAM" not in frame.flags:
                sys.exit(f"stream {frame.stream_id}: {fields}")
        if isinstance(frame, frames.DataFrame):
            self.answers[frame.stream_id] = self.answers.get(frame.stream_id, b"") + frame.data
        if "END_STREAM" in frame.flags:
            self.check(frame.stream_id)
        return False

    def check(self, stream):
        case, own, back = self.asked.pop(stream)
        lines = self.answers.pop(stream).decode().split("\n")[:-1]
        contexts = [line[13:] for line in lines if line.startswith("traceparent: ")]
        others = sorted(line for line in lines if not line.startswith(("traceparent: ", "host: ")))
        expected = sorted(f"{name}: {value}" for name, value in back if name != "traceparent")
        if others != expected:
            sys.exit(f"{case}: {others} instead of {expected}")
        print("answer", case, own or "-", ",".join(contexts) or "-")

    def wait(self):
        while self.asked:
            self.read()


def large(connection, size):
    """The value that makes the next block so long."""
    fields, _ = connection.fields("large", None, [("x-large", "a" * 8000)])
    block = hpack.Encoder().encode([(*field, True) for field in fields], False)
    return [("x-large", "a" * (8000 + size - len(block)))]


def filled(connection, size):
    """The value that makes the next header list so long."""
    fields, _ = connection.fields("list", None, [("x-fill", "")])
    return [("x-fill", "a" * (size - sum(len(name) + len(value) + 32 for name, value in fields)))]


def run(port, case):
    connection = Connection(port)
    ask = connection.ask
    if case == "continuation":
        data = (ask(case, cuts=cuts) for cuts in ([1], [5, 9], [5, 5, 6], [20, 21, 22, 23]))
    elif case == "padded":
        data = (ask(case, padding=size) for size in (0, 1, 255))
    elif case == "priority":
        data = (ask(case, priority=True) + frames.PriorityFrame(9, stream_weight=3).serialize() for _ in range(3))
    elif case == "together":
        data = (ask(case, padding=9, priority=True, cuts=[3, 17]) for _ in range(3))
    elif case == "large":
        sizes = (LIMIT, LIMIT - 1, LIMIT - 60, LIMIT + 1, 12000)
        data = (ask(case, more=large(connection, size), huffman=False, sensitive=True) for size in sizes)
    elif case == "many":
        data = [b"".join(ask(case, cuts=[10] if i % 3 else []) for i in range(40))]
    elif case == "bytes":
        data = (ask(case, padding=3, cuts=[7]) for _ in range(3))
    elif case in ("plain", "huffman"):
        data = (ask(case, CONTEXT % i, huffman=case == "huffman", sensitive=True) for i in (1, 2, 3))
    elif case == "indexed":
        data = (ask(case, CONTEXT % 1) for _ in range(3))
    elif case == "mixed":
        data = (ask(case, CONTEXT % (i // 2) if i % 2 else None, cuts=[9]) for i in range(20))
    elif case == "list":  # of so many bytes, as SETTINGS_MAX_HEADER_LIST_SIZE counts them
        data = (ask(case, more=filled(connection, size)) for size in (800, 950, 902))
    else:
        sys.exit(f"no case {case}")
    for part in data:
        # Not one by one: some releases of nghttp2 count each read that ends in the head of a CONTINUATION frame, and give up after eight.
        connection.send(part, 2 if case == "bytes" else 0)
        connection.wait()
    connection.socket.close()


sys.stdin.readline()
for name in sys.argv[2:]:
    run(int(sys.argv[1]), name)
print("ok")
