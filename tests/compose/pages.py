# SPDX-License-Identifier: GPL-3.0-or-later
"""pages.py - cases: the one-liners of mailchute(1), run as they are printed, and the unit for failures"""
import functools
import os
import pathlib
import re
import shlex
import subprocess
from tests.lib import lint
from tests.lib.harness import PROGRAM, TOP, expect
from tests.lib.relay import Relay
from .writer import Writer, content, parse, shape


BUILD = pathlib.Path(PROGRAM).absolute().parent
SYSTEM = TOP / "src" / "system"
FILES = {
    "report.pdf": b"%PDF-1.4", "summary.txt": "Alles in Ordnung, Größe: 3.\n".encode(), "names.txt": b"b\na\n",
    "news.html": b"<p>News</p>\n", "nightly.sh": b"echo broken; exit 1\n",
}
ANN = ["ann@example.org"]


def page():
    """The section as a list of (the text above the block, the lines of the block)."""
    shown = subprocess.run(["man", "-l", BUILD / "doc" / "mailchute.1"], capture_output=True, check=True, text=True,
                           env={"PATH": os.environ["PATH"], "MANWIDTH": "150", "LC_ALL": "C.UTF-8"}).stdout
    text = re.search(r"^ONE-LINERS\n(.*?)^\S", re.sub(r".\x08", "", shown), re.M | re.S)[1]
    found, said = [], ""
    for block in text.split("\n\n"):
        if block.startswith(" " * 11):
            found.append((said, "\n".join(line[11:] for line in block.splitlines())))
        else:
            said = " ".join(block.split())
    return found


# The first words above a block; the number of its messages, their parts, their recipients, a word in them
BLOCKS = {
    "A line of text": (2, "plain", None, None),
    "A report with a file": (2, None, ANN, b"filename=report.pdf"),
    "What a command prints": (1, "mixed(plain)", ANN, b"filename=sorted.txt"),
    "Several recipients": (1, "plain", [*ANN, "bob@example.net", "carol@example.org", "dave@example.org"], None),
    "A text in HTML": (1, "alternative(plain, html)", ANN, None),
    "Later": (0, None, None, None),
    "From a script": (1, "plain", ["root@example.org"], b"broken"),
    "Each file": (len(FILES), None, ANN, b"filename="),
    "Looking at a message": (0, None, None, None),
    "In a crontab": (1, "plain", ANN, b"Subject: Disks on Monday"),
    "In the [Unit] section": None,
    "To send it to another address": None,
}


def whole_page(_):
    """A case runs every block, and every case has its block."""
    seen = [next((words for words in BLOCKS if said.startswith(words)), said) for said, _ in page()]
    expect(seen == list(BLOCKS), f"the page has {seen}")


def run_block(words, folder):
    block = next(block for said, block in page() if said.startswith(words))
    count, parts, recipients, word = BLOCKS[words]
    with Relay() as relay:
        user = Writer(folder, port=relay.port)
        work, programs = folder / "work", folder / "bin"
        work.mkdir()
        programs.mkdir()
        (programs / "mailchute").symlink_to(os.path.realpath(PROGRAM))
        for name, data in FILES.items():
            (work / name).write_bytes(data)
        command = re.sub(r"(?m)^\d+ \d+ \* \* \d+ ", "", block)
        done = subprocess.run(["sh", "-e", "-c", command], cwd=work, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, env={"PATH": f"{programs}:{os.environ['PATH']}",
                                                            "HOME": str(folder), **user.environment()})
        relay.wait_idle()
        expect(done.returncode == 0, f"{command}: {done}")
        expect(len(relay.received) == count, f"{len(relay.received)} messages of {command}: {done}")
        for taken in relay.received:
            lint.check(taken.content)
            message = parse(taken.content)
            expect(parts in (None, shape(message)), f"{shape(message)} of {command}")
            expect(recipients is None or sorted(taken.recipients) == sorted(recipients), f"{taken.recipients}")
            expect(word is None or word in taken.content or any(word in (content(p) or b"") for p in message.walk()),
                   f"no {word} in {taken.content}")
    return user, done, block


def one_liner(words, folder):
    user, done, block = run_block(words, folder)
    if words == "Later":
        kept = list((user.state / "q").iterdir())
        expect(len(kept) == block.count("--at ") == done.stderr.count(b" until "), f"kept: {kept}; {done}")
    if words == "Looking at a message":
        lint.check(done.stdout.replace(b"\n", b"\r\n"))


# The unit

def exec_start(unit, values):
    """The words that systemd would start: specifiers and $$ replaced, the program under its path."""
    text = (SYSTEM / unit).read_text()
    line = re.search(r"^ExecStart=(.*)$", text, re.M)[1].replace("@bindir@/mailchute", PROGRAM)
    variables = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.M))
    fill = functools.partial(re.sub, r"%([a-zA-Z])", lambda m: values[m[1]])
    return [fill(word).replace("$$", "$") for word in shlex.split(line)], {k: fill(v) for k, v in variables.items()}


def failure(unit, recipient, folder):
    """The unit mails status and log to the right recipient; they are queued if the relay does not answer."""
    with Relay() as relay:
        user = Writer(folder, port=relay.port)
        fake = folder / "systemctl"
        fake.write_text('#!/bin/sh\necho "● args: $*"\necho "Nov 25 host job[1]: it broke – so what"\nexit 3\n')
        fake.chmod(0o755)
        name = r"back\x2dup@1.service"
        words, variables = exec_start(unit, {"i": name, "H": "host.example", "u": "ann"})
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), **variables, **user.environment()}
        done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        expect(done.returncode == 0 and len(relay.received) == 1, f"{words}: {done}")
        taken = relay.received[0]
    lint.check(taken.content)
    message = parse(taken.content)
    expect(taken.recipients == [recipient] and message["To"] == recipient, f"to {taken.recipients}, {message['To']}")
    expect(name in message["Subject"] and "host.example" in message["Subject"], f"{message['Subject']}")
    text = content(message).decode()
    expect(f"-- {name}" in text and "it broke – so what" in text and "●" in text, text)
    done = subprocess.run(words, env={**environment, "MAILCHUTE_TO": "x@example.net, y@example.net"},
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    kept, = (user.state / "q").iterdir()
    expect(done.returncode == 0 and b"recipient <y@example.net>" in kept.read_bytes(), f"relay down: {done}")


def unit_of_the_page(_):
    """The lines that the page says to write into units fit the installed unit."""
    blocks = dict(page())
    line = next(block for said, block in blocks.items() if "[Unit] section" in said)
    expect(line == "OnFailure=mailchute-failure@%n.service", line)
    dropin = next(block for said, block in blocks.items() if "drop-in" in said).splitlines()
    for unit in ("mailchute-failure@.service.in", "user/mailchute-failure@.service.in"):
        text = (SYSTEM / unit).read_text()
        expect(dropin[1].split("=")[1] in text and dropin[0] in text, f"{unit} does not fit {dropin}")


def add_cases(suite):
    suite.add("page-whole", whole_page)
    for words, row in BLOCKS.items():
        if row:
            suite.add(f"page-{re.sub('[^a-z]+', '-', words.lower())}", functools.partial(one_liner, words))
    suite.add("unit-of-the-page", unit_of_the_page)
    suite.add("unit-of-the-system", functools.partial(failure, "mailchute-failure@.service.in", "root@example.org"))
    suite.add("unit-of-a-user", functools.partial(failure, "user/mailchute-failure@.service.in", "ann@example.org"))
