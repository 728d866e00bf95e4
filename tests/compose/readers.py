# SPDX-License-Identifier: GPL-3.0-or-later
"""readers.py - cases: how mail programs show a composed message, and the files they save

mutt and neomutt are driven by keys at a terminal of their own; s-nail by commands.
"""
import contextlib
import functools
import os
import pty
import re
import select
import signal
import subprocess
import urllib.parse
from tests.lib import patience
from tests.lib.harness import Failure, expect
from .writer import Writer, content, parse


SUBJECT = "Größe und Güte: ein Bericht über die Lage, der länger als eine Zeile ist – 你好 😀"
TEXT = "Grüße an alle,\n\n.ein Punkt, = und ein Blank \n-- \nAlice Ä.\n"
HTML = "<p>Grüße an <b>alle</b></p>\n"
FILES = {
    "Bericht Ä für 2026.pdf": bytes(range(256)) * 40,
    "liste.csv": "a,b\n1,ü\n".encode(),
    "ein Name; mit \"allem\", was =?UTF-8?Q?schwierig?= ist, und länger als jede Zeile – bis hierher.txt": b"text\n",
}
PATIENCE = 30


class Mailbox:
    """A folder with a mailbox that holds the one message, and an empty folder to save files in."""

    def __init__(self, folder):
        user = Writer(folder, "from_full_name Alice Ä. aus B.")
        (folder / "files").mkdir()
        options = []
        for number, (name, data) in enumerate(FILES.items()):
            options += ["--attach", user.file(f"files/{number}", data), "--attach-name", name]
        page = user.file("page", HTML.encode())
        self.data = user.make("--to", "Jürgen <bob@example.net>", "--cc", "carol@example.net", "--subject", SUBJECT,
                              "--html-file", page, *options, stdin=TEXT.encode())
        self.path = folder / "mbox"
        escaped = re.sub(rb"(?m)^(>*From )", rb">\1", self.data.replace(b"\r\n", b"\n"))
        self.path.write_bytes(b"From alice@example.org Wed Nov 25 12:00:00 2026\n" + escaped + b"\n")
        self.saved = folder / "saved"
        self.saved.mkdir()

    def environment(self):
        return {"HOME": str(self.saved), "LC_ALL": "C.UTF-8", "TERM": "xterm", "PATH": os.environ["PATH"]}

    def check_saved(self, but=(), name_of=str):
        """Every file is there under its name, byte for byte, and no other file."""
        found = {name_of(path.name): path.read_bytes() for path in self.saved.iterdir() if path.name not in but}
        expect(sorted(found) == sorted(FILES), f"saved: {sorted(found)}")
        for name, data in FILES.items():
            expect(found[name] == data, f"{name}: {found[name][:100]!r}")


def by_python(folder):
    message = parse(Mailbox(folder).data)
    expect(message["Subject"] == SUBJECT, f"{message['Subject']}")
    expect(message["From"].addresses[0].display_name == "Alice Ä. aus B.", f"{message['From']}")
    expect(message["To"].addresses[0].display_name == "Jürgen", f"{message['To']}")
    expect(message.get_body(("plain",)).get_content() == TEXT.replace("\n", "\r\n"), f"{message.get_body(('plain',)).get_content()!r}")
    expect(message.get_body(("html",)).get_content() == HTML.replace("\n", "\r\n"), "HTML")
    found = {part.get_filename(): content(part) for part in message.iter_attachments()}
    expect(found == FILES, f"{sorted(found)}")


def at_terminal(words, box):
    """Run a program on a terminal until it ends by itself."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(box.saved)
        os.execvpe(words[0], words, {**box.environment(), "COLUMNS": "200", "LINES": "50"})
    shown, end = b"", patience.now() + PATIENCE
    with contextlib.suppress(OSError):  # the end of a terminal
        while patience.now() < end:
            if select.select([fd], [], [], 1)[0]:
                piece = os.read(fd, 65536)
                shown += piece
                if not piece:
                    break
    if patience.now() >= end:
        os.kill(pid, signal.SIGKILL)
    os.close(fd)
    status = os.waitpid(pid, 0)[1]
    if status:
        raise Failure(f"{words[0]} ended with {status}: {shown[-2000:].decode(errors='replace')}")
    return shown.decode(errors="replace")


def by_mutt(program, folder):
    """The text is piped decoded; the attachments are saved from the menu, under the names that it offers."""
    box = Mailbox(folder)
    keys = ("<view-attachments>" + "<next-entry>" * 3 + "<save-entry><enter>" * len(FILES) +
            "<exit><pipe-message>cat > shown<enter><quit>")
    options = f"set folder='{box.saved}' pipe_decode=yes wait_key=no" + \
        (" pipe_decode_weed=no" if program == "neomutt" else " weed=no")
    at_terminal([program, "-n", "-F", "/dev/null", "-R", "-f", str(box.path), "-e", options, "-e", f'push "{keys}"'],
                box)
    shown = re.sub(r"\n(?=[ \t])", "", (box.saved / "shown").read_text())
    for line in (f"Subject: {SUBJECT}\n", "Alice Ä. aus B.", "Jürgen", TEXT):
        expect(line in shown, f"{program} does not show {line!r}: {shown}")
    expect("eve" not in shown and "<p>" not in shown, f"{program} shows {shown}")
    box.check_saved(but=("shown",))


def by_s_nail(folder):
    box = Mailbox(folder)
    done = subprocess.run(["s-nail", "-:/", "-R", "-S", "ttycharset=utf-8", "-f", box.path], cwd=box.saved,
                          input=b"type 1\nwrite 1\n", env=box.environment(), capture_output=True, check=False)
    shown = done.stdout.decode()
    for line in (f"Subject: {SUBJECT}\n", "Alice Ä. aus B.", "Jürgen", TEXT):
        expect(line in shown, f"s-nail does not show {line!r}: {shown}")
    # the text goes into a file that is called as the message, and a shell's characters become %XX
    box.check_saved(but=("1",), name_of=urllib.parse.unquote)


def add_cases(suite):
    suite.case(by_python)
    suite.case(by_s_nail)
    for program in ("mutt", "neomutt"):
        suite.add(f"by-{program}", functools.partial(by_mutt, program))
