# SPDX-License-Identifier: Apache-2.0
"""table.py write TABLE RESULTS: the answers of all kernels as a document.
table.py compare TABLE RESULTS NAME...: whether these kernels still answer what the document says."""
import os
import re
import sys

HEAD = """# Kernels

What works on which kernel: Debian's, each booted in a virtual machine. `UPDATE_GOLDEN=1 ./build.sh kernels` writes this page;
`./build.sh kernels` compares with it what it finds, `./build.sh test` does so with the most important on 6.1 and 6.12. Hilo itself
decides nothing by version: it tries, and `hilo doctor` says what it found on the kernel that it runs on.
"""
GROUPS = {
    "hilo doctor": "What `hilo doctor` finds",
    "real programs": "What `hilo run` does with real programs",
    "inside of Go programs": "Headers written inside of Go programs, over connections older than the agent or inside TLS",
    "verifier": "What loading costs",
    "trial": "What Hilo does not do: headers inside TLS, by registers ([why](tls-injection.md))",
}


class Kernel:
    """What one virtual machine left behind."""

    def __init__(self, results, name):
        self.name, self.answers, self.release = name, {}, "did not start"
        try:
            with open(f"{results}/{name}/kernel", encoding="utf-8") as file:
                release = re.search(r"Debian (\S+)", file.read())
                self.release = release[1] if release else self.release
            with open(f"{results}/{name}/answers", encoding="utf-8") as file:
                for line in file:
                    group, question, answer, reason = line.rstrip("\n").split("\t")
                    self.answers[group, question] = answer, reason
        except FileNotFoundError:
            pass

    @property
    def title(self):
        """6.12+lockdown=integrity: what is promised of that line, not of one build of it."""
        version = re.match(r"\d+\.\d+", self.release)
        return ", ".join([version[0] if version else self.name, *self.name.split("+")[1:]])


def order(name):
    version, *arguments = name.split("+")
    return [int(part) for part in version.split(".")] if version != "newest" else [99], arguments


def write(path, results):
    kernels = [Kernel(results, name) for name in sorted(os.listdir(results), key=order)]
    questions = list(dict.fromkeys(question for kernel in kernels[::-1] for question in kernel.answers))
    notes = []
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD)
        for group, heading in GROUPS.items():
            file.write(f"\n## {heading}\n\n| | {' | '.join(kernel.title for kernel in kernels)} |\n|---|{'---|' * len(kernels)}\n")
            for question in questions:
                if question[0] == group:
                    cells = [cell(kernel.answers.get(question), notes) for kernel in kernels]
                    file.write(f"| {question[1]} | {' | '.join(cells)} |\n")
        file.write("\n## Why\n\nWhat the agent, or the trial, says of it.\n\n")
        file.writelines(f"{number}. {note}\n" for number, note in enumerate(notes, 1))
        file.write(f"\nThe kernels were {', '.join(dict.fromkeys(kernel.release for kernel in kernels))}.\n")
    print(f"{path} is written")


def cell(answer, notes):
    if answer is None:
        return "not tried"
    if not answer[1]:
        return answer[0]
    if answer[1] not in notes:
        notes.append(answer[1])
    return f"{answer[0]} ({notes.index(answer[1]) + 1})"


def documented(path):
    """(title, question) → yes or no"""
    answers, titles = {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().split("|")[1:-1]]
            if cells and cells[0] == "":
                titles = cells[1:]
            elif cells and not cells[0].startswith("---"):
                answers.update({(title, cells[0]): text.split(" ")[0] for title, text in zip(titles, cells[1:])})
    return answers


def compare(path, results, *names):
    said, right = documented(path), True
    for name in names:
        kernel = Kernel(results, name)
        if not kernel.answers:
            print(f"failed kernel {name}: no answers")
            right = False
        for (_, question), (answer, reason) in kernel.answers.items():
            expected = said.get((kernel.title, question), "nothing")
            if answer == expected:
                print(f"passed kernel {kernel.title}: {question}")
            else:
                print(f"failed kernel {kernel.title}: {question}: {answer}, but {path} says {expected}. {reason}")
                right = False
    return right


done = {"write": write, "compare": compare}[sys.argv[1]](*sys.argv[2:])
sys.exit(1 if done is False else 0)
