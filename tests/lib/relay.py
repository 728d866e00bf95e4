# SPDX-License-Identifier: GPL-3.0-or-later
"""relay.py - a mail relay for tests: SMTP and LMTP, TLS, AUTH, and any misbehaviour on request

In a test:

    with Relay(tls="starttls", auth=["PLAIN"], dialogue="rcpt#2: 550 5.1.1 no such user") as relay:
        ...run a client against relay.port, trusting relay.certs.ca...
        relay.wait_idle()
        relay.received, relay.transactions, relay.connections, relay.client_waits, relay.clear

By hand: `python3 -m tests.lib.relay --help`.

A dialogue is lines of the form  [MARK at] STEP[/clear|/tls][#N][ <ADDRESS>]: ACTION [; ACTION]...
The first line that fits a step replaces what the relay would do there. #N is the N-th time that the
step is reached in a connection, /clear and /tls ask for the time before and after TLS. A line that was never
followed when the `with` ends is a failure: a misspelt rule must not make a test that can't fail.
`never at` marks a line that must not be followed, `maybe at` one that may.

  steps     greeting handshake ehlo helo lhlo starttls auth auth.2 auth.3 ... mail rcpt data content dot
            bdat unread rset noop quit other
            ("auth" is the reply to AUTH itself, "auth.2" the reply to the client's next line;
            "content" is the moment when the content begins to arrive, "dot" the reply to its end;
            "unread" is the reply to BDAT of a relay that reads the chunk as commands)
  actions   250 text | 250 more   these lines, each ended by CRLF, exactly as they stand
            raw BYTES             these bytes
            repeat N BYTES        N times these bytes ("forever" for N: until the client has closed)
            drip S BYTES          one byte every S seconds
            delay S               wait S seconds
            read N                take N bytes more from the client (content, or a TLS handshake)
            drop, close, reset    end the connection: FIN, FIN after the end of TLS (close_notify), RST
            hang                  silence until the client has closed
            swallow               no reply
            default               what the relay says or does without this rule

In all of these \\r \\n \\0 \\x9b and the like stand for their bytes. The first whole reply decides what
follows: a 2xx to RCPT makes a recipient, 354 lets the content come, 220 to STARTTLS starts TLS.
"""
import argparse
import asyncio
import base64
import binascii
import contextlib
import dataclasses
import functools
import hashlib
import hmac
import pathlib
import re
import secrets
import select
import shlex
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from . import patience
from .harness import Failure
from .strict import PROVIDERS, verdict


BLOCK = 1 << 18
NAME = "relay.test"


# Certificates

@dataclasses.dataclass
class Certs:
    """Paths of a CA, a server certificate for this machine, and a client certificate."""
    ca: pathlib.Path
    cert: pathlib.Path
    key: pathlib.Path
    client_cert: pathlib.Path
    client_key: pathlib.Path


SERVER = "cn=localhost\ndns_name=localhost\nip_address=127.0.0.1\nip_address=::1\ntls_www_server\n"
CLIENT = "cn=tester\nemail=tester@example.org\ntls_www_client\n"


def certtool(*words):
    subprocess.run(["certtool", *map(str, words)], check=True, capture_output=True)


def make_key(path, rsa):
    kind = ["--key-type", "rsa", "--bits", "2048"] if rsa else ["--key-type", "ecdsa", "--curve", "secp256r1"]
    certtool("--generate-privkey", *kind, "--outfile", path)


def make_cert(folder, name, template, ca=None, rsa=False):
    """Write NAME.key and NAME.pem, signed by `ca` (a name used before) or by itself."""
    key, cert, recipe = (folder / f"{name}.{end}" for end in ("key", "pem", "template"))
    make_key(key, rsa)
    recipe.write_text(template + "expiration_days=3650\nsigning_key\n")
    signer = ["--load-ca-certificate", folder / f"{ca}.pem", "--load-ca-privkey", folder / f"{ca}.key"]
    how = ["--generate-certificate", *signer] if ca else ["--generate-self-signed"]
    certtool(*how, "--load-privkey", key, "--template", recipe, "--outfile", cert)
    return cert, key


def make_certs(folder, rsa=False):
    """Make a CA and its certificates in `folder`; returns their paths as Certs."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    ca, _ = make_cert(folder, "ca", "cn=Test CA\nca\ncert_signing_key\n", rsa=rsa)
    cert, key = make_cert(folder, "server", SERVER, "ca", rsa)
    return Certs(ca, cert, key, *make_cert(folder, "client", CLIENT, "ca", rsa))


@functools.cache
def certs_of_process():
    """Certificates made once and removed when the process ends."""
    holder = tempfile.TemporaryDirectory(prefix="relay-certs-")
    certs = make_certs(holder.name)
    certs.holder = holder
    return certs


CERTS_LOCK = threading.Lock()


def default_certs():
    with CERTS_LOCK:
        return certs_of_process()


# Dialogues

STEPS = {"greeting", "handshake", "ehlo", "helo", "lhlo", "starttls", "auth", "mail", "rcpt", "data", "content", "dot",
         "bdat", "unread", "rset", "noop", "quit", "other"}
STEPS_WITH_ADDRESS = {"mail", "rcpt", "dot", "bdat"}
WITH_BYTES = {"raw": False, "repeat": True, "drip": True}  # actions, and whether a number comes first
WITH_NUMBER = {"delay", "read"}
ALONE = {"drop", "close", "reset", "hang", "swallow", "default"}
LAST = {"drop", "close", "reset", "hang"}
RULE = re.compile(r"(?:(?P<mark>never |maybe )?at |)(?P<step>[a-z]+(?:\.\d+)?)(?:/(?P<phase>clear|tls))?"
                  r"(?:#(?P<nth>[1-9]\d*))?(?: <(?P<address>[^>]*)>)?:\s*(?P<actions>.+)")


def unescape(text):
    """Text with backslash escapes to bytes; anything else is sent in UTF-8."""
    unknown = re.sub(r"\\(?:[rnt0\\]|x[0-9a-fA-F]{2})", "", text)
    if "\\" in unknown:
        raise ValueError(f"an unknown escape in: {text}")
    return text.encode().decode("unicode_escape").encode("latin-1")


@dataclasses.dataclass
class Action:
    verb: str
    number: float = 0
    data: bytes = b""

    @classmethod
    def parse(cls, text):
        if text[:1].isdigit():
            return cls("raw", data=b"".join(map(cls.reply_line, text.split(" | "))))
        verb, _, rest = text.partition(" ")
        if verb in WITH_NUMBER:
            return cls(verb, cls.number_of(rest))
        if verb in WITH_BYTES and rest:
            number, _, rest = rest.partition(" ") if WITH_BYTES[verb] else ("0", "", rest)
            if rest:
                return cls(verb, cls.number_of(number, verb == "repeat"), unescape(rest))
        if verb not in ALONE or rest:
            raise ValueError(f"not an action: {text}")
        return cls(verb)

    @staticmethod
    def reply_line(line):
        if not re.match(r"\d{3}(?:[ -]|$)", line):
            raise ValueError(f"not a line of a reply (raw can say it): {line}")
        return unescape(line) + b"\r\n"

    @staticmethod
    def number_of(text, may_be_forever=False):
        if may_be_forever and text == "forever":
            return float("inf")
        if not re.fullmatch(r"\d+(?:\.\d+)?", text):
            raise ValueError(f"not a number: {text}")
        return float(text)

    def is_last(self):
        """Whether the action ends the connection."""
        return self.verb in LAST or self.number == float("inf")


class Rule:
    """A line of a dialogue, with a count of how often the relay has followed it."""

    def __init__(self, line):
        found = RULE.fullmatch(line)
        if not found:
            raise ValueError(f"not a line of a dialogue: {line}")
        self.line, self.uses = line, 0
        self.mark = (found["mark"] or "").strip()
        self.step, self.phase, self.address = found["step"], found["phase"], found["address"]
        self.nth = int(found["nth"] or 0)
        self.check_step()
        self.actions = [Action.parse(text.strip()) for text in re.split(r"\s;\s", found["actions"])]
        for action in self.actions[:-1]:
            if action.is_last():
                raise ValueError(f"nothing can come after {action.verb}: {line}")

    def check_step(self):
        name, _, number = self.step.partition(".")
        if name not in STEPS or number and (name != "auth" or int(number) < 2):
            raise ValueError(f"there is no step {self.step}: {self.line}")
        if self.address is not None and name not in STEPS_WITH_ADDRESS:
            raise ValueError(f"the step {name} has no address: {self.line}")

    def fits(self, step, phase, counts, address):
        count = counts[self.phase] if self.phase else counts["all"]
        return (self.step == step and self.phase in (None, phase) and self.nth in (0, count)
                and self.address in (None, address))

    def is_right(self):
        """Whether the rule was followed, or not followed, as its mark demands."""
        return self.mark == "maybe" or bool(self.uses) != (self.mark == "never")


class Dialogue:
    """The rules that replace the relay's own behaviour at some steps."""

    def __init__(self, text=""):
        lines = (line.strip() for line in text.splitlines())
        self.rules = [Rule(line) for line in lines if line and not line.startswith("#")]

    def has(self, step):
        """Whether a rule fits the step; the rule then counts as followed."""
        rules = [rule for rule in self.rules if rule.step == step]
        for rule in rules:
            rule.uses += 1
        return bool(rules)

    def find(self, step, phase, counts, address):
        """The actions for a step; `counts` has the number of times it was reached, in all and in its phase."""
        for rule in self.rules:
            if rule.fits(step, phase, counts, address):
                rule.uses += 1
                return rule.actions
        return None

    def mistakes(self):
        """The failures of the rules after the session, one line each."""
        return [f"{'followed' if rule.uses else 'never followed'}: {rule.line}"
                for rule in self.rules if not rule.is_right()]


def reply_code(said):
    """The code of the first whole reply in the bytes sent; 0 if there is no reply or if its codes differ."""
    lines = re.match(rb"(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n", said)
    codes = {line[:3] for line in lines[0].splitlines()} if lines else set()
    return int(codes.pop()) if len(codes) == 1 else 0


# AUTH: a mechanism is a generator that yields challenges, gets responses, and returns the user

@dataclasses.dataclass
class Login:
    """The facts by which a mechanism accepts or refuses a client."""
    user: str
    password: str
    token: str
    certificate: str
    scram_first: str
    scram_final: str
    iterations: int

    def check(self, user, password):
        good = (user, password) == (self.user.encode(), self.password.encode())
        return user.decode() if good else None


def auth_plain(login, first):
    answer = (yield b"") if first is None else first
    _, user, password = answer.split(b"\0")
    return login.check(user, password)


def auth_login(login, first):
    user = (yield b"Username:") if first is None else first
    return login.check(user, (yield b"Password:"))


def auth_cram_md5(login, first):
    challenge = f"<{secrets.token_hex(8)}@{NAME}>".encode()
    user, _, proof = (yield challenge).partition(b" ")
    wanted = hmac.new(login.password.encode(), challenge, "md5").hexdigest().encode()
    return login.check(user, login.password.encode() if hmac.compare_digest(proof, wanted) else b"")


def auth_external(login, first):
    if first is None:
        yield b""
    return login.certificate


def bearer(login, pattern, answer):
    """Judge an OAuth response, which `pattern` parses; a refusal takes one more round."""
    found = re.fullmatch(pattern, answer, re.DOTALL)
    if found and found["user"].decode() == login.user and found["token"].decode() == login.token:
        return login.user
    yield b'{"status":"invalid_token"}'
    return None


def auth_xoauth2(login, first):
    answer = (yield b"") if first is None else first
    pattern = rb"user=(?P<user>[^\x01]*)\x01auth=Bearer (?P<token>[^\x01]*)\x01\x01"
    return (yield from bearer(login, pattern, answer))


def auth_oauthbearer(login, first):
    answer = (yield b"") if first is None else first
    pattern = rb"n,a=(?P<user>[^,]*),\x01(?:.*\x01)?auth=Bearer (?P<token>[^\x01]*)\x01\x01"
    return (yield from bearer(login, pattern, answer))


def scram_proofs(digest, login, salt, signed):
    """The client's proof and the server's signature of RFC 5802 section 3."""
    def mac(key, text):
        return hmac.new(key, text, digest).digest()
    salted = hashlib.pbkdf2_hmac(digest, login.password.encode(), salt, login.iterations)
    client = mac(salted, b"Client Key")
    mask = mac(hashlib.new(digest, client).digest(), signed)
    proof = bytes(a ^ b for a, b in zip(client, mask))
    return proof, mac(mac(salted, b"Server Key"), signed)


def auth_scram(digest, login, first):
    opening = (yield b"") if first is None else first
    gs2, bare = re.fullmatch(rb"([ny],[^,]*,)(.*)", opening).groups()
    names = dict(field.split(b"=", 1) for field in bare.split(b","))
    salt, nonce = secrets.token_bytes(16), names[b"r"].decode() + secrets.token_hex(9)
    words = {"nonce": nonce, "salt": base64.b64encode(salt).decode(), "iterations": login.iterations}
    server_first = login.scram_first.format(**words).encode()
    final = yield server_first
    if login.iterations > 2_000_000:
        return None
    unproven, _, proof = final.rpartition(b",p=")
    honest = unproven == b"c=" + base64.b64encode(gs2) + b",r=" + nonce.encode()
    wanted, signature = scram_proofs(digest, login, salt, b",".join((bare, server_first, unproven)))
    if not honest or not hmac.compare_digest(base64.b64decode(proof), wanted):
        return None
    if login.scram_final:
        yield login.scram_final.format(signature=base64.b64encode(signature).decode()).encode()
    return login.check(names[b"n"], login.password.encode())


MECHANISMS = {
    "PLAIN": auth_plain,
    "LOGIN": auth_login,
    "CRAM-MD5": auth_cram_md5,
    "SCRAM-SHA-1": functools.partial(auth_scram, "sha1"),
    "SCRAM-SHA-256": functools.partial(auth_scram, "sha256"),
    "XOAUTH2": auth_xoauth2,
    "OAUTHBEARER": auth_oauthbearer,
    "EXTERNAL": auth_external,
}


class Exchange:
    """An AUTH exchange: takes the client's lines, gives the relay's replies; sets `user` on success."""

    def __init__(self, mechanism, login, first):
        self.user = None
        self.steps = None
        self.start = lambda: MECHANISMS[mechanism](login, self.decode(first))

    @staticmethod
    def decode(text):
        if text is None:
            return None
        return b"" if text == "=" else base64.b64decode(text, validate=True)

    def answer(self, line=None):
        """The reply to a line of the client, or to the AUTH command."""
        if line == "*":
            return "501 5.7.0 given up"
        try:
            return "334 " + base64.b64encode(self.advance(line)).decode()
        except StopIteration as end:
            self.user = end.value
        except (ValueError, AttributeError, KeyError, TypeError, binascii.Error):
            return "501 5.5.2 that makes no sense"
        return "235 2.7.0 welcome" if self.user else "535 5.7.8 wrong user or password"

    def advance(self, line):
        if self.steps is None:
            self.steps = self.start()
            return next(self.steps)
        return self.steps.send(self.decode(line))


# The wire

class Over(Exception):
    """The connection has ended."""


class Wire:
    """A connected socket, in clear or under TLS. Bytes received in clear are kept in record.clear."""

    def __init__(self, sock, record, keep):
        self.sock, self.record, self.keep = sock, record, keep
        self.loop = asyncio.get_running_loop()
        self.tls = None

    async def receive(self):
        """Whatever comes next, b"" at the end."""
        data = await (self.receive_tls() if self.tls else self.loop.sock_recv(self.sock, BLOCK))
        if self.keep:
            (self.record.secure if self.tls else self.record.clear).extend(data)
        return data

    async def receive_tls(self):
        while True:
            try:
                return self.tls.read(BLOCK)
            except ssl.SSLWantReadError:
                await self.feed()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError:
                self.record.clear += self.fed
                raise

    async def feed(self):
        """Move bytes between the socket and the TLS engine until there is something new for it."""
        await self.push()
        self.fed = await self.loop.sock_recv(self.sock, BLOCK)
        if self.fed:
            self.incoming.write(self.fed)
        else:
            self.incoming.write_eof()
        return self.fed

    async def push(self):
        if self.outgoing.pending:
            await self.loop.sock_sendall(self.sock, self.outgoing.read())

    async def send(self, data):
        if not self.tls:
            return await self.loop.sock_sendall(self.sock, data)
        for at in range(0, len(data), 16384):
            self.tls.write(data[at:at + 16384])
            await self.push()

    def is_readable(self):
        return bool((self.tls and self.tls.pending()) or select.select([self.sock], [], [], 0)[0])

    async def start_tls(self, context):
        """Shake hands. What came from a client whose handshake failed counts as said in clear."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        heard = bytearray()
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                heard += await self.feed()
            except ssl.SSLError as error:
                self.record.clear += heard
                self.record.tls_error = error.reason or str(error)
                await self.push()
                raise Over from error
        await self.push()
        self.tls = tls

    async def drain(self):
        """Take what the client still says until it has gone."""
        with contextlib.suppress(OSError):
            while await self.receive():
                pass

    async def finish(self, goodbye):
        """Close our direction, with TLS's own goodbye or without, and wait for the client's."""
        if goodbye and self.tls:
            with contextlib.suppress(ssl.SSLError):
                self.tls.unwrap()
            await self.push()
        self.sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.drain(), 5)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


# Records

class Connection:
    """The acts of one client, from connecting to closing."""

    def __init__(self, number):
        self.number = number
        self.clear, self.secure = bytearray(), bytearray()
        self.commands = []  # the client's command lines, without the rest of AUTH
        self.log = []  # (who, line) for people: secrets hidden, content left out
        self.faults = []  # the client's violations of the protocol
        self.transactions = []
        self.client_waits = 0
        self.tls_version = self.tls_cipher = self.tls_error = self.client_name = None
        self.mechanism = self.user = None
        self.is_over = False

    @property
    def verbs(self):
        return [command.split(" ")[0].upper() for command in self.commands]


class Transaction:
    """A MAIL command and the commands after it. `content` is the message, `wire` the same with stuffed dots."""

    def __init__(self, mail, keep):
        self.mail, self.keep = mail, keep
        self.rcpts = []  # (command line, code of the reply)
        self.parts, self.wire_parts = [], []
        self.size, self.digest = 0, hashlib.sha256()
        self.is_complete = self.is_acknowledged = self.is_refused = False
        self.is_chunked = False
        self.served = []  # recipients for whom the content was accepted

    def add(self, wire, content):
        self.size += len(content)
        self.digest.update(content)
        if self.keep:
            self.parts.append(content)
            self.wire_parts.append(wire)

    @property
    def content(self):
        return b"".join(self.parts)

    @property
    def wire(self):
        return b"".join(self.wire_parts)

    @property
    def sha256(self):
        return self.digest.hexdigest()

    @property
    def sender(self):
        return path_of(self.mail)

    @property
    def recipients(self):
        """The accepted recipients."""
        return [path_of(line) for line, code in self.rcpts if code // 100 == 2]


COMMAND = re.compile(r"(?:MAIL FROM|RCPT TO):<((?:\"(?:\\.|[^\"])*\")?[^<>]*)>((?: [^ ]+)*)", re.IGNORECASE)


def path_of(line):
    """The address between the angle brackets of a MAIL or RCPT line."""
    found = COMMAND.fullmatch(line)
    return found[1] if found else ""


# The session

@dataclasses.dataclass
class Options:
    """The properties of a relay. The defaults are a plain relay without AUTH."""
    tls: str = "none"  # none, starttls, implicit
    lmtp: bool = False
    hosts: tuple = ("127.0.0.1",)  # all on the same port
    port: int = 0
    path: str = ""  # a unix socket instead of hosts
    auth: tuple = ()
    auth_in_clear: bool = False
    auth_optional: bool = False
    user: str = "tester"
    password: str = "secret"
    token: str = "token-of-tester"
    iterations: int = 4096
    scram_first: str = "r={nonce},s={salt},i={iterations}"
    scram_final: str = "v={signature}"  # empty: the relay does not send it
    extensions: tuple = ("PIPELINING", "SIZE", "8BITMIME", "DSN", "SMTPUTF8", "ENHANCEDSTATUSCODES")
    extra: tuple = ()  # further EHLO lines
    size: int = 1 << 30
    dialogue: str = ""
    keep: bool = True  # if False, content is only counted and hashed
    certs: Certs = None  # from make_certs(); default: those of this process
    cert: str = ""  # a chain in PEM instead of certs.cert, and its key
    key: str = ""
    context: ssl.SSLContext = None
    strict: str = ""  # refuse like this provider of strict.py
    identity: str = "alice@example.org"  # the only address or domain that the login may use
    tls_min: str = "1.2"
    tls_max: str = "1.3"
    ciphers: str = "DEFAULT"


PARAMETERS = {
    "SIZE": ("MAIL", "SIZE"), "BODY": ("MAIL", "8BITMIME"), "SMTPUTF8": ("MAIL", "SMTPUTF8"),
    "RET": ("MAIL", "DSN"), "ENVID": ("MAIL", "DSN"), "AUTH": ("MAIL", "AUTH"),
    "NOTIFY": ("RCPT", "DSN"), "ORCPT": ("RCPT", "DSN"),
}


class Session:
    """A connection that is being served. Replies wait in `pending` until no whole command is left to read."""

    def __init__(self, relay, sock):
        self.options, self.relay = relay.options, relay
        self.record = relay.new_connection()
        self.wire = Wire(sock, self.record, self.options.keep)
        self.buffer, self.pending = bytearray(), bytearray()
        self.counts = {}
        self.forget()

    def forget(self):
        """The initial state, also after STARTTLS."""
        self.is_greeted = False
        self.offered = set()
        self.transaction = None

    @property
    def phase(self):
        return "tls" if self.wire.tls else "clear"

    # reading and answering

    async def run(self):
        try:
            await self.begin()
            while (line := await self.next_line()) is not None:
                await self.command(line)
            await self.flush()
        except (Over, OSError):
            pass
        except Exception as error:  # a command that the relay does not understand is a fault
            self.record.faults.append(f"the relay failed: {error!r}")
        finally:
            self.wire.sock.close()
            self.record.is_over = True
            self.relay.touch()

    async def begin(self):
        if self.options.tls == "implicit":
            await self.handshake()
        kind = "LMTP" if self.options.lmtp else "ESMTP"
        code = await self.answer("greeting", f"220 {NAME} {kind} at your service", before=self.check_early)
        if code // 100 != 2:
            self.record.log.append(("note", "the client was not welcome"))

    async def check_early(self):
        if self.wire.is_readable() and await self.fill():
            self.record.faults.append("spoke before the greeting")

    async def fill(self):
        """Read more, after sending what was held back; False at the end."""
        if self.pending and not self.wire.is_readable():
            await self.flush()
        data = await self.wire.receive()
        self.buffer += data
        return bool(data)

    async def flush(self):
        if self.pending:
            self.record.client_waits += 1
            data, self.pending = bytes(self.pending), bytearray()
            await self.wire.send(data)
            self.relay.touch()

    async def next_line(self):
        """The client's next line without its end; None when it has gone."""
        if self.pending and b"\n" in self.buffer and "PIPELINING" not in self.offered:
            self.record.faults.append("did not wait for a reply, without PIPELINING")
        while b"\n" not in self.buffer:
            if not await self.fill():
                return None
        end = self.buffer.index(b"\n")
        line = bytes(self.buffer[:end])
        del self.buffer[:end + 1]
        if not line.endswith(b"\r") or b"\r" in line[:-1] or b"\0" in line:
            self.record.faults.append(f"bad end or octet in a command: {line!r}")
        return line.removesuffix(b"\r").decode(errors="backslashreplace")

    def say(self, data):
        self.pending += data
        for line in data[:4096].decode(errors="backslashreplace").splitlines()[:80]:
            self.record.log.append(("relay", line))
        return data

    async def answer(self, step, normal, address=None, before=None):
        """Say `normal` (a text, lines parted by newlines) or what the dialogue wants; returns the code."""
        actions = self.script(step, address)
        said = bytearray()
        text = b"".join(line.encode() + b"\r\n" for line in normal.split("\n"))
        for action in actions or [Action("default")]:
            if before and action.verb != "delay":
                await before()
                before = None
            said += self.say(text) if action.verb == "default" else await self.act(action)
        self.said = bytes(said)
        return reply_code(said)

    def script(self, step, address=None):
        counts = self.counts.setdefault(step, {"all": 0, "clear": 0, "tls": 0})
        counts["all"] += 1
        counts[self.phase] += 1
        return self.relay.dialogue.find(step, self.phase, counts, address)

    async def act(self, action):
        """Do one action of a dialogue; returns what was said by it."""
        if action.verb == "raw":
            return self.say(action.data)
        if action.verb == "repeat" and action.number != float("inf"):
            return self.say(action.data * int(action.number))
        if action.verb == "read":
            await self.read(int(action.number))
        elif action.verb != "swallow":
            await self.flush()
            return await self.act_slowly(action)
        return b""

    async def act_slowly(self, action):
        """The actions that take time or end the connection."""
        self.record.log.append(("note", f"the relay does: {action.verb}"))
        if action.verb == "drip":
            return await self.drip(action)
        if action.verb == "delay":
            await asyncio.sleep(action.number)
            return b""
        if action.verb == "repeat":
            while True:
                await self.wire.send(action.data * (1 + 65536 // len(action.data)))
                await asyncio.sleep(0)
        if action.verb == "hang":
            await self.wire.drain()
        elif action.verb == "reset":
            self.wire.reset()
        else:
            await self.wire.finish(action.verb == "close")
        raise Over

    async def drip(self, action):
        self.record.client_waits += 1
        for byte in action.data:
            await self.wire.send(bytes([byte]))
            await asyncio.sleep(action.number)
        return action.data

    async def read(self, count):
        """Take so many bytes, or what there is until the end."""
        while len(self.buffer) < count and await self.fill():
            pass
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    # commands

    async def command(self, line):
        verb = line.split(" ")[0].upper()
        shown = line
        if verb == "AUTH":
            shown = " ".join(line.split(" ")[:2]) + (" (hidden)" if line.count(" ") > 1 else "")
        self.record.commands.append(shown)
        self.record.log.append(("client", shown))
        await getattr(self, f"do_{verb.lower()}", self.do_other)(line)

    async def do_other(self, line):
        await self.answer("other", "500 5.5.2 unknown command")

    async def do_noop(self, line):
        await self.answer("noop", "250 2.0.0 ok")

    async def do_ehlo(self, line):
        wanted = "500 5.5.2 LHLO, please" if self.options.lmtp else "\n".join(self.capabilities())
        await self.hello("ehlo", wanted)

    async def do_lhlo(self, line):
        wanted = "\n".join(self.capabilities()) if self.options.lmtp else "500 5.5.2 this is SMTP"
        await self.hello("lhlo", wanted)

    async def do_helo(self, line):
        await self.hello("helo", "500 5.5.2 LHLO, please" if self.options.lmtp else f"250 {NAME}")

    async def hello(self, step, normal):
        """Whatever the reply offers, by itself or by the dialogue, is what the client may use."""
        if await self.answer(step, normal) == 250:
            words = re.findall(rb"^250[ -]([^ \r\n]+)", self.said, re.MULTILINE)[1:]
            self.offered = {word.decode("latin-1").upper() for word in words}
            self.is_greeted, self.transaction = True, None

    def capabilities(self):
        """The lines of the EHLO reply."""
        words = [NAME, *(f"SIZE {self.options.size}" if e == "SIZE" else e for e in self.options.extensions)]
        if self.options.tls == "starttls" and not self.wire.tls:
            words.append("STARTTLS")
        if self.can_auth():
            words.append("AUTH " + " ".join(self.options.auth))
        words += self.options.extra
        return [f"250-{word}" for word in words[:-1]] + [f"250 {words[-1]}"]

    def can_auth(self):
        return bool(self.options.auth) and bool(self.wire.tls or self.options.auth_in_clear)

    async def do_starttls(self, line):
        possible = self.options.tls == "starttls" and not self.wire.tls
        if self.buffer:
            self.record.faults.append("did not wait for the answer to STARTTLS")
        code = await self.answer("starttls", "220 2.0.0 go ahead" if possible else "502 5.5.1 not here")
        if code == 220:
            await self.handshake()
            self.forget()

    async def handshake(self):
        await self.flush()
        for action in self.script("handshake") or [Action("default")]:
            if action.verb != "default":
                await self.act(action)
                continue
            await self.wire.start_tls(self.relay.context)
            self.record.tls_version = self.wire.tls.version()
            self.record.tls_cipher = self.wire.tls.cipher()[0]
            self.record.client_name = self.name_in_certificate()
            self.record.log.append(("note", f"TLS begins: {self.record.tls_version}"))

    def name_in_certificate(self):
        subject = (self.wire.tls.getpeercert() or {}).get("subject", ())
        return dict(pair for names in subject for pair in names).get("commonName")

    # AUTH

    def login(self):
        o = self.options
        return Login(o.user, o.password, o.token, self.record.client_name, o.scram_first, o.scram_final,
                     o.iterations)

    async def do_auth(self, line):
        words = (line.split(" ") + ["", ""])[:3]
        mechanism, first = words[1].upper(), words[2] or None
        if not self.can_auth() or mechanism not in self.options.auth:
            return await self.answer("auth", "504 5.5.4 mechanism not offered")
        exchange = Exchange(mechanism, self.login(), first)
        if await self.converse(exchange) == 235:
            self.record.mechanism, self.record.user = mechanism, exchange.user

    async def converse(self, exchange):
        """Challenge after challenge until something other than 334 was said; returns that code."""
        line, count = None, 1
        while True:
            step = "auth" if count == 1 else f"auth.{count}"
            code = await self.answer(step, exchange.answer(line))
            if code != 334:
                return code
            line, count = await self.next_line(), count + 1
            if line is None:
                raise Over
            self.record.log.append(("client", "(hidden)"))

    # transactions

    def refusal(self, verb, line):
        """The reason why a MAIL or RCPT line is refused, or None."""
        found = COMMAND.fullmatch(line)
        if not found:
            return "501 5.5.2 bad syntax"
        for word in found[2].split():
            name, _, value = word.partition("=")
            where, extension = PARAMETERS.get(name.upper(), (None, None))
            if where != verb or extension not in self.offered:
                return f"555 5.5.4 parameter {name} not offered"
            if name.upper() == "SIZE" and int(value) > self.options.size:
                return "552 5.3.4 message too big"
        return None

    async def do_mail(self, line):
        reply = self.refusal("MAIL", line) or "250 2.1.0 sender ok"
        if not self.is_greeted or self.transaction:
            reply = "503 5.5.1 not now"
        elif self.options.auth and not self.record.mechanism and not self.options.auth_optional:
            reply = "530 5.7.0 log in first"
        transaction = Transaction(line, self.options.keep)
        self.record.transactions.append(transaction)
        if await self.answer("mail", reply, path_of(line)) // 100 == 2:
            self.transaction = transaction

    async def do_rcpt(self, line):
        reply = self.refusal("RCPT", line) or "250 2.1.5 recipient ok"
        if not self.transaction:
            reply = "503 5.5.1 MAIL first"
        code = await self.answer("rcpt", reply, path_of(line))
        if self.transaction:
            self.transaction.rcpts.append((line, code))

    def content_reply(self, text):
        return text if self.transaction and self.transaction.recipients else "503 5.5.1 no recipients"

    async def do_data(self, line):
        code = await self.answer("data", self.content_reply("354 go on, end with a dot"))
        if code != 354 or not self.transaction:
            return
        await self.play_content()
        if not await self.read_content(self.transaction):
            raise Over
        await self.settle("dot")

    async def play_content(self):
        """What the dialogue wants to happen while the content arrives."""
        for action in self.script("content") or ():
            await self.act(action)
            await self.flush()

    def judge(self, transaction):
        """A strict provider's refusal of the content, or None."""
        o = self.options
        return o.strict and verdict(o.strict, transaction.sender, transaction.content, o.identity)

    async def settle(self, step):
        """Answer the whole content: once, or with LMTP once for each accepted recipient."""
        done, self.transaction = self.transaction, None
        done.is_complete = True
        self.record.log.append(("client", f"(the message, {done.size} bytes)"))
        for whom in done.recipients if self.options.lmtp else [None]:
            text = self.judge(done) or f"250 2.0.0 taken{f' for {whom}' if whom else ''}"
            code = await self.answer(step, text, whom)
            done.is_refused = code // 100 == 5
            if code // 100 == 2:
                done.is_acknowledged = True
                done.served += [whom] if whom else done.recipients
        self.relay.touch()

    async def read_content(self, transaction):
        """Everything up to the dot; False if the client went away before it.

        The data begins with a line end of our own, because the first line may be the dot or begin with
        a dot. A block is cut before a possible beginning of a line.
        """
        held, skip = b"\r\n", 2
        while True:
            data = held + self.buffer
            self.buffer.clear()
            end = data.find(b"\r\n.\r\n")
            cut = end + 2 if end >= 0 else data.find(b"\r", max(0, len(data) - 4))
            block, held = (data, b"") if cut < 0 else (data[:cut], data[cut:])
            if block:
                transaction.add(block[skip:], block.replace(b"\r\n..", b"\r\n.")[skip:])
                skip = 0
            if end >= 0:
                self.buffer += held[3:]
                return True
            if not await self.fill():
                return False

    async def do_bdat(self, line):
        words = line.upper().split()
        if self.relay.dialogue.has("unread"):
            return await self.answer("unread", "500 5.5.2 unknown command")
        data = await self.read(int(words[1]))
        if len(data) < int(words[1]):
            raise Over
        if not self.transaction or "CHUNKING" not in self.offered:
            return await self.answer("bdat", "503 5.5.1 not now")
        self.transaction.add(data, data)
        self.transaction.is_chunked = True
        if words[2:] == ["LAST"]:
            await self.settle("bdat")
        else:
            await self.answer("bdat", f"250 2.0.0 {len(data)} bytes")

    async def do_rset(self, line):
        if await self.answer("rset", "250 2.0.0 reset") // 100 == 2:
            self.transaction = None

    async def do_quit(self, line):
        await self.answer("quit", "221 2.0.0 bye")
        await self.flush()
        await self.wire.finish(True)
        raise Over


# The relay

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Relay:
    """A relay in a thread of its own, from __enter__ (or start) to __exit__ (or stop)."""

    def __init__(self, **options):
        self.options = Options(**options)
        self.dialogue = Dialogue(self.options.dialogue)
        self.connections = []
        self.changed = threading.Condition()
        self.context = None if self.options.tls == "none" else self.make_context()

    @functools.cached_property
    def certs(self):
        return self.options.certs or default_certs()

    def make_context(self):
        """Security level 0: the relay presents any certificate that it is given, however weak."""
        o = self.options
        if o.context:
            return o.context
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(f"{o.ciphers}:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = VERSIONS[o.tls_min], VERSIONS[o.tls_max]
        context.load_cert_chain(o.cert or self.certs.cert, o.key or o.cert or self.certs.key)
        if "EXTERNAL" in o.auth:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(self.certs.ca)
        return context

    # life

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        """A rule that was not followed fails the test, unless the test has already failed."""
        if kind is None:
            self.wait_for(lambda: not self.dialogue.mistakes(), 5)
        self.stop()
        if kind is None and self.dialogue.mistakes():
            raise Failure("the relay's dialogue:\n" + "\n".join(self.dialogue.mistakes()))

    def start(self):
        self.sockets = self.listen_unix() if self.options.path else self.listen_tcp()
        started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve(started)), daemon=True)
        self.thread.start()
        started.wait()
        return self

    def stop(self):
        """End at once, in the middle of connections, too."""
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.over.set)
            self.thread.join()

    def listen_unix(self):
        self.port, self.path = None, str(self.options.path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen()
        return [listener]

    def listen_tcp(self):
        """A socket for each host, all on one port. If a random port is not free on all hosts, try another.

        A given port is tried again, too: a process that another thread has just started may hold an older listener
        for a moment.
        """
        self.path = None
        for _ in range(500):
            sockets, port = [], self.options.port
            try:
                for host in self.options.hosts:
                    sockets.append(self.listen_on(host, port))
                    self.port = port = sockets[0].getsockname()[1]
                return sockets
            except OSError:
                for listener in sockets:
                    listener.close()
            threading.Event().wait(0.01)
        raise OSError(f"no port is free on all of {self.options.hosts}")

    @staticmethod
    def listen_on(host, port):
        """A port chosen by the system must not be one that another process holds for reuse."""
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            if port:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if listener.family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((host, port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        return listener

    async def serve(self, started):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        tasks = [asyncio.create_task(self.accept(listener)) for listener in self.sockets]
        started.set()
        await self.over.wait()
        for task in tasks:
            task.cancel()
        for listener in self.sockets:
            listener.close()

    async def accept(self, listener):
        listener.setblocking(False)
        sessions = set()
        while True:
            sock, _ = await self.loop.sock_accept(listener)
            sock.setblocking(False)
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = asyncio.create_task(Session(self, sock).run())
            sessions.add(session)
            session.add_done_callback(sessions.discard)

    def new_connection(self):
        self.connections.append(Connection(len(self.connections) + 1))
        self.touch()
        return self.connections[-1]

    def touch(self):
        """Wake the threads that wait for an event here."""
        with self.changed:
            self.changed.notify_all()

    # questions of a test

    @property
    def transactions(self):
        return [t for c in list(self.connections) for t in c.transactions]

    @property
    def received(self):
        """The transactions whose content was accepted with a 2yz."""
        return [t for t in self.transactions if t.is_acknowledged]

    @property
    def client_waits(self):
        """The number of times a client had to wait for the relay, which is the number of groups of replies."""
        return sum(c.client_waits for c in self.connections)

    @property
    def clear(self):
        """Every byte that was received outside TLS."""
        return b"".join(bytes(c.clear) for c in self.connections)

    @property
    def faults(self):
        return [fault for c in self.connections for fault in c.faults]

    def wait_for(self, condition, limit=10):
        """Block until condition() holds; False if it takes longer than `limit` machine seconds (None: no limit)."""
        end = None if limit is None else patience.now() + limit
        with self.changed:
            while not self.changed.wait_for(condition, patience.SLICE):
                if end is not None and patience.now() > end:
                    return False
        return True

    def wait_connection(self, count=1, limit=10):
        return self.wait_for(lambda: len(self.connections) >= count, limit)

    def wait_message(self, count=1, limit=10):
        return self.wait_for(lambda: len(self.received) >= count, limit)

    def wait_idle(self, limit=10):
        """Block until every connection made so far has ended."""
        return self.wait_for(lambda: all(c.is_over for c in self.connections), limit)


# For people

def story(connection):
    """A connection as lines for people: its TLS, its user, its commands and replies, its deliveries."""
    c = connection
    secure = f"{c.tls_version} ({c.tls_cipher})" if c.tls_version else f"none ({c.tls_error or 'in clear'})"
    lines = [f"Connection {c.number}", f"  encryption  {secure}",
             f"  login       {f'{c.user} with {c.mechanism}' if c.mechanism else 'none'}",
             f"  waits       {c.client_waits} (times the client had to wait for the relay)"]
    lines += [f"  fault       {fault}" for fault in c.faults]
    lines += ["", "  The dialogue:", ""] + [f"    {who:6}  {what}" for who, what in c.log]
    for transaction in c.transactions:
        lines += ["", *message_lines(transaction)]
    return "\n".join(lines) + "\n"


def message_lines(transaction):
    t = transaction
    fate = "accepted" if t.is_acknowledged else "not accepted" if t.is_complete else "incomplete"
    yield f"  Message ({t.size} bytes, {fate}):"
    yield ""
    yield f"    {t.mail}"
    for line, code in t.rcpts:
        yield f"    {line}  ({code})"
    yield ""
    for line in t.content[:65536].decode(errors="backslashreplace").splitlines():
        yield f"    | {line}"


def parser():
    """The options of the command line, which a case of the dialogue suite uses as well."""
    p = argparse.ArgumentParser(allow_abbrev=False, description="a mail relay for tests, listening on loopback only",
                                epilog="The dialogue file is described at the top of relay.py.")
    mode = p.add_mutually_exclusive_group()
    mode.add_argument("--plain", dest="tls", action="store_const", const="none", help="no TLS (the default)")
    mode.add_argument("--starttls", dest="tls", action="store_const", const="starttls")
    mode.add_argument("--tls", dest="tls", action="store_const", const="implicit", help="TLS from the first byte")
    p.add_argument("--lmtp", action="store_true")
    p.add_argument("--host", dest="hosts", action="append", help="127.0.0.1 (default) or ::1; may be given twice")
    p.add_argument("--port", type=int, help="default: one that is free")
    p.add_argument("--socket", dest="path", help="a unix socket instead")
    add_auth_options(p)
    add_offer_options(p)
    p.add_argument("--dialogue", metavar="FILE", help="what to do otherwise at some steps")
    p.add_argument("--discard", dest="keep", action="store_false", help="count and hash content only")
    return p


def add_auth_options(p):
    p.add_argument("--auth", metavar="MECHANISMS", help="offer these (parted by commas) and insist on a login")
    p.add_argument("--auth-in-clear", action="store_true", help="offer AUTH without TLS too")
    p.add_argument("--auth-optional", action="store_true", help="take mail without a login")
    p.add_argument("--user")
    p.add_argument("--password")
    p.add_argument("--token", help="what XOAUTH2 and OAUTHBEARER have to present")
    p.add_argument("--iterations", type=int, help="of SCRAM, default 4096")
    p.add_argument("--scram-first", metavar="TEXT", help="first message of SCRAM: {nonce} {salt} {iterations}")
    p.add_argument("--scram-final", metavar="TEXT", help="last message of SCRAM: {signature}; empty for none")


def add_offer_options(p):
    p.add_argument("--without", metavar="EXTENSIONS", default="", help="don't offer these (parted by commas)")
    p.add_argument("--extra", action="append", metavar="LINE", help="a further line of the EHLO reply")
    p.add_argument("--chunking", action="store_true", help="offer CHUNKING")
    p.add_argument("--size", type=int, help="limit of SIZE")
    p.add_argument("--strict", choices=PROVIDERS, help="refuse what this provider would")
    p.add_argument("--cert", metavar="FILE")
    p.add_argument("--key", metavar="FILE")
    p.add_argument("--tls-min", choices=VERSIONS)
    p.add_argument("--tls-max", choices=VERSIONS)
    p.add_argument("--ciphers", metavar="LIST", help="OpenSSL's list for TLS 1.2 and older")


def options_of(arguments):
    """The parsed command line as options for Relay()."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    without = [word for word in given.pop("without").upper().split(",") if word]
    offered = Options.extensions + (("CHUNKING",) if given.pop("chunking") else ())
    if not set(without) <= set(offered):
        raise ValueError(f"not offered anyway: {', '.join(set(without) - set(offered))}")
    given["extensions"] = tuple(e for e in offered if e not in without)
    given["auth"] = tuple(word.upper() for word in given.get("auth", "").split(",") if word)
    if "dialogue" in given:
        given["dialogue"] = pathlib.Path(given["dialogue"]).read_text()
    return given


def announce(relay, ca, ready_file):
    """Print where the relay is, and write it to a file that a shell can read."""
    where = relay.path or f"{relay.options.hosts[0]}:{relay.port}"
    print(f"The relay listens on {where}" + (f"; its CA is in {ca}" if ca else ""), flush=True)
    if ready_file:
        new = pathlib.Path(f"{ready_file}.new")
        new.write_text(f"port={relay.port or ''}\nsocket={shlex.quote(relay.path or '')}\nca={shlex.quote(str(ca))}\n")
        new.rename(ready_file)


def watch(relay, is_once):
    """Print each connection's lines when it ends; with `is_once` only the first connection's."""
    told = 0
    while not (is_once and told):
        relay.wait_for(lambda: any(c.is_over for c in relay.connections[told:told + 1]), None)
        print("\n" + story(relay.connections[told]), flush=True)
        told += 1


def main():
    p = parser()
    p.add_argument("--certs", metavar="FOLDER", help="keep the certificates there (default: a temporary folder)")
    p.add_argument("--ready-file", metavar="FILE", help="written when the relay listens: port, socket, ca")
    p.add_argument("--once", action="store_true", help="end after the first connection")
    arguments = vars(p.parse_args())
    folder, ready_file, is_once = (arguments.pop(name) for name in ("certs", "ready_file", "once"))
    options = options_of(argparse.Namespace(**arguments))
    relay = Relay(certs=make_certs(folder) if folder else None, **options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    relay.start()
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        stack.callback(relay.stop)
        announce(relay, relay.certs.ca if relay.context else "", ready_file)
        watch(relay, is_once)


if __name__ == "__main__":
    main()
