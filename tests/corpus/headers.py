# SPDX-License-Identifier: GPL-3.0-or-later
"""headers.py - odd header fields, and how foreign readers read them when they arrive

A row has a field as a program writes it, the charset that the message names, the text that Python's email package reads
afterwards, and the form that it must have on the wire. The same rows go to relays with and without SMTPUTF8.
"""
import base64
import dataclasses
import email
import email.header
import email.policy
import json
import re
from tests.lib.harness import Failure, expect
from tests.lib.user import User
from . import pieces, post, promises


OFFERS = [promises.Offer(), promises.Offer("8BITMIME"), promises.Offer("8BITMIME", "SMTPUTF8"),
          promises.Offer("8BITMIME", "SMTPUTF8", "CHUNKING")]


@dataclasses.dataclass
class Row:
    name: str
    field: bytes
    read: str = None  # by Python; None: the same as before
    wire: bytes = b""  # a regular expression for the field on the wire, folds and all
    charset: str = "utf-8"
    needs_utf8: bool = False  # the field can't be sent without SMTPUTF8

    @property
    def message(self):
        kind = f"text/plain; charset={self.charset}" if self.charset else "text/plain"
        fields = b"From: alice@example.org\nTo: bob@example.org\nMIME-Version: 1.0\n"
        if not re.match(rb"(?i)Content-Type:", self.field):
            fields += f"Content-Type: {kind}\n".encode()
        return fields + self.field + b"\n\nHello\n"


def text(name, field, read, wire=b"", charset="utf-8"):
    return Row(name, field if isinstance(field, bytes) else field.encode(), read, wire, charset)


TEXTS = [
    text("msmtp-197-text-asks-for-smtputf8", "Subject: Grüße aus Köln", "Grüße aus Köln", rb"=\?UTF-8\?B\?"),
    text("chatmail-core-4969-name", "Reply-To: Jörg Müller <j@example.org>", "Jörg Müller <j@example.org>"),
    text("mimekit-706-comment", "Cc: j@example.org (Jörg)", "j@example.org (Jörg)"),
    text("quoted-name", 'Cc: "Müller, Jörg" <j@example.org>', "Müller, Jörg <j@example.org>"),
    text("u-label", "Cc: j@müller.example", "j@xn--mller-kva.example"),
    text("group", "Cc: Freunde ü: a@example.org;", "Freunde ü : a@example.org;"),
    text("latin-1", "Subject: Grüße".encode("latin-1"), "Grüße", rb"=\?iso-8859-1\?", "iso-8859-1"),
    text("latin-1-upper-case", "Subject: Grüße".encode("latin-1"), "Grüße", rb"=\?ISO-8859-1\?", "ISO-8859-1"),
    text("latin-9", "Subject: 5 €".encode("iso-8859-15"), "5 €", rb"=\?iso-8859-15\?", "iso-8859-15"),
    text("windows-1252", "Subject: „x“ €".encode("cp1252"), "„x“ €", rb"=\?windows-1252\?", "windows-1252"),
    text("windows-1251", "Subject: Привет всем".encode("cp1251"), "Привет всем", rb"", "windows-1251"),
    text("koi8-r", "Subject: Привет всем".encode("koi8-r"), "Привет всем", rb"=\?koi8-r\?", "koi8-r"),
    text("koi8-r-name", "Reply-To: Иван <i@example.org>".encode("koi8-r"), "Иван <i@example.org>", rb"", "koi8-r"),
    text("shift-jis", "Subject: 表示テスト".encode("shift_jis"), "表示テスト", rb"=\?shift_jis\?", "shift_jis"),
    text("shift-jis-long", ("Subject: " + "表示テスト" * 20).encode("shift_jis"), "表示テスト" * 20, rb"", "shift_jis"),
    text("shift-jis-name", "Cc: 表 <a@example.org>".encode("shift_jis"), "表 <a@example.org>", rb"", "shift_jis"),
    text("euc-jp", "Subject: 日本語".encode("euc-jp"), "日本語", rb"", "euc-jp"),
    text("gb2312", "Subject: 你好世界".encode("gb2312"), "你好世界", rb"=\?gb2312\?", "gb2312"),
    text("gbk", "Subject: 鎔基".encode("gbk"), "鎔基", rb"=\?gbk\?", "gbk"),
    text("gb18030", "Subject: 你好€".encode("gb18030"), "你好€", rb"=\?gb18030\?", "gb18030"),
    text("big5", "Subject: 許功蓋".encode("big5"), "許功蓋", rb"=\?big5\?", "big5"),
    text("euc-kr", "Subject: 안녕".encode("euc-kr"), "안녕", rb"=\?euc-kr\?", "euc-kr"),
    text("utf-8-called-latin-1", "Subject: für", "für", rb"=\?UTF-8\?", "iso-8859-1"),
    text("utf-8-called-gbk", "Subject: 中文标题", "中文标题", rb"=\?UTF-8\?", "gbk"),
    text("utf-8-called-ascii", "Subject: für", "für", rb"=\?UTF-8\?", "us-ascii"),
    text("utf-8-and-no-charset", "Subject: für", "für", rb"=\?UTF-8\?", None),
    text("utf-8-called-nonsense", "Subject: für", "für", rb"=\?UTF-8\?", "nonsense"),
    text("latin-1-called-utf-8", b"Subject: f\xfcr x", None, rb"=\?unknown-8bit\?"),
    text("latin-1-called-utf-16", b"Subject: f\xfcr x", None, rb"=\?unknown-8bit\?", "utf-16"),
    text("latin-1-called-iso-2022-jp", b"Subject: f\xfcr x", None, rb"=\?unknown-8bit\?", "iso-2022-jp"),
    text("no-windows-1252", b"Subject: \x81", None, rb"=\?unknown-8bit\?", "windows-1252"),
    text("raw-in-an-encoded-word", "Subject: =?utf-8?Q?Gr=C3=BCße?= x", "Grüße x"),
    text("raw-and-blank-in-an-encoded-word", "Subject: =?utf-8?Q?Gr=C3=BCße an alle?= x", "Grüße an alle x"),
    text("raw-behind-an-encoded-word", "Subject: =?utf-8?Q?Gr=C3=BC?=ße", "Grüße"),
    text("raw-before-an-encoded-word", "Subject: [ä]=?utf-8?Q?=C3=BC?= x", "[ä]ü x"),
    text("raw-beside-an-encoded-word", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus Köln", "Grüße aus Köln"),
    text("raw-in-a-quoted-encoded-word", 'Cc: "=?utf-8?Q?J=C3=B6rg?= Müller" <a@example.org>', "Jörg Müller <a@example.org>"),
    text("json", 'X-SMTPAPI: {"to": ["Jörg 😀"], "c": "a\\"b"}', '{"to": ["J\\u00f6rg \\ud83d\\ude00"], "c": "a\\"b"}'),
    text("url", "List-Unsubscribe: <https://example.org/ü?a=b>", "<https://example.org/%C3%BC?a=b>"),
    text("words-of-in-reply-to", "In-Reply-To: Grüße <a@example.org>", "Grüße <a@example.org>"),
    text("zone", "Resent-Date: Mon, 1 Jan 2024 00:00:00 +0100 (Mitteleuropäische Zeit)",
         "Mon, 1 Jan 2024 00:00:00 +0100 (Mitteleuropäische Zeit)"),
    text("file-name", "Content-Disposition: inline; filename=\"Grüße.txt\"", "inline; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt"),
    text("file-name-raw-beside-an-encoded-word", "Content-Disposition: inline; filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= ü.txt\"",
         "inline; filename*=utf-8''Gr%C3%BC%C3%9Fe%20%C3%BC.txt"),
    text("file-name-latin-1", "Content-Disposition: inline; filename=\"Grüße.txt\"".encode("latin-1"),
         "inline; filename*=iso-8859-1''Gr%FC%DFe.txt", rb"", "iso-8859-1"),
]

ADDRESSES = [
    Row("local-part", "Reply-To: Jörg <jörg@example.org>".encode(), "Jörg <jörg@example.org>",
        "=\\?UTF-8\\?B\\?SsO2cmc=\\?= <jörg@example\\.org>".encode(), needs_utf8=True),
    Row("local-part-and-u-label", "Cc: jörg@müller.example, a@müller.example (Ä)".encode(),
        "jörg@müller.example, a@xn--mller-kva.example (Ä)", b"", needs_utf8=True),
    Row("id", "References: <ä@example.org> <b@example.org>".encode(), "<ä@example.org> <b@example.org>", b"", needs_utf8=True),
]

# too long for a line; `read` is compared without blanks
IDS = "".join(f"<{n:032x}@mail.example.org>" for n in range(25))
VARIABLES = json.dumps({"to": [f"someone.{n}@example.org" for n in range(60)], "x": "a, b"}, separators=(",", ":"))
CLAUSES = ";".join(f"spf{n}=pass(sender IP is 192.0.2.{n};ok)smtp.mailfrom=example{n}.org" for n in range(25))
BASE64 = "QUJDREVGR0hJSktMTU5PUA" * 60
LONG = [
    Row("gromox-360-long-references", f"References: {IDS}".encode(), IDS),
    Row("mu-859-long-in-reply-to", f"In-Reply-To: {IDS}".encode(), IDS),
    Row("mikel-mail-401-references-with-some-blanks", f"References: <a@b> {IDS} <c@d>".encode(), f"<a@b> {IDS} <c@d>"),
    Row("deltachat-core-555-kin-of-references", f"X-Forwarded-References: {IDS}".encode(), IDS),
    Row("phpmailer-726-machine-field", f"X-SMTPAPI: {VARIABLES}".encode(), VARIABLES),
    Row("metadata", f"X-MC-Metadata: {VARIABLES}".encode(), VARIABLES),
    Row("list-of-json", f"X-Mailgun-Variables: [{VARIABLES}]".encode(), f"[{VARIABLES}]"),
    Row("results", f"Authentication-Results: mx.example.org;{CLAUSES}".encode(), f"mx.example.org;{CLAUSES}"),
    Row("arc-seal", f"ARC-Seal: i=1;a=rsa-sha256;d=example.org;{CLAUSES};b={BASE64}".encode(),
        f"i=1;a=rsa-sha256;d=example.org;{CLAUSES};b={BASE64}"),
    Row("autocrypt", f"Autocrypt: addr=a@b;keydata={BASE64}".encode(), f"addr=a@b;keydata={BASE64}"),
    Row("face", f"Face: {BASE64}".encode(), BASE64),
    Row("unsubscribe", ("List-Unsubscribe: " + ",".join(f"<https://example.org/a,{n:070}>" for n in range(20))).encode(),
        ",".join(f"<https://example.org/a,{n:070}>" for n in range(20))),
    Row("recipients", ("Cc: " + ",".join(f'"a,b"<m{n}@example.org>' for n in range(60))).encode(),
        ",".join(f'"a,b"<m{n}@example.org>' for n in range(60))),
    Row("tags", ("X-Tags: " + ";".join(f"tag-number-{n}" for n in range(90))).encode(), ";".join(f"tag-number-{n}" for n in range(90))),
    Row("boundary", b'Content-Type: multipart/mixed;boundary="' + b"b" * 70 + b'";' + b"x=" + b"y" * 450 + b";z=" + b"y" * 450,
        'multipart/mixed;boundary="' + "b" * 70 + '";x=' + "y" * 450 + ";z=" + "y" * 450),
    Row("unsubscribe-long-url", f"List-Unsubscribe: <https://example.org/{'a' * 1500}>, <mailto:u@example.org>".encode(),
        f"<https://example.org/{'a' * 1500}>, <mailto:u@example.org>"),
    Row("long-encoded-word", b"Subject: =?UTF-8?B?" + base64.b64encode(("ü" * 800).encode()) + b"?= x", "ü" * 800 + " x", rb"=\?"),
    Row("long-encoded-word-q", b"Subject: =?x-?= =?iso-8859-1?Q?" + b"=FC" * 800 + b"?=", "=?x-?=" + "ü" * 800, rb"=\?"),
    Row("long-encoded-word-between-others", b"Subject: =?utf-8?Q?x?= =?UTF-8?B?" + base64.b64encode(("ü" * 800).encode()) +
        b"?= =?utf-8?Q?y?=", "x" + "ü" * 800 + "y", rb"=\?"),
    Row("cron-long-variable", b"X-Cron-Env: <PATH=/bin:" + b"/x" * 800 + b">", "<PATH=/bin:" + "/x" * 800 + ">", rb"=\?"),
    Row("long-text", b"Subject: " + b"z," * 600, "z," * 600, rb"=\?"),
]

ROWS = TEXTS + ADDRESSES + LONG


def field_of(data, name):
    """The field as it is in the message, with its folds."""
    return next(f for f in pieces.cut_header(pieces.with_line_ends(data))[0] if pieces.name_of(f) == name)


def as_read(field):
    """The text by Python's email package. Bytes beyond ASCII are UTF-8 (RFC 6532)."""
    value = re.sub(rb"\r\n", b"", field.split(b":", 1)[1]).strip().decode("utf-8", "surrogateescape")
    try:
        found = email.header.decode_header(value)
    except email.errors.HeaderParseError:
        return value
    return "".join(map(text_of, found))


def text_of(piece):
    """Raw bytes outside encoded-words come from Python in its own encoding."""
    found, charset = piece
    if isinstance(found, str):
        return found
    return found.decode("utf-8" if charset == "unknown-8bit" else charset or "raw-unicode-escape", "surrogateescape")


def squeezed(value):
    return " ".join(value.split())


def check_row(row, transaction, offer):
    """The problems of the field on the wire."""
    name = pieces.name_of(row.field)
    field = field_of(transaction.content, name)
    before, after = row.read, as_read(field)
    if before is None:
        before = row.field.split(b":", 1)[1].strip().decode("utf-8", "surrogateescape")
    clean = (lambda value: "".join(value.split())) if row in LONG else squeezed
    wrong = promises.check_wire(transaction, offer)
    if clean(before) != clean(after):
        wrong.append(f"{before!r} is read as {after!r}")
    if not re.search(row.wire, field):
        wrong.append(f"{row.wire!r} is not in {field!r}")
    if row in LONG and row.wire != rb"=\?" and (b"=?" in field or max(map(len, field.split(b"\r\n"))) > 910):
        wrong.append(f"not folded where it could be: {field!r}")
    if b"*0" in field:
        wrong.append(f"parted by RFC 2231: {field!r}")
    return wrong


def check_rows(folder, offer):
    letters = [post.Letter(row.name, row.message) for row in ROWS]
    user = User(folder)
    post.enqueue(user, letters)
    (folder / "relay").mkdir()
    sent, refused = post.send_all(folder / "relay", user.spool.path, offer)
    wrong = []
    for number, row in enumerate(ROWS):
        if row.needs_utf8 and not offer.takes_utf8:
            wrong += [] if number in refused else [f"{row.name}: was not refused"]
        elif number not in sent:
            wrong.append(f"{row.name}: {refused.get(number, letters[number].refusal)}")
        else:
            wrong += [f"{row.name}: {w}"[:600] for w in check_row(row, sent[number], offer)]
    if wrong:
        raise Failure("\n".join(wrong))
    expect(len(ROWS) >= 40, "the table has lost rows")


def check_readers(folder):
    """MIME::Tools reads the same bytes before and after, if it can read the given field."""
    rows = [row for row in TEXTS if "raw" not in row.name and row.name not in ("json", "url", "shift-jis-name")]
    user = User(folder)
    post.enqueue(user, [post.Letter(row.name, row.message) for row in rows])
    (folder / "relay").mkdir()
    sent, _ = post.send_all(folder / "relay", user.spool.path, OFFERS[-1])
    read = post.read_by_mime_tools([data for n, row in enumerate(rows)
                                    for data in (pieces.with_line_ends(row.message), sent[n].content)])
    wrong = []
    for row, before, after in zip(rows, read[::2], read[1::2]):
        name = pieces.name_of(row.field)
        old, new = ([texts for key, texts in reading[0][2] if key == name] for reading in (before, after))
        if old != new:
            wrong.append(f"{row.name}: {old} became {new}")
    expect(not wrong, "\n".join(wrong))


def add_cases(suite):
    for offer in OFFERS:
        suite.add(f"headers-{str(offer).lower()}", lambda folder, offer=offer: check_rows(folder, offer))
    suite.add("headers-readers", check_readers)
