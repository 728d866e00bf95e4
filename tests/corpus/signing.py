# SPDX-License-Identifier: GPL-3.0-or-later
"""signing.py - messages that openssl, GnuPG and dkimpy have signed or encrypted, and the tools' verdict afterwards"""
import dataclasses
import importlib.util
import os
import re
import subprocess
import sys
from tests.lib.harness import TOP, expect

HEADER = "From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: {}\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n" \
         "Message-ID: <{}@example.org>\nMIME-Version: 1.0\n"
TEXTS = {
    "ascii": b"Hello Bob,\n\n.\nFrom here on a sum: 1 + 1 = 2 \n-- \nAlice\n",
    "8bit": "Käse, žluťoučký kůň\n.\ntrailing blanks  \n".encode(),
    "latin-1": b"K\xe4se\n",
    "long-line": b"x" * 1200 + b"\n",
    "no-line-end": b"no line end",
}


def unpacked_dkim():
    """The package of dkimpy, from the folder in which tests/setup has unpacked it."""
    path = TOP / "build/corpus/python3-dkim/usr/lib/python3/dist-packages/dkim/__init__.py"
    spec = importlib.util.spec_from_file_location("dkim", path)
    package = sys.modules["dkim"] = importlib.util.module_from_spec(spec)  # its own modules import it by this name
    spec.loader.exec_module(package)
    return package


dkim = unpacked_dkim()


@dataclasses.dataclass
class Signed:
    """`verify` gets the whole message as it arrived; it returns whether the signer's own tool accepts it."""
    name: str
    data: bytes
    verify: object
    must: str = ""  # "arrive" or "be refused", at any relay


def crlf(data):
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def top(name):
    return HEADER.format(name, name).encode()


def text_part(text):
    """The part that is signed, with its own header; RFC 1847 section 2.1."""
    return crlf(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text)


def mixed(name, part):
    """The signed message as a part, with a second part that has to be encoded for some relays."""
    return top(name) + b"Content-Type: multipart/mixed; boundary=outer\n\n--outer\n" + \
        b"Content-Type: text/plain; charset=utf-8\n\n" + "vorher: Käse\n".encode() + b"--outer\n" + \
        part + b"\n--outer\nContent-Type: application/octet-stream\n\n\x00\xff\r\n--outer--\n"


def inner(data):
    """The second part of `mixed`, byte for byte."""
    return re.split(rb"\r?\n--outer(?:--)?\r?\n", data)[2]


class Tools:
    """Keys of all kinds in a folder, and the commands that use them."""

    def __init__(self, folder):
        self.folder = folder
        self.gnupg = folder / "gnupg"
        self.gnupg.mkdir(mode=0o700)
        self.environment = {**os.environ, "GNUPGHOME": str(self.gnupg)}
        self.key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        self.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out",
                 self.certificate, "-subj", "/CN=Alice/emailAddress=alice@example.org", "-addext",
                 "keyUsage=digitalSignature,keyEncipherment", "-addext", "extendedKeyUsage=emailProtection")
        self.run("gpg", "--batch", "--passphrase", "", "--quick-gen-key", "alice@example.org")
        public = self.run("openssl", "rsa", "-in", self.key, "-pubout", "-outform", "DER")
        self.record = b"v=DKIM1; k=rsa; p=" + self.run("openssl", "base64", "-A", stdin=public)

    def close(self):
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=self.environment, check=False)

    def run(self, *command, stdin=b""):
        done = subprocess.run([*map(str, command)], input=stdin, capture_output=True, env=self.environment)
        expect(done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def accepts(self, *command, stdin=b""):
        done = subprocess.run([*map(str, command)], input=stdin, capture_output=True, env=self.environment)
        return done.returncode == 0 and done.stdout

    # S/MIME

    def smime(self, name, text, *options):
        part = self.run("openssl", "cms", "-sign", "-signer", self.certificate, "-inkey", self.key, *options,
                        stdin=text_part(text))
        return Signed(name, top(name) + part.replace(b"MIME-Version: 1.0\n", b"", 1), self.smime_verifies)

    def smime_verifies(self, data):
        return self.accepts("openssl", "cms", "-verify", "-CAfile", self.certificate, stdin=data) is not False

    def smime_encrypted(self, name, text):
        part = self.run("openssl", "cms", "-encrypt", "-aes256", self.certificate, stdin=text_part(text))

        def verify(data):
            return self.accepts("openssl", "cms", "-decrypt", "-recip", self.certificate, "-inkey", self.key,
                                stdin=data) == text_part(text)
        return Signed(name, top(name) + part.replace(b"MIME-Version: 1.0\n", b"", 1), verify)

    # OpenPGP, RFC 3156

    def pgp_part(self, text):
        signature = self.run("gpg", "--batch", "--detach-sign", "--armor", stdin=text_part(text))
        return b"Content-Type: multipart/signed; micalg=pgp-sha512;\n protocol=\"application/pgp-signature\"; " + \
            b"boundary=sig\n\nThis is signed.\n--sig\n" + text_part(text) + \
            b"\r\n--sig\nContent-Type: application/pgp-signature\n\n" + signature + b"\n--sig--\n"

    def pgp_verifies(self, data):
        parts = re.split(rb"\r?\n--sig(?:--)?\r?\n", data)
        (self.folder / "signed").write_bytes(parts[1])
        (self.folder / "signature").write_bytes(parts[2].split(b"\r\n\r\n", 1)[1])
        return self.accepts("gpg", "--batch", "--verify", self.folder / "signature",
                            self.folder / "signed") is not False

    def pgp(self, name, text):
        return Signed(name, top(name) + self.pgp_part(text), self.pgp_verifies)

    def pgp_in_mixed(self, name, text):
        return Signed(name, mixed(name, self.pgp_part(text)), lambda data: self.pgp_verifies(inner(data)))

    def pgp_forwarded(self, name, text):
        message = b"Content-Type: message/rfc822\n\n" + top("inner") + self.pgp_part(text)
        return Signed(name, mixed(name, message), lambda data: self.pgp_verifies(inner(data)))

    def pgp_encrypted(self, name, text):
        closed = self.run("gpg", "--batch", "--trust-model", "always", "-r", "alice@example.org", "--encrypt",
                          "--armor", stdin=text_part(text))
        data = b"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=enc\n\n--enc\n" + \
            b"Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--enc\n" + \
            b"Content-Type: application/octet-stream\n\n" + closed + b"\n--enc--\n"
        return Signed(name, top(name) + data,
                      lambda got: self.accepts("gpg", "--batch", "--decrypt",
                                               stdin=got.split(b"octet-stream\r\n\r\n")[1]) == text_part(text))

    # DKIM

    def dkim(self, name, data, how, oversigned=(), names=(b"from", b"to", b"subject", b"date", b"message-id")):
        data = crlf(data)
        names = [*names, *oversigned]
        field = dkim.sign(data, b"test", b"example.org", self.key.read_bytes(), canonicalize=how, include_headers=names)
        return Signed(name, field + data, self.dkim_verifies)

    def dkim_of_long_fields(self, fields, how, names, must):
        """Fields that are too long for a line, in a message of ASCII."""
        found = self.dkim(f"dkim-{how.decode()}-{must}-{names[-1].decode()}-{len(fields)}", fields + top("x") + b"\nHello\n",
                          (how, b"relaxed"), names=(b"from", b"to", *names))
        return dataclasses.replace(found, must=must)

    def dkim_in_one_line(self, count):
        """The field of the signature itself is too long."""
        found = self.dkim("dkim-long-signature", top("x") + b"\nHello\n", (b"relaxed", b"relaxed"),
                          [b"x-name-number-%d" % n for n in range(count)])
        field, rest = found.data.split(b"\r\nFrom:", 1)
        return dataclasses.replace(found, data=field.replace(b"\r\n", b"") + b"\r\nFrom:" + rest, must="arrive")

    def dkim_verifies(self, data):
        return dkim.verify(data, dnsfunc=lambda name, timeout=5: self.record)


def all_signed(tools):
    """Every kind of signature over every kind of text."""
    for kind, text in TEXTS.items():
        yield tools.smime(f"smime-{kind}", text, "-binary")
        yield tools.smime(f"smime-text-{kind}", text)
        yield tools.smime(f"smime-opaque-{kind}", text, "-binary", "-nodetach")
        yield tools.smime_encrypted(f"smime-encrypted-{kind}", text)
        yield tools.pgp(f"pgp-{kind}", text)
        yield tools.pgp_in_mixed(f"pgp-in-mixed-{kind}", text)
        yield tools.pgp_forwarded(f"pgp-forwarded-{kind}", text)
        yield tools.pgp_encrypted(f"pgp-encrypted-{kind}", text)
        for how in (b"simple", b"relaxed"):
            plain = top(kind).replace(b"MIME-Version: 1.0\n", b"")
            yield tools.dkim(f"dkim-{how.decode()}-{kind}", plain + b"\n" + text, (how, how))
            yield tools.dkim(f"dkim-{how.decode()}-mixed-{kind}", mixed(kind, text_part(text)), (how, how))
    yield tools.dkim("dkim-oversigned", top("x") + b"\nHello\n", (b"relaxed", b"simple"), [b"from", b"sender", b"cc"])
    yield from long_fields(tools)


IDS = [b"<%032x@mail.example.org>" % n for n in range(25)]
WORDS = b"Subject: " + b"word " * 300 + b"end\n"
SPACED, GLUED = b"References: " + b" ".join(IDS) + b"\n", b"References: " + b"".join(IDS) + b"\n"


def long_fields(tools):
    """Fields that may be folded under a signature, and fields that may not."""
    yield tools.dkim_of_long_fields(SPACED, b"relaxed", [b"references"], "arrive")
    yield tools.dkim_of_long_fields(SPACED, b"simple", [b"references"], "be refused")
    yield tools.dkim_of_long_fields(GLUED, b"relaxed", [b"references"], "be refused")
    yield tools.dkim_of_long_fields(GLUED, b"relaxed", [b"date"], "arrive")
    yield tools.dkim_of_long_fields(GLUED, b"simple", [b"date"], "arrive")
    yield tools.dkim_of_long_fields(WORDS, b"relaxed", [b"subject"], "arrive")
    yield tools.dkim_of_long_fields(b"X-Subject: " + "Grüße\n".encode(), b"simple", [b"subject"], "arrive")
    yield tools.dkim_of_long_fields(b"X-Long:\t" + b"a\t \tb " * 200 + b"\n", b"relaxed", [b"x-long"], "arrive")
    yield tools.dkim_of_long_fields(b"X-Whole:" + b"a" * 995 + b"\n", b"relaxed", [b"x-whole"], "arrive")
    yield tools.dkim_of_long_fields(b'Cc: "' + b"a, " * 400 + b'" <c@example.org>\n', b"relaxed", [b"cc"], "arrive")
    yield tools.dkim_in_one_line(60)
