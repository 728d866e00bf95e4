# SPDX-License-Identifier: GPL-3.0-or-later
"""odd.py - odd messages whose meaning is still plain: random ones, always the same

Each is made from its meaning: recipients, subject, date, body. Its form is that of programs and people that
do not know RFC 5322. None of its oddities is a reason to refuse the message or to lose a recipient.
"""
import dataclasses
import json
import random

NAMES = ("Bob", "Bob Smith", "Carol", "J. R. Bob", "O'Brien")
HOSTS = ("example.net", "mail.example.com", "Example.ORG", "xn--mller-kva.example", "müller.example", "localdomain.example")
RAW_NAMES = ("Jürgen", "Zoë Müller", "田中")

# Forms of an address: {a} the address, {n} a name, {r} a name beyond ASCII, {x} an address that is no recipient.
MAILBOXES = (
    "{a}", "<{a}>", "{n} <{a}>", '"{n}" <{a}>', "{a} ({n})", "{r} <{a}>", "=?utf-8?Q?J=C3=BC?= <{a}>",
    "{a} <{a}>", '"{a}" <{a}>', "{n} @ Home <{a}>", "Dr. {n} [Sales] <{a}>", '"{n}" {a}', "mailto:{a}", "<mailto:{a}>",
    "{x} <{a}>", '"{x}" <{a}>', '({x}) {a}', '"{n}, <{x}>" <{a}>', "{n} ({x}) <{a}>", "{n} <{a}> ({n})", "{n} [{r}] <{a}>",
    "{r} @ Büro <{a}>", "'{n}' <{a}>", "{n}<{a}>", '"{n}"<{a}>', "{n}\t<{a}>", "{n}.. <{a}>", "( {n} ( nested ) ) <{a}>",
)
SEPARATORS = (", ", ", ", ", ", ",", "; ", ";", ",\n ", ";\n\t", " ,  ", ", , ")
LAST = ("", "", "", "", ",", ";", " ", " ;", " (unclosed")

DATES = {
    "Mon, 01 Jan 2024 10:20:30 +0100": True, "1 Jan 24 10:20 GMT": True, "Mon, 1 Jan 2024 10:20:30 +0000 (UTC)": True,
    "Mo, 01 Jan. 2024 10:20:30 +0100": False, "Mon, 01 Mär 2024 10:20:30 +0100": False, "2024-01-01T10:20:30Z": False,
    "2024-01-01 10:20:30": False, "lun. janv. 1 10:20:30 CET 2024": False, "01/02/2024": False, "yesterday": False,
}
TOPS = ("", "", "", "", "\n", "\n\n\n", " \n", "From alice Mon Jan  1 00:00:00 2024\n", "From alice@example.org 2024-01-01T00:00:00\n",
        "From MAILER-DAEMON 2024-01-01 00:00:00+01:00\n", ">From alice Mon Jan  1 00:00:00 2024\n",
        "From - Mon Jan 01 00:00:00 2024\n", "From alice@example.org Mon Jan  1 00:00:00 +0100 2024\n",
        "\nFrom alice Mon Jan  1 00:00:00 2024\n", "Return-Path: <x@example.org>\nFrom alice Mon Jan  1 00:00:00 2024\n", "\ufeff")
RESIDUE = ("Return-Path: <x@example.org>", "Content-Length: 3", "Lines: 7", "Status: RO")
LINE_ENDS = ("\n", "\n", "\r\n", "\r\r\n", "\r\r\r\n")
SUBJECTS = ("A test", "Grüße aus Köln", "日本語のテキスト", "plain and =?utf-8?Q?w=C3=B6rd?= and ü", "", "x" * 300, "ü" * 200, "50 % (fifty); a:b, c")
CHARSETS = ("", "", "utf-8", '"utf-8"', "iso-8859-1", "windows-1252", "koi8-r")
ENCODINGS = ("", "", "8bit", "8-bit", "utf-8", "7bit", "8bit (as is)", "binary", "8BIT")
TEXTS = {"": "Grüße\nund mehr\n", "iso-8859-1": "Grüße\nund mehr\n", "windows-1252": "Grüße – „zwei“\n", "koi8-r": "Привет\n"}


@dataclasses.dataclass
class Odd:
    """A message as it is given, and its meaning."""
    name: str
    data: bytes = b""
    sender: str = "alice@example.org"
    shown: list = dataclasses.field(default_factory=list)  # in To and Cc
    hidden: list = dataclasses.field(default_factory=list)  # in Bcc
    subject: bytes = b""
    has_good_date: bool = False
    bad_date: str = ""
    references: list = dataclasses.field(default_factory=list)
    machine: object = None  # the recipients in X-SMTPAPI
    body: bytes = b""


class Maker:
    """The random choices for one message."""

    def __init__(self, number):
        self.random = random.Random(f"odd {number}")
        self.number = number
        self.odd = Odd(f"odd/{number}")
        self.count = 0

    def one(self, choices):
        return self.random.choice(choices)

    def is_so(self, chance):
        return self.random.random() < chance

    # recipients

    def address(self):
        """An address that is new in this message, also when the case of its domain is ignored."""
        self.count += 1
        local = f"r{self.count}.m{self.number}"
        if self.is_so(0.1):
            local = f"reply+{self.count}." + "0123456789abcdef" * self.random.randrange(4, 12)
        return f"{local}@{self.one(HOSTS)}"

    def mailbox(self, address):
        return self.one(MAILBOXES).format(a=address, n=self.one(NAMES), r=self.one(RAW_NAMES), x=f"decoy{self.number}@example.invalid")

    def addresses(self, least, most):
        found = [self.address() for _ in range(self.random.randint(least, most))]
        if found and self.is_so(0.15):
            local, _, domain = found[0].rpartition("@")
            found.append(f"{local}@{domain.upper() if domain.isascii() else domain}")
        return found

    def address_field(self, name, addresses):
        separator = self.one(SEPARATORS)
        text = separator.join(map(self.mailbox, addresses)) + self.one(LAST)
        if self.is_so(0.05) and ";" not in text and "unclosed" not in text:
            text = f"Team: {text};"
        elif self.is_so(0.05):
            text = " ".join(f"Name <{address}>" for address in addresses)
        return f"{name}:{self.one((' ', ' ', ' ', '', '  ', chr(9)))}{text}"

    def recipients(self):
        self.odd.shown = self.addresses(1, 4)
        cut = self.random.randrange(len(self.odd.shown)) + 1
        fields = [self.address_field("To", self.odd.shown[:cut])]
        if self.odd.shown[cut:]:
            fields.append(self.address_field("Cc", self.odd.shown[cut:]))
        if self.is_so(0.2):
            self.odd.hidden = self.addresses(1, 2)
            fields.append(self.address_field(self.one(("Bcc", "bcc", "BCC")), self.odd.hidden))
        return fields

    # other fields

    def author(self):
        if self.is_so(0.1):
            self.odd.sender = ""
            return []
        return [self.one(("From: Alice <alice@example.org>", "From: alice@example.org <alice@example.org>", "From: Alice @ Work <alice@example.org>",
                          'From: "Alice" alice@example.org', "From: alice@example.org;", "From:", "From: alice@example.org (Alice", None))]

    def subject(self, charset):
        text = self.one(SUBJECTS)
        try:
            written = text.encode(charset)
        except UnicodeEncodeError:
            text = "Grüße" if charset != "koi8-r" else "Привет"
            written = text.encode(charset)
        self.odd.subject = text.replace("=?utf-8?Q?w=C3=B6rd?=", "wörd").encode(charset) if charset == "utf-8" else \
            text.replace("=?utf-8?Q?w=C3=B6rd?=", "wörd").encode("utf-8")
        if self.is_so(0.1):
            place = self.random.randrange(len(written) + 1) if charset != "utf-8" else 0
            written = written[:place] + self.one((b"\r", b"\0", b"\r\r")) + b"-" + written[place:]
            self.odd.subject = None
        return b"Subject: " + written

    def date(self):
        if self.is_so(0.3):
            return self.one(([], ["Date:"], ["Date: "]))
        text = self.one([*DATES])
        self.odd.has_good_date, self.odd.bad_date = DATES[text], "" if DATES[text] else text
        return [f"Date: {text}"]

    def references(self):
        if self.is_so(0.8):
            return []
        self.odd.references = [f"<{n}.{self.random.getrandbits(120):x}@mail.example.org>" for n in range(self.random.randrange(2, 60))]
        return [f"{self.one(('References', 'In-Reply-To'))}: {self.one(('', '', ' ')).join(self.odd.references)}"]

    def machine(self):
        if self.is_so(0.85):
            return []
        self.odd.machine = {"to": [f"r{n}@example.org" for n in range(self.random.randrange(70))], "category": "a, b", "unique_args": {"id": self.number}}
        return [f"X-SMTPAPI: {json.dumps(self.odd.machine, separators=self.one(((',', ':'), (', ', ': '))))}"]

    def label(self, charset, encoding):
        """The MIME fields that the message has, all or some of them."""
        found = [f"Content-Type: text/plain; charset={charset}"] if charset else []
        if encoding:
            found.append(f"Content-Transfer-Encoding: {encoding}")
        if found and self.is_so(0.5) or self.is_so(0.1):
            found.append(self.one(("MIME-Version: 1.0", "MIME-Version: 1.0", "Mime-Version: 1.0 (tool)")))
        return found

    # the whole message

    def body(self, charset):
        """Text beyond ASCII, if the charset is named or the bytes show it."""
        text = self.one(("Hello.\n", "Hello.\n.\n..dots\n", "", TEXTS.get(charset, TEXTS[""])))
        self.odd.body = text.encode(charset or "utf-8")

    def fields(self):
        charset, encoding = self.one(CHARSETS), self.one(ENCODINGS)
        real = charset.strip('"')
        self.body(real)
        found = [*self.author(), *self.recipients(), *self.date(), *self.references(), *self.machine(), *self.label(charset, encoding),
                 self.one(("Message-ID:", "Message-ID: <given@example.org>", None)), f"X-Number: {self.number}",
                 *self.random.sample(RESIDUE, self.one((0, 0, 1, 3)))]
        found = [field.encode() for field in found if field is not None]
        found.append(self.subject(real or "utf-8"))
        self.random.shuffle(found)
        return found

    def make(self):
        lines = b"".join(field + b"\n" for field in self.fields())
        data = self.one(TOPS).encode() + lines + b"\n" + self.odd.body
        ends = [self.one(LINE_ENDS)] if self.is_so(0.8) else LINE_ENDS
        self.odd.data = b"".join(line + self.one(ends).encode() for line in data.split(b"\n")[:-1])
        return self.odd


def odd(number):
    """The message of this number, the same in every run."""
    return Maker(number).make()
