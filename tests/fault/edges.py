# SPDX-License-Identifier: GPL-3.0-or-later
"""edges.py - the edges of buffers: texts that end up to two octets before or after an edge arrive unchanged

Each row names the sizes of buffers and limits in src, and is tried with two octets less to two more. A size
within a limit has to work to the last octet; one beyond it has to give the error that the row names.
"""
import email
import email.policy
import os
import re
from tests.lib import relay as relays
from tests.lib.harness import Failure, expect
from .cases import IS_FULL, expect_once, gather, suite
from .user import Message, FaultUser


PIECES = (4096, 16384, 32768, 49152, 65536)  # read, written, encoded and copied at once
FAR = (1 << 17, 1 << 18, 1 << 20)
BEYOND = ("PIPELINING", "SIZE", "DSN", "ENHANCEDSTATUSCODES")  # a relay that takes ASCII only
EIGHT = (*BEYOND, "8BITMIME", "SMTPUTF8")
RELAYS = {"data": EIGHT, "bdat": (*EIGHT, "CHUNKING"), "ascii": BEYOND}


def around(*edges):
    return sorted({edge + more for edge in edges for more in range(-2, 3)})


TYPE = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"


class Given(Message):
    """A message whose text is made by a function of its header, which identifies the message."""

    def __init__(self, make, **more):
        super().__init__(lines=0, **more)
        self.text = make(self.text[:-1] + TYPE)
        body = self.text if self.text.endswith(b"\n") else self.text + b"\n"
        self.wire = re.sub(rb"\r?\n", b"\r\n", body)


# Shapes that lie across an edge: octets at `size` of the text, of which `lead` come before the edge.

SHAPES = {
    "line-end": b"a\nb", "crlf": b"a\r\nb", "empty-lines": b"\n\n\n\n", "crlf-lines": b"\r\n\r\n\r\n",
    "dot": b"\n.\n", "dots": b"\n..\n.\n", "crlf-dot": b"\r\n.\r\n", "dotted-line": b"\n.a", "two-octets": "äöü".encode(),
    "four-octets": "\U0001f4ee\U0001f4ee".encode(), "word": b"From x", "long-line": b"\n" + b"y" * 998 + b"\n",
}


def filler(length):
    """Lines of `length` octets together, the last of them without a line end."""
    line = b"the quick brown fox jumps over the lazy dog, again and again.\n"
    return (line * (length // len(line) + 1))[:length]


def in_the_body(shape, size):
    def make(header):
        start = header + b"\n"
        return start + filler(size - len(start)) + shape + b"\nThe end.\n"
    return make


def at_the_end(shape, size):
    """The text ends at the edge."""
    def make(header):
        start = header + b"\n"
        return start + filler(size - len(start) - len(shape)) + shape
    return make


def in_the_header(shape, size):
    """The header ends at the edge."""
    del shape

    def make(header):
        rest = size - len(header)
        fields = b"".join(b"X-Line: %s\n" % (b"x" * 60) for _ in range(rest // 69 - 1))
        fields += b"X-Last: " + b"z" * (rest - len(fields) - 9) + b"\n"
        return header + fields + b"\nThe body.\n"
    return make


def contents(edges):
    for name, shape in SHAPES.items():
        for size in around(*edges):
            for begin in range(len(shape)) if IS_FULL and len(shape) < 10 else (0,):
                yield f"{name} at {size} of the body, {begin} before", in_the_body(shape, size - begin)
    for ending in (b"", b"\n", b"\r\n", b"\n.", b"\n.\n", b"\n\n"):
        for size in around(*edges):
            yield f"{ending!r} ends the text at {size}", at_the_end(ending, size)
    for size in around(*edges):
        yield f"the header ends at {size}", in_the_header(b"", size)


def is_sampled(number):
    return IS_FULL or number % 3 == 0


def add_contents(way, kind, send):
    """Every shape of SHAPES at every edge, sent directly, through the queue, or through -bs."""
    def run(folder):
        edges = (*PIECES, *FAR) if IS_FULL else PIECES
        made = [row for number, row in enumerate(contents(edges)) if is_sampled(number)]
        with FaultUser(folder, {"domain": "here.example"}, extensions=RELAYS[kind]) as user:
            send(user, [(name, Given(make)) for name, make in made])
    suite.add(f"edge-content-{way}-{kind}", run)


def check_same(user, message, run):
    copies = user.copies(message)  # the relay that compares octet by octet
    expect(copies == [1], f"{copies} copies: {run}")


def at_once(user, messages):
    def trial(message):
        run = user.send(message)
        expect(run.status == 0 and not run.stderr, f"{run}")
        user.relay.wait_idle()
        check_same(user, message, run)
        user.relay.connections.clear()
    gather((name, lambda m=message: trial(m)) for name, message in messages)


def by_queue(user, messages):
    """A hundred messages at a time, so that they follow one another on a connection."""
    for first in range(0, len(messages), 100):
        part = messages[first:first + 100]
        for _, message in part:
            run = user.send(message, options=["-odq"])
            expect(run.status == 0, f"{run}")
        run = user.run(["-qf"])
        user.relay.wait_idle()
        gather((name, lambda m=message: check_same(user, m, run)) for name, message in part)
        user.relay.connections.clear()


def by_smtp(user, messages):
    """Through -bs, with CRLF line ends, in one session for ten messages."""
    for first in range(0, len(messages), 10):
        part = messages[first:first + 10]
        said = b"EHLO x\r\n"
        for _, message in part:
            stuffed = re.sub(rb"(?m)^\.", b"..", message.wire)
            said += b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n%s.\r\n" % (
                message.sender.encode(), message.recipients[0].encode(), stuffed)
        run = user.run(["-odq", "-bs"], said + b"QUIT\r\n")
        expect(run.status == 0 and run.stdout.count(b"\r\n250 2.0.0") + run.stdout.count(b"queued as") >= len(part), f"{run}")
        run = user.run(["-qf"])
        user.relay.wait_idle()
        gather((name, lambda m=message: check_same(user, m, run)) for name, message in part)
        user.relay.connections.clear()


for _way, _send in (("send", at_once), ("queue", by_queue), ("smtp", by_smtp)):
    for _kind in ("data", "bdat"):
        add_contents(_way, _kind, _send)


# Lines that no relay accepts, and octets that this relay does not accept: encoded, and the same when decoded

def decoded(content):
    return email.message_from_bytes(content, policy=email.policy.SMTP).get_payload(decode=True)


def encoded(folder):
    """Lines around RFC 5322's limit and around every piece, in ASCII and beyond, to a relay that takes ASCII only."""
    def trial(user, size, unit):
        text = (unit * (size // len(unit) + 1))[:size] if len(unit) == 1 else unit * (size // len(unit))
        message = Given(lambda header: header + b"\n" + text + b"\nend\n")
        run = user.send(message)
        expect(run.status == 0, f"{run}")
        user.relay.wait_idle()
        found, = user.relay.received
        user.relay.connections.clear()
        expect(max(map(len, found.content.split(b"\r\n"))) <= 998 and found.content.isascii(), "a line that is too long")
        wanted = message.wire.split(b"\r\n\r\n", 1)[1]
        expect(decoded(found.content) == wanted, f"{len(wanted)} octets given, another text arrived")

    with FaultUser(folder, extensions=RELAYS["ascii"]) as user:
        gather((f"{size} octets of {unit!r}", lambda s=size, u=unit: trial(user, s, u))
               for size in around(57, 76, 998, *PIECES, FAR[0]) for unit in (b"x", "ä".encode(), b"=", b" ", "€".encode()))


suite.add("edge-lines-encoded", encoded)


# The header

def sent_header(user, message, run):
    expect(run.status == 0, f"{run}")
    user.relay.wait_idle()
    found, = user.relay.received
    user.relay.connections.clear()
    expect(max(map(len, found.content.split(b"\r\n"))) <= 998, "a line that is too long")
    return email.message_from_bytes(found.content, policy=email.policy.SMTP)


def fields(folder):
    """The same words arrive, at whatever place the field is folded."""
    units = {"words": b"word ", "one-word": b"w", "quoted": b'"', "beyond": "größe ".encode()}

    def trial(user, size, unit):
        text = (unit * (size // len(unit) + 1))[:size].decode(errors="ignore").strip()
        message = Given(lambda header: re.sub(rb"Subject: .*\n", b"Subject: " + text.encode() + b"\n", header) + b"\nx\n")
        found = sent_header(user, message, user.send(message))
        expect(re.sub(r"\s+", "", found["Subject"]) == re.sub(r"\s+", "", text), f"another subject: {found['Subject'][:200]!r}")

    with FaultUser(folder, extensions=EIGHT[:-1]) as user:
        gather((f"{size} octets of {name}", lambda s=size, u=unit: trial(user, s, u))
               for size in around(63, 75, 78, 200, 450, 900, 989, 998, 4096) for name, unit in units.items())


suite.add("edge-header-field", fields)


def recipients(folder):
    """Each recipient gets it once; they exceed the window of unanswered commands, and the size of a write."""
    def trial(user, number, options, is_in_header):
        names = [f"r{n}{'x' * (n % 30)}@example.org" for n in range(number)]
        if is_in_header:
            message = Given(lambda header: header.replace(b"To: undisclosed-recipients:;", b"To: " + ",\n ".join(names).encode()) + b"\nx\n")
            run = user.run([*options, "-f", message.sender, "-t"], message.text)
        else:
            message = Given(lambda header: header + b"\nx\n", recipients=tuple(names))
            run = user.send(message, options=options)
        expect(run.status == 0, f"{run}")
        user.drain()
        heard = [r for t in user.relay.received for r in t.recipients]
        expect(sorted(heard) == sorted(names), f"{len(heard)} of {number} recipients")
        user.relay.connections.clear()

    for kind in ("data", "bdat"):
        with FaultUser(folder, extensions=RELAYS[kind]) as user:
            gather((f"{number} recipients, {options}, {is_in_header}",
                    lambda n=number, o=options, h=is_in_header: trial(user, n, o, h))
                   for number in sorted(set(around(3, 10, 50, 100, 200, 1000)))
                   for options in ([], ["-odq"]) for is_in_header in (False, True))


suite.add("edge-recipients", recipients)


def addresses(folder):
    """A domain has 255 octets at most, and an address 900, however long its local part; a longer one is refused by name."""
    def domain(length):
        labels = "x" * 60 + "."
        return (labels * (length // 61 + 1))[:length - 1].rstrip(".").ljust(length - 1, "y") + "z"

    def trial(user, address, is_good):
        message = Given(lambda header: header + b"\nx\n", recipients=(address,))
        run = user.send(message)
        if is_good:
            expect(run.status == 0, f"{run}")
            user.relay.wait_idle()
            check_same(user, message, run)
        else:
            expect(run.status == 65 and run.stderr and not user.relay.received, f"{run}")
            expect(not user.names("q"), "it is kept")
        user.relay.connections.clear()

    end = "@example.org"
    rows = [(f"local part of {n}", "l" * n + end, True) for n in around(64, 254, 255)]
    rows += [(f"domain of {n}", "l" * 20 + "@" + domain(n), n <= 255) for n in around(64, 233, 255)]
    rows += [(f"address of {n}", "l" * (n - len(end)) + end, n <= 900) for n in around(900)]
    rows += [(f"quoted local part of {n}", '"' + "l " * ((n - 2) // 2) + "l" * (n % 2) + '"' + end, n + len(end) <= 900)
             for n in around(64, 900 - len(end))]
    with FaultUser(folder, extensions=EIGHT) as user:
        gather((name, lambda a=address, g=is_good: trial(user, a, g)) for name, address, is_good in rows)


suite.add("edge-addresses", addresses)


# The relay's replies

LINE_MAX = 4096  # a line of a reply with its end: STREAM_LINE_MAX
LINES_MAX = 1000


def replies(folder):
    """A line of a reply up to the limit is read; a longer line is a protocol error, and the message waits."""
    def trial(user, step, code, size):
        text = "2.0.0 " + "r" * (size - 12)
        user.play(f"{step}: {code} {text}")
        message = Given(lambda header: header + b"\nx\n")
        run = user.send(message)
        user.play("")
        if size <= LINE_MAX:
            expect(run.status == 0 and not run.stderr, f"{run}")
            user.relay.wait_idle()
            check_same(user, message, run)
        else:
            expect(run.status == 0 and b"queued as" in run.stderr, f"{run}")
        user.drain()
        extra = step == "dot" and size > LINE_MAX  # the verdict could not be read
        expect(1 <= user.copies(message, maybe=True)[0] <= 1 + extra, f"{user.copies(message)}: {run}")
        user.relay.connections.clear()

    with FaultUser(folder, extensions=EIGHT) as user:
        gather((f"{step}, {size} octets", lambda s=step, c=code, n=size: trial(user, s, c, n))
               for step, code in (("greeting", 220), ("ehlo", 250), ("mail", 250), ("rcpt", 250), ("data", 354), ("dot", 250))
               for size in around(510, 512, 1024, 2048, LINE_MAX))


suite.add("edge-reply-line", replies)


def many_lines(folder):
    def trial(user, step, code, number):
        user.play(f"{step}: raw " + f"{code}-x\\r\\n" * (number - 1) + f"{code} 2.0.0 end\\r\\n")
        message = Given(lambda header: header + b"\nx\n")
        run = user.send(message)
        user.play("")
        is_good = number <= LINES_MAX
        expect(run.status == 0 and (b"queued as" in run.stderr) != is_good, f"{run}")
        user.drain()
        extra = step == "dot" and not is_good
        expect(1 <= user.copies(message, maybe=True)[0] <= 1 + extra, f"{user.copies(message)}: {run}")
        user.relay.connections.clear()

    with FaultUser(folder, extensions=EIGHT) as user:
        gather((f"{step}, {number} lines", lambda s=step, c=code, n=number: trial(user, s, c, n))
               for step, code in (("greeting", 220), ("ehlo", 250), ("mail", 250), ("rcpt", 250), ("dot", 250))
               for number in around(LINES_MAX))


suite.add("edge-reply-lines", many_lines)


def refusals(folder):
    """The relay's words are shown from their beginning, cut at the limit, without an octet of another text."""
    def trial(user, step, size):
        text = "5.1.1 " + "".join(chr(97 + n % 26) for n in range(size - 12))
        user.play(f"{step}: 550 {text}")
        message = Given(lambda header: header + b"\nx\n")
        run = user.send(message)
        user.play("")
        shown = run.stderr.decode()
        expect(run.status in (65, 69) and shown.count("\n") == 1, f"{run}")
        words = shown.split("550 ", 1)[1].rstrip("\n")
        common = os.path.commonprefix([words, text])
        expect(common == text or (len(common) >= 1990 and words[len(common):].strip(". ") in ("", "[...]")),
               f"{len(common)} of {len(text)} octets, then {words[len(common):]!r}")
        expect(not user.names("q"), "it is kept")
        user.relay.connections.clear()

    with FaultUser(folder, extensions=EIGHT) as user:
        gather((f"{step}, {size} octets", lambda s=step, n=size: trial(user, s, n))
               for step in ("mail", "rcpt", "data", "dot") for size in around(200, 512, 1024, 2000, 2048, LINE_MAX - 2))


suite.add("edge-refusal", refusals)


# -bs

COMMAND_MAX = 4096  # without its end: SMTP_COMMAND_LINE_MAX


def commands(folder):
    """A command line up to its limit is obeyed; a longer one is refused, and does no harm to the next."""
    def trial(user, command, size):
        line = command + b" " * (size - len(command)) if b"%" not in command else command.replace(b"%", b"x" * (size - len(command) + 1))
        message = Given(lambda header: header + b"\nx\n")
        envelope = b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n%s.\r\n" % (
            message.sender.encode(), message.recipients[0].encode(), message.wire)
        run = user.run(["-odq", "-bs"], b"EHLO x\r\n" + line + b"\r\nRSET\r\n" + envelope + b"QUIT\r\n")
        answers = [part for part in run.stdout.split(b"\r\n") if part[3:4] == b" "]
        answer = answers[2][:3]
        expect(len(answers) == 9 and answers[-1].startswith(b"221"), f"{answers}")
        expect((answer == b"500") == (size > COMMAND_MAX), f"{answers[2]!r} to {size} octets")
        expect(all(len(part) <= 510 for part in run.stdout.split(b"\r\n")), "a reply that is too long")
        user.drain()
        expect_once(user, [message])
        user.relay.connections.clear()

    with FaultUser(folder, extensions=EIGHT) as user:
        gather((f"{command!r} of {size}", lambda c=command, n=size: trial(user, c, n))
               for command in (b"NOOP %", b"VRFY %", b"MAIL FROM:<a@b.example>", b"EHLO %")
               for size in around(510, COMMAND_MAX, 16384, 65536))


suite.add("edge-commands", commands)


def parameters(folder):
    """Parameters of MAIL and RCPT arrive unchanged, up to their limit; longer ones are dropped."""
    def trial(user, where, size, limit):
        value = "v" * size
        mail, rcpt = (f" ENVID={value}", "") if where == "envid" else ("", f" ORCPT=rfc822;{value[7:]}")
        said = f"EHLO x\r\nMAIL FROM:<a@b.example>{mail}\r\nRCPT TO:<c@d.example>{rcpt}\r\nDATA\r\n\r\nx\r\n.\r\nQUIT\r\n"
        run = user.run(["-odq", "-bs"], said.encode())
        user.drain()
        taken, = user.relay.received
        said = str(taken.mail) + str(taken.rcpts if hasattr(taken, "rcpts") else vars(taken))
        expect((value[7:] in said) == (size <= limit), f"{said}: {run}")
        user.relay.connections.clear()

    with FaultUser(folder, extensions=EIGHT) as user:
        gather((f"{where} of {size}", lambda w=where, n=size, m=limit: trial(user, w, n, m))
               for where, limit in (("envid", 100), ("orcpt", 500)) for size in around(limit))


suite.add("edge-parameters", parameters)


# Config and arguments

CONFIG_MAX = 1 << 20


def config_lines(folder):
    """A value of any length is read to its end; files of more than 1 MiB together are refused."""
    def shown(user, *args):
        run = user.run(["-P", *args])
        return run, dict(line.split(" = ", 1) for line in run.stdout.decode().splitlines() if " = " in line)

    def value(user, size):
        text = "".join(chr(97 + n % 26) for n in range(size - len("user ")))
        user.config.write_text(f"host h\nfrom a@b\nuser {text}\nport 77\n")
        run, found = shown(user)
        expect(run.status == 0 and found["user"] == text and found["port"] == "77", f"{run}")

    def comment(user, size):
        user.config.write_text(f"host h\nfrom a@b\n#{'c' * (size - 1)}\nport 77\n")
        run, found = shown(user)
        expect(run.status == 0 and found["port"] == "77", f"{run}")

    def whole(user, size):
        text = "host h\nfrom a@b\n"
        user.config.write_text(text + "#" * (size - len(text) - len("\nport 77")) + "\nport 77")
        expect(user.config.stat().st_size == size, "not of that size")
        run, found = shown(user)
        is_good = size <= CONFIG_MAX
        expect((run.status == 0 and found["port"] == "77") if is_good else (run.status == 78 and b"KiB" in run.stderr),
               f"exit {run.status}: {run.stderr[-200:]!r}")

    def option(user, size):
        text = "".join(chr(97 + n % 26) for n in range(size))
        user.config.write_text("host h\nfrom a@b\n")
        run, found = shown(user, f"--user={text}")
        expect(run.status == 0 and found["user"] == text, f"{run}")

    with FaultUser(folder) as user:
        sizes = around(256, 499, 510, 1024, 4096, 8192, 16384, 65536)
        gather([(f"value in {n}", lambda n=n: value(user, n)) for n in sizes]
               + [(f"comment of {n}", lambda n=n: comment(user, n)) for n in sizes]
               + [(f"option of {n}", lambda n=n: option(user, n)) for n in sizes]
               + [(f"file of {n}", lambda n=n: whole(user, n)) for n in around(4096, 16384, 65536, CONFIG_MAX)])


suite.add("edge-config", config_lines)


def includes(folder):
    """Includes are read to a depth of eight files."""
    def trial(user, depth):
        user.config.write_text("host h\nfrom a@b\ninclude f1\n" if depth else "host h\nfrom a@b\n")
        for number in range(1, depth + 1):
            (folder / f"f{number}").write_text(f"include f{number + 1}\n" if number < depth else "port 77\n")
        run = user.run(["-P"])
        deepest[depth] = run.status
        expect(run.status in (0, 78) and (run.status != 0 or b"port = 77" in run.stdout), f"{run}")

    deepest = {}
    with FaultUser(folder) as user:
        gather((f"{depth} deep", lambda d=depth: trial(user, d)) for depth in around(8))
    expect(list(deepest.values()) == sorted(deepest.values()) and set(deepest.values()) == {0, 78}, f"{deepest}")


suite.add("edge-includes", includes)


def arguments(folder):
    with FaultUser(folder, extensions=EIGHT) as user:
        def envid(size):
            message = Given(lambda header: header + b"\nx\n")
            run = user.send(message, options=["-V", "e" * size])
            expect(run.status == (0 if size <= 100 else 64), f"{run}")
            if size <= 100:
                user.relay.wait_idle()
                expect(f"ENVID={'e' * size}" in user.relay.received[0].mail, f"{user.relay.received[0].mail}")
            user.relay.connections.clear()

        def rmqs(size):
            run = user.run([f"--rmqs={'r' * size}"])
            expect((run.status == 64) == (size > 500), f"{run}")

        def id_part(size):
            message = Given(lambda header: header + b"\nx\n")
            user.send(message, options=["-odq"])
            name, = user.names("q")
            run = user.run([f"--queue-show={name[:size]}"])
            expect(run.status == (64 if size < 4 else 0 if size <= 24 else 66), f"{run}")
            user.run([f"--queue-remove={name}"])

        def subject(size):
            text = "".join(chr(97 + n % 26) for n in range(size))
            run = user.run(["-f", "a@b.example", "--to=c@d.example", f"--subject={text}"], b"x\n")
            expect(run.status == 0, f"{run}")
            user.relay.wait_idle()
            found = email.message_from_bytes(user.relay.received[0].content, policy=email.policy.SMTP)
            expect(re.sub(r"\s", "", found["Subject"]) == text, f"another subject: {found['Subject']!r}")
            user.relay.connections.clear()

        gather([(f"-V of {n}", lambda n=n: envid(n)) for n in around(100)]
               + [(f"--rmqs of {n}", lambda n=n: rmqs(n)) for n in around(500)]
               + [(f"{n} characters of an id", lambda n=n: id_part(n)) for n in (*around(4), 23, 24)]
               + [(f"--subject of {n}", lambda n=n: subject(n)) for n in around(63, 75, 78, 450, 900, 998, 4096)])


suite.add("edge-arguments", arguments)


def passwords(folder):
    """A password up to the limit is used to the last octet, from every source, by AUTH in one line and in two."""
    def trial(source, size):
        text = "".join(chr(97 + n % 26) for n in range(size))
        (folder / "secret").write_text(text + "\n")
        (folder / "secret").chmod(0o600)
        lines = {"password": {"password": text}, "password_file": {"password_file": folder / "secret"},
                 "passwordeval": {"passwordeval": f"cat {folder}/secret"}, "netrc": {}}[source]
        (folder / ".netrc").write_text(f"machine 127.0.0.1\nlogin tester\npassword {text}\n")
        (folder / ".netrc").chmod(0o600)
        settings = {"auth": "plain", "user": "tester", **lines}
        with relays.Relay(auth=["PLAIN"], auth_in_clear=True, password=text) as relay:
            (folder / "w").mkdir(exist_ok=True)
            with FaultUser(folder, settings, relay=relay) as user:
                message = Given(lambda header: header + b"\nx\n")
                run = user.send(message, options=["--queue=off"])
                expect(run.status == 0, f"{run}")
                user.relay.wait_idle()
                check_same(user, message, run)

    gather((f"{source}, {size}", lambda s=source, n=size: trial(s, n))
           for source in ("password", "password_file", "passwordeval", "netrc")
           for size in around(64, 128, 255, 366, 376, 512, 1024, 4096, 8192))


suite.add("edge-passwords", passwords)


def structures(folder):
    """Boundaries and depths around their limits: parts beyond them arrive unchanged, or the same when decoded."""
    def boundary(user, size):
        mark = b"b" * size
        message = Given(lambda header: header.replace(TYPE, b"") + b'MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary="' + mark + b'"\n\n--'
                        + mark + b"\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
                        + "grün\n".encode() + b"--" + mark + b"--\n")
        check(user, message, "grün")

    def depth(user, number):
        text = b""
        for n in range(number):
            mark = b"m%d" % n
            text += b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (mark, mark)
        text += b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + "grün\n".encode()
        text += b"".join(b"--m%d--\n" % n for n in reversed(range(number)))
        message = Given(lambda header: header.replace(TYPE, b"") + b"MIME-Version: 1.0\n" + text)
        check(user, message, "grün")

    def check(user, message, word):
        run = user.send(message)
        user.relay.wait_idle()
        if run.status == 0:
            found, = user.relay.received
            expect(found.content.isascii(), "octets that the relay does not take")
            leaf = [p for p in email.message_from_bytes(found.content, policy=email.policy.SMTP).walk() if not p.is_multipart()]
            expect(any(word.encode() in p.get_payload(decode=True) for p in leaf), f"{word} is lost: {found.content[-300:]!r}")
        else:
            expect(run.status in (65, 69) and run.stderr, f"{run}")
            raise Failure(f"not sent: {run}")
        user.relay.connections.clear()

    with FaultUser(folder, extensions=RELAYS["ascii"]) as user:
        gather([(f"boundary of {n}", lambda n=n: boundary(user, n)) for n in around(70, 224)]
               + [(f"{n} deep", lambda n=n: depth(user, n)) for n in around(32)])


suite.add("edge-structures", structures)
