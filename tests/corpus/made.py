# SPDX-License-Identifier: GPL-3.0-or-later
"""made.py - messages that no package has: random ones, always the same, and some single odd messages

Their defects are those that real mail has: wrong labels, missing boundaries, lines and fields that are too
long, bytes that no mail should have.
"""
import base64
import quopri
import random

TEXT = ("Grüße aus Köln, ça va? Привет. 日本語のテキスト。 Many words of plain text that fill a line or so. "
        "=?utf-8?Q?no_word?= 100% = a+b; From here. .dot ..dots ").split(" ")
CHARSETS = ("utf-8", "iso-8859-1", "us-ascii", "windows-1252", "koi8-r", "unknown-8bit", "utf-16", "nonsense", "")
TYPES = ("text/plain", "text/html", "text/plain", "TEXT/Plain", "text/calendar", "application/octet-stream", "image/png",
         "application/json", "message/delivery-status", "text", "")
MULTIPARTS = ("multipart/mixed", "multipart/alternative", "multipart/related", "Multipart/Mixed", "multipart/digest",
              "multipart/report", "multipart/form-data", "multipart/nonsense")
LABELS = ("7bit", "8bit", "binary", "quoted-printable", "base64", "", "", "8BIT", "Quoted-Printable", "8bit (comment)",
          "x-uuencode", "8-bit", "7 bit", "nonsense")
LINE_ENDS = (b"\n", b"\n", b"\r\n")


class Dice:
    """The random choices for one message."""

    def __init__(self, number):
        self.random = random.Random(f"mailchute {number}")
        self.boundaries = 0

    def one(self, *choices):
        return self.random.choice(choices)

    def is_so(self, chance):
        return self.random.random() < chance

    # bodies

    def words(self, count, charset="utf-8"):
        return " ".join(self.random.choices(TEXT, k=count)).encode(charset, "replace")

    def lines(self):
        charset = self.one("utf-8", "utf-8", "latin-1", "ascii", "ascii", "utf-16-le")
        if self.is_so(0.3):
            return b"".join(b"plain line %d\n" % n for n in range(self.random.randrange(12)))
        return b"".join(self.words(self.random.randrange(14), charset) + b"\n" for _ in range(self.random.randrange(9)))

    def oddity(self):
        """Bytes that a body should not have."""
        return self.one(
            b"", b"", b".\n..\n.x\n", b"trailing blanks \t \n", b"progress 1%\rprogress 2%\rdone\n", b"a\0b\n",
            b"x" * self.one(75, 76, 77, 997, 998, 999, 1000, 5000) + b"\n", "ü".encode() * 600 + b"\n", b"a\r\r\n",
            b"From the beginning\n", b"=\n=3D=\n=", b"--\nsignature\n", b"--not-a-boundary\n", b"\n\n\n", b"no line end", b"\x0c\x1b[1m\x7f\n",
            bytes(self.random.randrange(256) for _ in range(200)))

    def body(self):
        pieces = [self.lines(), self.oddity(), self.lines()]
        self.random.shuffle(pieces)
        body = b"".join(pieces)
        return b"x" + body if body.startswith(b"From ") else body

    def encoded(self, label, text):
        """A body that fits its label, more or less."""
        if label.lower() == "base64":
            whole = base64.encodebytes(text)
            return self.one(whole, whole, whole.replace(b"\n", b""), whole + b"_____\nA list's footer: \xfc\n", whole[:-3])
        if label.lower() == "quoted-printable":
            whole = quopri.encodestring(text.replace(b"\r", b""))
            return self.one(whole, whole, whole.replace(b"=\n", b""), whole + b"\xfc\n", whole + b"=\nx =\t\n", whole + b"==\n=4")
        return text

    def leaf(self):
        label, kind, charset = self.one(*LABELS), self.one(*TYPES), self.one(*CHARSETS)
        fields = []
        if kind:
            fields.append(f"Content-Type: {kind}" + (f"; charset={self.one(charset, repr(charset)[1:-1])}" if charset else ""))
        if label:
            fields.append(f"Content-Transfer-Encoding: {label}")
        if self.is_so(0.3):
            fields.append(self.disposition())
        self.random.shuffle(fields)
        return fields, self.encoded(label, self.body())

    def disposition(self):
        name = self.one("plain.txt", '"two words.txt"', '"Grüße.txt"', "Grüße.txt", "*=utf-8''Gr%C3%BC%C3%9Fe.txt", '"=?utf-8?Q?Gr=C3=BC=C3=9Fe?="',
                        '"' + "long" * 300 + '.txt"', '"' + "ü" * 300 + '"', '"a\\"b\\\\c; d.txt"', '""', "*0=a; filename*1=b")
        sign = "" if name[0] == "*" else "="
        return f"Content-Disposition: {self.one('attachment', 'inline', 'Attachment')}; filename{sign}{name}"

    # containers

    def boundary(self):
        self.boundaries += 1
        return self.one(f"b{self.boundaries}", f"=_b{self.boundaries}'()+_,-./=? x", f"b{self.boundaries}" + "-" * 60,
                        f"--b{self.boundaries}", f"b{self.boundaries}" * self.one(1, 1, 1, 30))

    def multipart(self, depth):
        boundary, kind = self.boundary(), self.one(*MULTIPARTS)
        fields = [f'Content-Type: {kind}; {self.one("", "charset=x; ", "type=y;")}boundary="{boundary}"']
        if self.is_so(0.3):
            fields.append(f"Content-Transfer-Encoding: {self.one('8bit', '7bit', 'binary', 'quoted-printable', 'base64')}")
        body = self.one(b"", b"", b"This is MIME.\n", "Dies ist für alte Leser.\n".encode())
        line = b"--" + boundary.encode()
        count = self.random.randrange(4)
        for _ in range(count):
            body += self.one(b"", b"", b"\n") + line + self.one(b"", b"", b"", b" \t") + b"\n" + self.part(depth + 1)
            body += self.one(b"\n", b"\n", b"\n", b"")
        body += self.one(line + b"--\n", line + b"--\n", line + b"--", b"")
        if count == 0:
            return fields, body
        return fields, body + self.one(b"", b"", b"After it.\n", "Danach: ü.\n".encode(), line + b"\nafter\n")

    def container(self, depth):
        if self.is_so(0.75):
            return self.multipart(depth)
        fields, body = [f"Content-Type: {self.one('message/rfc822', 'Message/RFC822', 'message/global')}"], self.message(depth + 1)
        if self.is_so(0.2):
            fields.append(f"Content-Transfer-Encoding: {self.one('8bit', '7bit', 'base64')}")
        return fields, self.one(b"", b"", b"", b"From someone Mon Jan  1 00:00:00 2024\n") + body

    def part(self, depth=0):
        fields, body = self.container(depth) if depth < 5 and self.is_so(0.55 - depth / 10) else self.leaf()
        header = "".join(f"{f}\n" for f in fields).encode("utf-8")
        gap = self.one(*[b"\n"] * 9, b"")
        return header + (b"\n" if body.startswith(b"From ") else gap) + body

    # headers

    def phrase(self):
        return self.one("Alice", '"Doe, John"', "Jürgen Müller", '"Jürgen \\"J\\" Müller"', "=?utf-8?Q?J=C3=BCrgen?=", "=?utf-8?Q?J=C3=BC?= Müller",
                        '"=?utf-8?Q?no?="', "", "ü" * 60, "Ж (comment ü)")

    def address(self):
        spec = self.one("a@example.org", "b.c@example.com", "x@müller.example", '"q q"@example.org', "root")
        if self.is_so(0.01):
            spec = "jürgen@example.org"
        return self.one(spec, f"{self.phrase()} <{spec}>", f"{self.phrase()} <{spec}>", f"{spec} (Müller, Jürgen)", f"<{spec}>")

    def address_list(self):
        found = ", ".join(self.address() for _ in range(self.random.randrange(1, 4)))
        return self.one(found, found, found, f"Freunde ü: {found};", "undisclosed-recipients:;", found.replace(", ", ",\n\t"),
                        found.replace(", ", ","), *[found] * 6, found + ", broken <", ",".join(f"x{n}@example.org" for n in range(200)))

    def subject(self):
        words = ("plain", "ü", "日本", "=?utf-8?Q?w=C3=B6rd?=", "=?iso-8859-1?Q?l=F6?=", "(x)", "  ", "y" * 200, "ü" * 90, "=broken?", "\t", "a,b")
        return " ".join(self.random.choices(words, k=self.random.randrange(9)))

    def field(self):
        return self.one(
            f"Subject: {self.subject()}", f"Subject: {self.subject()}", f"X-Comment: {self.subject()}", f"Cc: {self.address_list()}",
            f"Reply-To: {self.address().replace('root', 'root@example.org')}", "X-Long: " + "word " * 300, "X-Longer: " + "w" * self.one(700, 980, 988, 989, 1100), "Keywords: ü, ä",
            "References:" + " <abc@example.org>" * 80, "Received: from müller (helo) by x; Mon, 1 Jan 2024 00:00:00 +0000", f"Comments:{self.subject()}",
            "X-Folded: one\n two\n\tthree ü", "X-Empty:", "Bcc: hidden@example.org", *["Message-ID: <ä@example.org>"] * self.is_so(0.05), f"Sender: {self.address()}")

    def message(self, depth=0):
        fields = [f"From: {self.address()}", f"To: {self.address_list()}", *(self.field() for _ in range(self.random.randrange(5)))]
        if self.is_so(0.8):
            fields.append("MIME-Version: 1.0")
        self.random.shuffle(fields)
        charset = self.one("utf-8", "utf-8", "latin-1")
        return "".join(f"{f}\n" for f in fields).encode(charset, "replace") + self.part(depth)


def thrown(number):
    """The message of this number, the same in every run."""
    dice = Dice(number)
    return dice.message().replace(b"\n", dice.one(*LINE_ENDS))


HEADER = b"From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\nSubject: A test\n"
MIME = b"MIME-Version: 1.0\n"
PLAIN = HEADER + MIME + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
MIXED = HEADER + MIME + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
CHEESE = "Käse\n".encode()
DKIM = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; h=from:to:subject;\n bh=aGVsbG8=; b=d29ybGQ=\n"


def single():
    """The odd messages, by name."""
    long_field = b"X-Much: " + b"word " * 20000 + b"\n"
    many = b"To: " + b",\n ".join(b"m%d@example.org" % n for n in range(20000)) + b"\n"
    progress = b"".join(b"\rcopied %3d %%" % n for n in range(101)) + b"\n"
    return {
        "empty": b"", "one-newline": b"\n", "two-newlines": b"\n\n", "headers-only": HEADER, "header-and-empty-line": HEADER + b"\n",
        "no-final-newline": HEADER + b"\nHello", "no-header": b"Hello Bob.\nHow are you?\n", "no-empty-line": HEADER + b"Hello Bob.\nHow are you?\n",
        "mbox-line": b"From alice Mon Jan  1 00:00:00 2024\n" + HEADER + b"\nHello\n", "quoted-mbox-line": b">From alice Mon Jan  1 00:00:00 2024\n" + HEADER + b"\nHello\n",
        "crlf": (HEADER + b"\nHello\n").replace(b"\n", b"\r\n"), "mixed-line-ends": HEADER + b"\none\r\ntwo\nthree\r\n\r\n\nfour\r\n",
        "header-crlf-body-lf": HEADER.replace(b"\n", b"\r\n") + b"\r\none\ntwo\n", "bare-cr": HEADER + b"\none\rtwo\n", "progress-bar": HEADER + b"\n" + progress,
        "cr-at-end": HEADER + b"\none\r", "cr-cr-lf": HEADER + b"\none\r\r\ntwo\r\r\n", "nul": HEADER + b"\none\0two\n", "nuls-only": HEADER + b"\n" + b"\0" * 5000,
        "dots": HEADER + b"\n.\n..\n...\n.a\n\n.\n", "dot-cr": HEADER + b"\n.\r.\r\n.\r\n", "lines-of-998": HEADER + b"\n" + (b"x" * 998 + b"\r\n") * 3,
        "line-of-999": HEADER + b"\n" + b"x" * 999 + b"\n", "line-of-100000": HEADER + b"\n" + b"x" * 100000 + b"\n", "header-of-100-kb": HEADER + long_field + b"\nHello\n",
        "field-without-blanks": HEADER + b"X-Long: " + b"x" * 2000 + b"\n\nHello\n", "to-20000": many + b"From: a@example.org\n\nHello\n",
        "cron": HEADER + "\nGrüße\n".encode(), "latin-1": HEADER + b"\nGr\xfc\xdfe\n", "utf-8-subject": HEADER + "X-Subject: Grüße\n\nHello\n".encode(),
        "utf-8-declared": PLAIN + "Grüße\n".encode(), "dkim-ascii": DKIM + HEADER + b"\nHello\n", "dkim-8-bit": DKIM + PLAIN + "Grüße\n".encode(),
        "dkim-long-line": DKIM + HEADER + b"\n" + b"x" * 2000 + b"\n", "dkim-utf-8-header": DKIM + HEADER + "X-Subject: Grüße\n\nHello\n".encode(),
        "broken-utf-8-beside-utf-8": HEADER + "X-Good: Grüße\n".encode() + b"X-Bad: Gr\xfc\xdfe\n\nHello\n",
        "boundary-in-sections": HEADER + MIME + b'Content-Type: multipart/mixed;\n boundary*0="a b";\n boundary*1*=%3dc\n\n--a b=c\n\n'
                                + CHEESE + b"--a b=c\nContent-Type: image/png\n\n" + CHEESE + b"--a b=c--\n",
        "boundary-with-charset": HEADER + MIME + b"Content-Type: multipart/mixed; boundary*=us-ascii''a%20b\n\n--a b\n\n" + CHEESE + b"--a b--\n",
        "file-name-with-percents-in-quotes": MIXED + "Content-Disposition: inline; filename*=\"utf-8''a;b%C3%BC ü\"\n\nx\n--b--\n".encode(),
        "comments-with-backslashes": HEADER + 'Cc: a@example.org (x \\) "ü), "Bob" <b@example.org>\n\nx\n'.encode(),
        "long-list-beyond-ascii": b"From: a@example.org\nTo: " + ", ".join(f"jürgen{n}@example.org" for n in range(80)).encode() + b"\n\nx\n",
        "empty-encoding": HEADER + MIME + b"Content-Transfer-Encoding: \n\n" + CHEESE,
        "date-with-zone": HEADER + b"Date: Mon, 1 Jan 2024 00:00:00 +0100 (Mitteleurop\xe4ische Zeit)\n\nx\n",
        "no-boundary": HEADER + MIME + 'Content-Type: multipart/mixed\n\nGrüße\n'.encode(),
        "never-opened": HEADER + MIME + 'Content-Type: multipart/mixed; boundary=b\n\nGrüße\n'.encode(),
        "part-without-empty-line": HEADER + MIME + 'Content-Type: multipart/mixed; boundary=b\n\n--b\nGrüße\nand more\n--b--\n'.encode(),
        "field-and-no-empty-line": HEADER + MIME + 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n<p>Grüße\nand more\n--b--\n'.encode(),
    }
