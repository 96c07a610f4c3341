# SPDX-License-Identifier: Apache-2.0
"""What the verifier of this kernel had to do for the programs that are loaded. How much that was is in cost/KERNEL.txt, line by line
settings, program, instructions. (On the kernel of the machine itself tests/Kernel.Tests/VerifierCostTests.cs does the same.)"""
import ctypes
import os

KERNEL = ".".join(os.uname().release.split(".")[:2])
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"cost/{KERNEL}.txt")
TOLERANCE, INSTRUCTIONS = 0.10, 200
SYSCALL = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
NEXT_PROGRAM, PROGRAM_BY_ID, INFO_BY_FD = 11, 13, 15
NAME, NAME_SIZE, VERIFIED, INFO_SIZE = 64, 15, 216, 224  # places in struct bpf_prog_info


def bpf(command, attributes):
    return ctypes.CDLL(None).syscall(SYSCALL, command, attributes, len(attributes))


def loaded():
    """name → instructions"""
    cost, number = {}, 0
    while True:
        attributes = ctypes.create_string_buffer(number.to_bytes(4, "little"), 12)
        if bpf(NEXT_PROGRAM, attributes) != 0:
            return cost
        number = int.from_bytes(attributes.raw[4:8], "little")
        fd = bpf(PROGRAM_BY_ID, ctypes.create_string_buffer(number.to_bytes(4, "little"), 12))
        if fd < 0:
            continue
        info = ctypes.create_string_buffer(INFO_SIZE)
        attributes = ctypes.create_string_buffer(
            fd.to_bytes(4, "little") + INFO_SIZE.to_bytes(4, "little") + ctypes.addressof(info).to_bytes(8, "little"), 16)
        bpf(INFO_BY_FD, attributes)
        os.close(fd)
        name = info.raw[NAME:NAME + NAME_SIZE].split(b"\0")[0].decode()
        cost[name] = int.from_bytes(info.raw[VERIFIED:VERIFIED + 4], "little")


def golden():
    """(settings, name) → instructions"""
    if not os.path.exists(GOLDEN):
        return {}
    with open(GOLDEN, encoding="utf-8") as file:
        return {(settings, name): int(count) for settings, name, count in map(str.split, file)}


def update(settings, folder, absent=()):
    """What is there now is how it should be, and ABSENT as it was; FOLDER gets the file too."""
    known = {key: count for key, count in golden().items() if key[0] != settings or key[1] in absent}
    known |= {(settings, name): count for name, count in loaded().items()}
    for path in (os.path.dirname(GOLDEN), folder):
        os.makedirs(path, exist_ok=True)
        with open(f"{path}/{KERNEL}.txt", "w", encoding="utf-8") as file:
            file.writelines(f"{settings} {name} {count}\n" for (settings, name), count in sorted(known.items()))


def differences(settings, absent=()):
    """Lines; ABSENT: programs that nobody had a use for."""
    cost, known = loaded(), {name: count for (of, name), count in golden().items() if of == settings and name not in absent}
    for name in sorted(cost.keys() | known.keys()):
        if name not in known:
            yield f"{name}: not in cost/{KERNEL}.txt"
        elif name not in cost:
            yield f"{name}: not loaded"
        elif abs(cost[name] - known[name]) > known[name] * TOLERANCE + INSTRUCTIONS:
            yield f"{name}: {known[name]} instructions became {cost[name]}"
