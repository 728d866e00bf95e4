# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - does the test relay do what the suites rely on? Suite "relay", with Python's own clients"""
import base64
import hashlib
import hmac
import os
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from tests.lib import patience, relay as relays
from tests.lib.harness import SHARED_MEMORY, TOP, Failure, Suite, clear_faketime, expect, finish
from tests.lib.relay import Relay

suite = Suite("relay")
MESSAGE = b"Subject: test\r\n\r\n.one dot\r\n..two\r\nlast\r\n"


class Talk:
    """A client that sends the given lines, over a plain socket or TLS."""

    def __init__(self, relay, is_secure=False):
        self.sock = socket.create_connection(("127.0.0.1", relay.port), 10)
        if is_secure:
            self.secure(relay)
        self.file = self.sock.makefile("rb")

    def secure(self, relay):
        context = ssl.create_default_context(cafile=relay.certs.ca)
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")
        self.file = self.sock.makefile("rb")

    def hear(self):
        """Read a whole reply."""
        lines = b""
        while True:
            line = self.file.readline()
            lines += line
            if line[3:4] != b"-":
                return lines

    def say(self, data):
        # in pieces, because the socket's time-out is for each call
        for at in range(0, len(data), 1 << 20):
            self.sock.sendall(data[at:at + (1 << 20)])

    def ask(self, line):
        self.say(line + b"\r\n")
        return self.hear()

    def close(self):
        self.file.close()
        self.sock.close()


def envelope(talk):
    expect(talk.hear().startswith(b"220"), "no greeting")
    talk.ask(b"EHLO client")
    talk.say(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n")
    return [talk.hear()[:3] for _ in range(3)]


def smtp(relay, mechanism=None, password="secret", host="127.0.0.1"):
    """Send MESSAGE with smtplib, after a login if a mechanism is named."""
    context = ssl.create_default_context(cafile=relay.certs.ca)
    is_implicit = relay.options.tls == "implicit"
    with (smtplib.SMTP_SSL(host, relay.port, context=context) if is_implicit
          else smtplib.SMTP(host, relay.port)) as client:
        if relay.options.tls == "starttls":
            client.starttls(context=context)
        client.ehlo()
        if mechanism:
            client.esmtp_features["auth"] = mechanism
            client.login("tester", password)
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], MESSAGE)


def check_received(relay):
    expect(relay.wait_idle(), "the connection never ended")
    expect(len(relay.received) == 1, f"{len(relay.received)} messages")
    got = relay.received[0]
    expect(got.content == MESSAGE, f"content {got.content}")
    expect(got.wire == MESSAGE.replace(b"\n.", b"\n.."), f"wire {got.wire}")
    expect(got.sha256 == hashlib.sha256(MESSAGE).hexdigest(), "wrong hash")
    expect(got.sender == "a@example.org", got.sender)
    expect(got.recipients == ["b@example.org", "c@example.org"], str(got.recipients))
    expect(not relay.faults, str(relay.faults))


def delivery(tls, mechanism):
    def run(_):
        auth = [mechanism] if mechanism else []
        with Relay(tls=tls, auth=auth, auth_in_clear=True) as relay:
            smtp(relay, mechanism)
            check_received(relay)
            expect(relay.connections[0].mechanism == mechanism, "wrong mechanism noted")
            expect((tls == "none") == (b"MAIL" in relay.clear.upper()), f"clear: {relay.clear}")
    return run


for way in ("none", "starttls", "implicit"):
    for method in (None, "PLAIN", "LOGIN", "CRAM-MD5"):
        suite.add(f"delivers-{way}-{method or 'no-auth'}".lower(), delivery(way, method))


@suite.case
def wrong_password(_):
    with Relay(tls="starttls", auth=["PLAIN"]) as relay:
        try:
            smtp(relay, "PLAIN", "guess")
        except smtplib.SMTPAuthenticationError as error:
            expect(error.smtp_code == 535, str(error))
        else:
            expect(False, "let in")
        expect(relay.wait_idle() and not relay.received, "took a message")


@suite.case
def no_auth_in_clear(_):
    with Relay(tls="starttls", auth=["PLAIN"]) as relay:
        talk = Talk(relay)
        talk.hear()
        expect(b"AUTH" not in talk.ask(b"EHLO x"), "AUTH offered in clear")
        expect(talk.ask(b"AUTH PLAIN AHRlc3RlcgBzZWNyZXQ=").startswith(b"504"), "AUTH taken in clear")
        expect(talk.ask(b"MAIL FROM:<a@b>").startswith(b"530"), "MAIL taken without login")
        talk.close()


@suite.case
def scram_numbers_of_rfc_7677(_):
    login = relays.Login("user", "pencil", "", None, "", "", 4096)
    nonce = rb"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    salt = b"W22ZaJ0SNY7soEsUEjb6gQ=="
    signed = b"n=user,r=rOprNGfwEbeRWgbNEkqO," + nonce + b",s=" + salt + b",i=4096,c=biws," + nonce
    proof, signature = relays.scram_proofs("sha256", login, base64.b64decode(salt), signed)
    expect(base64.b64encode(proof) == b"dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "wrong proof")
    expect(base64.b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "wrong signature")


def scram(talk, digest, name, password):
    """Log in as a client does; returns the last reply and whether the relay proved that it knows the password."""
    bare = b"n=tester,r=clientnonce"
    first = base64.b64encode(b"n,," + bare)
    server_first = base64.b64decode(talk.ask(b"AUTH " + name + b" " + first)[4:])
    fields = dict(field.split(b"=", 1) for field in server_first.split(b","))
    final = b"c=biws,r=" + fields[b"r"]
    signed = b",".join((bare, server_first, final))
    salted = hashlib.pbkdf2_hmac(digest, password, base64.b64decode(fields[b"s"]), int(fields[b"i"]))
    key = hmac.digest(salted, b"Client Key", digest)
    mask = hmac.digest(hashlib.new(digest, key).digest(), signed, digest)
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, mask)))
    reply = talk.ask(base64.b64encode(final + b",p=" + proof))
    if not reply.startswith(b"334"):
        return reply, False
    signature = hmac.digest(hmac.digest(salted, b"Server Key", digest), signed, digest)
    is_proven = base64.b64decode(reply[4:]) == b"v=" + base64.b64encode(signature)
    return talk.ask(b""), is_proven


def scram_case(digest, name, password, wanted, is_honest=True):
    def run(_):
        options = {} if is_honest else {"scram_final": "v=AAAA"}
        with Relay(tls="implicit", auth=[name.decode()], **options) as relay:
            talk = Talk(relay, True)
            talk.hear()
            talk.ask(b"EHLO x")
            reply, is_proven = scram(talk, digest, name, password)
            expect(reply.startswith(wanted), reply.decode())
            expect(is_proven == (is_honest and wanted == b"235"), "wrong proof of the relay")
            talk.close()
    return run


suite.add("scram-sha-256", scram_case("sha256", b"SCRAM-SHA-256", b"secret", b"235"))
suite.add("scram-sha-1", scram_case("sha1", b"SCRAM-SHA-1", b"secret", b"235"))
suite.add("scram-wrong-password", scram_case("sha256", b"SCRAM-SHA-256", b"guess", b"535"))
suite.add("scram-cheating", scram_case("sha256", b"SCRAM-SHA-256", b"secret", b"235", False))


def bearer_case(name, answer, token, wanted):
    def run(_):
        with Relay(tls="implicit", auth=[name], token="t0k3n") as relay:
            talk = Talk(relay, True)
            talk.hear()
            talk.ask(b"EHLO x")
            first = base64.b64encode(answer.replace(b"TOKEN", token))
            reply = talk.ask(b"AUTH " + name.encode() + b" " + first)
            reply = talk.ask(b"AQ==") if reply.startswith(b"334") else reply
            expect(reply.startswith(wanted), reply.decode())
            talk.close()
    return run


XOAUTH2 = b"user=tester\x01auth=Bearer TOKEN\x01\x01"
OAUTHBEARER = b"n,a=tester,\x01host=localhost\x01port=587\x01auth=Bearer TOKEN\x01\x01"
suite.add("xoauth2", bearer_case("XOAUTH2", XOAUTH2, b"t0k3n", b"235"))
suite.add("xoauth2-refused", bearer_case("XOAUTH2", XOAUTH2, b"other", b"535"))
suite.add("oauthbearer", bearer_case("OAUTHBEARER", OAUTHBEARER, b"t0k3n", b"235"))
suite.add("oauthbearer-refused", bearer_case("OAUTHBEARER", OAUTHBEARER, b"other", b"535"))


@suite.case
def external_needs_the_certificate(_):
    with Relay(tls="implicit", auth=["EXTERNAL"]) as relay:
        context = ssl.create_default_context(cafile=relay.certs.ca)
        for wanted in (535, 235):
            with smtplib.SMTP_SSL("127.0.0.1", relay.port, context=context) as client:
                client.ehlo()
                expect(client.docmd("AUTH EXTERNAL", "=")[0] == wanted, f"not {wanted}")
            context.load_cert_chain(relay.certs.client_cert, relay.certs.client_key)
        expect(relay.wait_idle() and relay.connections[1].user == "tester", "wrong name")


@suite.case
def client_waits_of_a_perfect_client(_):
    with Relay(tls="implicit", auth=["PLAIN"]) as relay:
        talk = Talk(relay, True)
        talk.hear()
        talk.ask(b"EHLO x")
        talk.ask(b"AUTH PLAIN AHRlc3RlcgBzZWNyZXQ=")
        talk.say(b"MAIL FROM:<a@b>\r\n" + b"RCPT TO:<c@d>\r\n" * 50 + b"DATA\r\n")
        codes = [talk.hear()[:3] for _ in range(52)]
        expect(codes[-1] == b"354", str(codes))
        talk.say(b"Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n")
        expect(talk.hear()[:3] + talk.hear()[:3] == b"250221", "no final reply")
        talk.close()
        expect(relay.wait_idle() and relay.client_waits == 5, f"{relay.client_waits} waits")
        expect(not relay.faults, str(relay.faults))


@suite.case
def faults_are_seen(_):
    with Relay(dialogue="greeting: delay 0.3 ; default", extensions=()) as relay:
        talk = Talk(relay)
        talk.say(b"EHLO x\r\nMAIL FROM:<a@b>\r\nNOOP\n")
        for _ in range(4):
            talk.hear()
        talk.close()
        relay.wait_idle()
        faults = " ".join(relay.faults)
        for fault in ("before the greeting", "without PIPELINING", "bad end"):
            expect(fault in faults, f"{fault}: {faults}")


@suite.case
def strict_parameters(_):
    with Relay(extensions=("SIZE",), size=100) as relay:
        talk = Talk(relay)
        talk.hear()
        talk.ask(b"EHLO x")
        for line, code in ((b"MAIL FROM:<a@b> BODY=8BITMIME", b"555"), (b"MAIL FROM:<a@b> SIZE=101", b"552"),
                           (b"MAIL FROM: <a@b>", b"501"), (b"MAIL FROM:<> SIZE=9", b"250"),
                           (b"RCPT TO:<a@b> NOTIFY=NEVER", b"555"), (b'RCPT TO:<"a> b"@c>', b"250")):
            reply = talk.ask(line)
            expect(reply.startswith(code), f"{line}: {reply}")
        talk.close()


@suite.case
def lmtp_over_a_unix_socket(folder):
    with Relay(lmtp=True, path=folder / "lmtp", dialogue="dot <c@d>: 452 4.2.2 full") as relay:
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(relay.path)
        sock.sendall(b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@d>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        sock.sendall(b"hi\r\n.\r\nQUIT\r\n")
        said = b"".join(iter(lambda: sock.recv(4096), b""))
        expect(b"250 2.0.0 taken for a@d\r\n452 4.2.2 full\r\n221" in said, said.decode())
        sock.close()
        expect(relay.wait_idle() and relay.received[0].content == b"hi\r\n", "nothing received")


@suite.case
def bdat(_):
    with Relay(extensions=("CHUNKING",)) as relay:
        talk = Talk(relay)
        talk.hear()
        talk.ask(b"EHLO x")
        talk.ask(b"MAIL FROM:<a@b>")
        talk.ask(b"RCPT TO:<a@b>")
        talk.say(b"BDAT 5\r\n.\r\nab")
        expect(talk.hear().startswith(b"250"), "first chunk refused")
        talk.say(b"BDAT 3 LAST\r\nc\r\n")
        expect(talk.hear().startswith(b"250"), "last chunk refused")
        talk.close()
        expect(relay.wait_idle() and relay.received[0].content == b".\r\nabc\r\n", "wrong content")


def split_case(step):
    def run(_):
        with Relay() as relay:
            talk = Talk(relay)
            expect(envelope(talk)[-1] == b"354", "no DATA")
            body = b".\r\n.x\r\n\r\n.\ra\n.\r\n" + b".y" * 9 + b"\r\n"
            wire = b"." + body.replace(b"\r\n.", b"\r\n..") + b".\r\n"
            for at in range(0, len(wire), step):
                talk.say(wire[at:at + step])
                time.sleep(0.001)
            expect(talk.hear().startswith(b"250"), "not taken")
            talk.close()
            expect(relay.wait_idle() and relay.received[0].content == body, str(relay.received[0].content))
    return run


for width in (1, 2, 3, 4, 5, 7):
    suite.add(f"content-in-pieces-of-{width}", split_case(width))


@suite.case
def empty_content(_):
    with Relay() as relay:
        talk = Talk(relay)
        envelope(talk)
        expect(talk.ask(b".").startswith(b"250"), "not taken")
        talk.close()
        expect(relay.wait_idle() and relay.received[0].content == b"", "not empty")


@suite.case
def hundred_megabytes(_):
    line = b"x" * 76 + b"\r\n"
    body = line * (100_000_000 // len(line))
    with Relay(keep=False) as relay:
        talk = Talk(relay)
        envelope(talk)
        begun = patience.now()
        talk.say(body)
        expect(talk.ask(b".").startswith(b"250"), "not taken")
        talk.close()
        expect(patience.now() - begun < 20, "slow")
        got = relay.received[0]
        expect((got.size, got.sha256) == (len(body), hashlib.sha256(body).hexdigest()), "wrong hash")
        expect(not got.content, "kept")


def script_case(dialogue, wanted, command=b"NOOP"):
    """All that a client reads after `command`, with the given dialogue."""
    def run(_):
        with Relay(dialogue=dialogue) as relay:
            talk = Talk(relay)
            talk.hear()
            talk.say(command + b"\r\n")
            said = talk.file.read()
            expect(said == wanted, f"{said[:200]} ({len(said)} bytes)")
            talk.close()
            expect(relay.wait_idle(), "the connection never ended")
    return run


suite.add("script-lines", script_case("noop: 250-a | 250 b ; drop", b"250-a\r\n250 b\r\n"))
suite.add("script-raw", script_case(r"noop: raw 250 \x9b\0\x20 ; drop", b"250 \x9b\0 "))
suite.add("script-repeat", script_case(r"noop: repeat 10000 250-x\r\n ; 250 y ; drop",
                                       b"250-x\r\n" * 10000 + b"250 y\r\n"))
suite.add("script-drip", script_case(r"noop: drip 0.01 250 ok\r\n ; drop", b"250 ok\r\n"))
suite.add("script-delay", script_case("noop: delay 0.1 ; 250 late ; drop", b"250 late\r\n"))
suite.add("script-behind-default", script_case("noop: default ; 999 more ; drop",
                                               b"250 2.0.0 ok\r\n999 more\r\n"))
suite.add("script-nth", script_case("noop#2: drop", b"250 2.0.0 ok\r\n", b"NOOP\r\nNOOP"))
suite.add("script-phase", script_case("never at noop/tls: 250 tls\nnoop/clear: 250 clear ; drop", b"250 clear\r\n"))
suite.add("script-swallow", script_case("noop#1: swallow\nnoop#2: drop", b"", b"NOOP\r\nNOOP"))


@suite.case
def script_not_followed(_):
    """A rule that is never followed fails the test, also a `never` rule that is followed; other failures come first."""
    for dialogue, wanted in (("noop: 250 a\nrset: 250 b", "never followed: rset: 250 b"),
                             ("never at noop: 250 a", "followed: never at noop: 250 a"), ("maybe at rset: 250 b", "")):
        told = ""
        try:
            with Relay(dialogue=dialogue) as relay:
                talk = Talk(relay)
                talk.hear()
                talk.ask(b"NOOP")
                talk.close()
        except Failure as failure:
            told = str(failure)
        expect(told.endswith(wanted) and bool(told) == bool(wanted), f"{dialogue!r}: {told!r}")
    try:
        with Relay(dialogue="rset: 250 b"):
            raise KeyError
    except KeyError:
        pass


@suite.case
def script_reset(_):
    with Relay(dialogue="noop: reset") as relay:
        talk = Talk(relay)
        talk.hear()
        try:
            expect(False, f"heard {talk.ask(b'NOOP')}")
        except ConnectionResetError:
            pass
        talk.close()


@suite.case
def script_early_refusal_in_content(_):
    with Relay(dialogue="content: read 1000 ; 552 5.3.4 too big ; drop") as relay:
        talk = Talk(relay)
        envelope(talk)
        talk.say(b"x" * 1000)
        expect(talk.hear().startswith(b"552"), "no early reply")
        talk.close()
        expect(relay.wait_idle() and not relay.received, "received")


@suite.case
def script_injection_is_one_write(_):
    with Relay(tls="starttls", dialogue=r"starttls: 220 go ; raw 250 injected\r\n") as relay:
        talk = Talk(relay)
        talk.hear()
        talk.ask(b"EHLO x")
        talk.say(b"STARTTLS\r\n")
        said = talk.sock.recv(4096)
        expect(said == b"220 go\r\n250 injected\r\n", str(said))
        talk.close()


@suite.case
def script_broken_handshake(_):
    with Relay(tls="implicit", dialogue="handshake: raw nonsense ; drop") as relay:
        try:
            Talk(relay, True)
        except (ssl.SSLError, ConnectionError):
            return
        expect(False, "TLS with a relay that has none")


@suite.case
def stop_ends_hanging_connections(_):
    relay = Relay(dialogue="ehlo: hang").start()
    talk = Talk(relay)
    talk.hear()
    talk.say(b"EHLO x\r\n")
    begun = patience.now()
    relay.stop()
    expect(patience.now() - begun < 2, "slow to stop")
    talk.close()


@suite.case
def both_families_on_one_port(_):
    with Relay(hosts=("127.0.0.1", "::1")) as relay:
        for host in ("127.0.0.1", "::1"):
            smtp(relay, host=host)
        expect(relay.wait_idle() and len(relay.received) == 2, "not reached by both")


@suite.case
def command_line(folder):
    """Started by hand: a ready file, a session, and printed lines without a password."""
    ready = folder / "ready"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lib.relay", "--starttls", "--auth", "PLAIN", "--once", "--certs", folder / "certs",
         "--ready-file", ready], stdout=subprocess.PIPE, cwd=TOP)
    try:
        while not ready.exists() and process.poll() is None:
            time.sleep(0.01)
        values = dict(line.split("=") for line in ready.read_text().splitlines())
        with smtplib.SMTP("127.0.0.1", int(values["port"])) as client:
            client.starttls(context=ssl.create_default_context(cafile=values["ca"]))
            client.login("tester", "secret")
            client.sendmail("a@example.org", ["b@example.org"], MESSAGE)
        told = finish(process)[0].decode()
    finally:
        process.kill()
    for words in ("tester with PLAIN", "RCPT TO:<b@example.org>", "| .one dot", "TLSv1.3", "(hidden)"):
        expect(words.lower() in told.lower(), f"{words} is not in:\n{told}")
    expect("secret" not in told and "AHRlc3" not in told, f"password in:\n{told}")


# The harness


def tried(seconds, config, last_works=False):
    """The time-out factors with which the harness runs a case that fails `seconds` after it wrote this config."""
    factors = []

    def fails(_):
        factors.append(patience.factor())
        patience.stretch(config)
        patience.stretching.since -= seconds * patience.factor()
        expect(last_works and factors[-1] == patience.STRETCHES[-1], "it fails")

    report = suite.report_patiently(fails, lambda why: None)
    expect(bool(report) != last_works, f"the report is {report!r}")
    return factors


@suite.case
def a_failure_after_a_time_out_is_tried_with_longer_ones(_):
    every = list(patience.STRETCHES)
    rows = ((0, "timeout 7", [1]), (6, "timeout 7", [1]), (8, "timeout 7", every), (8, "host x", [1]),
            (8, "timeout 7\nsession_timeout 900", every), (8, "timeout 0", [1]))
    for seconds, config, wanted in rows:
        expect(tried(seconds, config) == wanted, f"{config!r} failed after {seconds} s: {tried(seconds, config)}")
    expect(tried(8, "timeout 7", last_works=True) == every, "the longest time-outs do not count")


def memory_of(process):
    """The names of the memory that faketime shares with its program."""
    return [SHARED_MEMORY / f"{name}_{process.pid}" for name in ("faketime_shm", "sem.faketime_sem")]


@suite.case
def memory_of_a_killed_faketime_is_removed(_):
    """The shared memory is not removed while a program that started under faketime still runs."""
    with subprocess.Popen(["faketime", "-f", "+1d", "sh", "-c", "echo; read -r line; exit"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        shared = memory_of(process)
        clear_faketime()
        expect(all(path.exists() for path in shared), "removed while faketime runs")
        process.kill()
        process.wait()
        clear_faketime()
        expect(all(path.exists() for path in shared), "removed while the program runs")
        process.stdin.close()
        process.stdout.read()
        expect(suite.report_of(lambda folder: None) == "", "a case that does nothing fails")
        expect(not any(path.exists() for path in shared), "still there after the next case")


@suite.case
def words_choose_cases(folder):
    """A word that is in no name is an error, and so is a name that two cases have."""
    script = folder / "few.py"
    script.write_text("from tests.lib.harness import Suite\nsuite = Suite('few')\nfor name in ('one', 'two'):\n"
                      "    suite.add(name, print)\nsuite.main()\n")
    for words, status, told in ((["one"], 0, "ok - few/one"), (["one", "tow"], 1, "few: no case has in its name: tow"),
                                ([], 0, "1..2")):
        done = subprocess.run([sys.executable, script, *words], env={**os.environ, "PYTHONPATH": str(TOP)},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        expect(done.returncode == status and told in done.stdout, f"{words}: {done}")
    try:
        suite.add("words-choose-cases", print)
    except ValueError:
        return
    expect(False, "two cases of the same name")


if __name__ == "__main__":
    suite.main()
