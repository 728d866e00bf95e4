# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - the program against a relay that does what a case says. Suite "dialogue"

`python3 -m tests.dialogue [WORD...]` runs the cases whose names contain one of the words. case.py says
which words a case file has.
"""
import base64
import pathlib
import re
import shlex
from tests.lib import patience, relay as relays
from tests.lib.harness import Failure, Suite, expect, run_program, write_private
from tests.lib.parts import parts
from . import slips
from .case import Case, relay_options

HERE = pathlib.Path(__file__).resolve().parent


def start_relay(case, folder):
    options = relay_options(case.get("relay", "--plain"), folder)
    if "path" not in options:
        options.setdefault("hosts", ("127.0.0.1",))
    return relays.Relay(dialogue="\n".join(case.dialogue), **options)


def config_for(relay, case, names):
    """The config of an account that fits the relay; the case's own lines come last."""
    o = relay.options
    lines = ["account default", f"socket {relay.path}" if relay.path else f"host localhost\nport {relay.port}",
             "from alice@example.org", "queue off", "timeout 60", f"protocol {'lmtp' if o.lmtp else 'smtp'}",
             f"tls {'off' if o.tls == 'none' else 'on'}"]
    if o.tls != "none":
        lines += [f"tls_trust_file {relay.certs.ca}", f"tls_starttls {'on' if o.tls == 'starttls' else 'off'}"]
    if o.auth:
        lines += ["auth on", "user tester", "password secret"]
    return "\n".join(lines + [patience.stretch(line.format(**names)) for line in case.get("config")]) + "\n"


def secrets_to_find():
    """Password and token, plain and as base64 shows them at any offset."""
    for secret in b"secret", b"token-of-tester":
        yield secret
        for shift in range(3):
            code = base64.b64encode(b"\0" * shift + secret).rstrip(b"=")
            yield code[(shift * 8 + 5) // 6:len(code) - 1]


def body_of(message):
    """The body, with CRLF line ends, also at the end."""
    text = re.sub(rb"\r?\n", b"\r\n", message)
    body = text.partition(b"\r\n\r\n")[2]
    return body + b"\r\n" if body and not body.endswith(b"\n") else body


def check_body(case, content, given):
    """The content arrives as it was given, or recoded if the case says so."""
    arrived = content.partition(b"\r\n\r\n")[2]
    if case.get("body") != "recoded":
        expect(arrived == body_of(given), "the body is not what was given")
        return
    expect(arrived != body_of(given), "the body was not encoded")
    expect(parts(content) == parts(given), f"the parts are not what was given: {parts(content)}")


def check_always(case, relay, result, stdin):
    """Checks for every case, whatever the relay does."""
    try:
        text = result.stderr.decode()
    except UnicodeDecodeError:
        raise Failure("stderr is not UTF-8")
    expect(all(c == "\n" or c.isprintable() for c in text), "stderr is not printable")
    expect(result.status != 0 or relay.received, "exit 0, and the relay has not taken the message")
    is_clear = any(s in relay.clear for s in secrets_to_find())
    expect(not relay.faults or case.get("faults") == "any", f"faults of the client: {relay.faults}")
    expect(is_clear == (case.get("clear") == "yes"), f"a secret in clear: {is_clear}")
    printed = (result.stdout + result.stderr).replace(b"master secret", b"")
    expect(not any(s in printed for s in secrets_to_find()), "a secret was printed")
    expect(relay.received or not case.get("body"), "body: the relay took none")
    for taken in relay.received:
        check_body(case, taken.content, stdin)
    for sent in relay.transactions:
        expect(not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", sent.wire), "a bare CR or LF or a NUL on the wire")
        expect(not re.search(rb"(?im)^bcc", sent.content.partition(b"\r\n\r\n")[0]), "Bcc on the wire")


def check_outcome(case, relay, result, names):
    """Exit status and stderr."""
    statuses = [int(word) for word in case.get("exit", "0").split()]
    expect(result.status in statuses, f"exit {result.status}, wanted {case.get('exit', '0')}")
    text = result.stderr.decode()
    expect(not result.stdout or case.get("stdout"), "it wrote to stdout")
    if result.status == 0 and not case.get("stderr"):
        expect(not text, "exit 0, and something on stderr")
    place = relay.path or f"localhost:{relay.port}"
    if case.get("place") == "no":
        expect(result.status != 0 and place not in text, f"place: stderr names {place}, or need not")
    elif result.status != 0:
        expect(place in text, f"stderr does not name {place}")
    for name, text in ("stderr", text), ("stdout", result.stdout.decode()):
        for pattern in case.get(name):
            expect(re.search(fill(pattern, names), text), f"{name} lacks: {pattern}")
        for pattern in case.get(f"{name}!"):
            expect(not re.search(fill(pattern, names), text), f"{name} has: {pattern}")


def fill(pattern, names):
    """Replace the names in a regex by their values; other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda m: re.escape(str(names[m[1]])) if m[1] in names else m[0], pattern)


def check_relay(case, relay, result):
    """Check what the relay has received, and how."""
    wanted = int(case.get("messages", 1 if result.status == 0 else 0))
    expect(len(relay.received) == wanted, f"the relay took {len(relay.received)} messages, not {wanted}")
    verbs = " ".join(verb for c in relay.connections for verb in c.verbs)
    if "verbs" in case.values:
        expect(re.fullmatch(case.get("verbs"), verbs), f"commands: {verbs}")
    if case.get("waits"):
        expect(relay.client_waits == int(case.get("waits")), f"the client waited {relay.client_waits} times")
    if case.get("login"):
        logins = [c.mechanism for c in relay.connections if c.mechanism] or ["none"]
        expect(logins == [case.get("login")], f"logged in by {logins}")
    sent = b"".join(bytes(c.clear + c.secure) for c in relay.connections)
    look_for(case, "sent", sent)


def check_transaction(case, relay):
    """Check the envelope and the content of the last transaction, as far as the case has keys for them."""
    wishes = ("mail", "rcpt", "content", "content!", "wire")
    if not any(case.get(key) for key in wishes):
        return
    expect(relay.transactions, "there was no MAIL")
    last = relay.transactions[-1]
    if case.get("mail"):
        expect(re.fullmatch(case.get("mail"), last.mail), f"it said: {last.mail}")
    said = [line for line, _ in last.rcpts]
    if case.get("rcpt"):
        fits = len(said) == len(case.get("rcpt")) and all(map(re.fullmatch, case.get("rcpt"), said))
        expect(fits, f"it said: {said}")
    look_for(case, "content", last.content)
    look_for(case, "wire", last.wire)


def look_for(case, key, data):
    text = data.replace(b"\r\n", b"\n").decode(errors="backslashreplace")
    for pattern in case.get(key):
        expect(re.search(pattern, text, re.MULTILINE), f"{key} lacks: {pattern}")
    for pattern in case.get(f"{key}!", []):
        expect(not re.search(pattern, text, re.MULTILINE), f"{key} has: {pattern}")


def whole_story(relay, result):
    told = "\n".join(relays.story(c) for c in list(relay.connections)) or "nobody connected\n"
    return f"\n\n{result}\n{told}"[:20000]


def play(path, folder):
    """Run one case."""
    try:
        case = Case(path)
    except ValueError as slip:
        raise Failure(str(slip)) from None
    with start_relay(case, folder) as relay:
        names = {"port": relay.port, "socket": relay.path, "ca": relay.certs.ca,
                 "cert": relay.certs.client_cert, "key": relay.certs.client_key}
        config = write_private(folder / "config", config_for(relay, case, names))
        args = shlex.split(case.get("args", "bob@example.org").format(**names))
        stdin, begun = case.stdin(), patience.now()
        result = run_program(["-C", config, *args], stdin, home=folder)
        took = patience.now() - begun
        is_idle = relay.wait_idle()
        try:
            expect(took < float(case.get("limit", 20)) * patience.factor(), f"it took {took:.1f} s")
            expect(is_idle, "the relay still waits for the client's end")
            expect(not relay.dialogue.mistakes(), "\n".join(relay.dialogue.mistakes()))
            check_always(case, relay, result, stdin)
            check_outcome(case, relay, result, names)
            check_relay(case, relay, result)
            check_transaction(case, relay)
        except Failure as failure:
            raise Failure(f"{failure}{whole_story(relay, result)}") from None


def main():
    suite = Suite("dialogue")
    for path in sorted((HERE / "cases").iterdir()):
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*\\.case", path.name):
            raise ValueError(f"{path}: not the name of a case, GROUP-NAME.case")
        suite.add(path.stem, lambda folder, path=path: play(path, folder))
    slips.add_cases(suite, play)
    suite.main()


if __name__ == "__main__":
    main()
