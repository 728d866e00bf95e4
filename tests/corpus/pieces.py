# SPDX-License-Identifier: GPL-3.0-or-later
"""pieces.py - a message's bytes cut into header fields and parts by RFC 5322 and 2046, and none of them lost

Python's email package does not tell where each part stands, byte for byte. These positions show which parts
had to be altered for a relay. Lines end CRLF here, as on the wire.
"""
import dataclasses
import email
import re

FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
SEPARATOR = re.compile(rb">?From .*(?:\d:\d\d:\d\d| \d{4}\r\n)")  # of messages in a mailbox
SEALED = ("multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime",
          "application/pkcs7-signature", "application/x-pkcs7-signature")
MESSAGES = ("message/rfc822", "message/global")
RESIDUE = ("return-path", "content-length", "lines", "status")
IDENTITIES = ("", "7bit", "8bit", "binary", "8-bit", "7 bit")
LINE_MAX = 998


def is_unfit(data, takes_8bit=True):
    """Whether no relay accepts these bytes, or only relays with 8BITMIME."""
    if b"\0" in data or not (takes_8bit or data.isascii()):
        return True
    bare = data.replace(b"\r\n", b"\n")
    return b"\r" in bare or max(map(len, bare.split(b"\n")), default=0) > LINE_MAX


@dataclasses.dataclass
class Piece:
    """A part: its fields with their line ends, and its content, or the text around its inner parts."""
    fields: list
    junk: bytes = b""  # a From_ line on top
    gap: bytes = b""  # the empty line
    body: bytes = b""  # of a leaf; else the text before the first part
    after: bytes = b""  # the text after the last part
    parts: tuple = ()
    kind: str = "leaf"  # multipart, message
    type: str = "text/plain"
    encoding: str = ""
    is_sealed: bool = False  # its body must not be altered
    is_header_sealed: bool = False

    @property
    def header(self):
        return b"".join(self.fields)

    def walk(self):
        yield self
        for part in self.parts:
            yield from part.walk()


def name_of(field):
    return field.split(b":", 1)[0].strip().lower().decode()


def cut_header(data):
    """(fields, the empty line, the rest). A line that is no field begins the body."""
    fields, at = [], 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end]
        if line in (b"\r\n", b"\n"):
            return fields, line, data[end:]
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        elif FIELD.match(line):
            fields.append(line)
        else:
            break
        at = end
    return fields, b"", data[at:]


def delimiters(data, boundary):
    """The boundary lines of a body: (where the CRLF before begins, where the line ends, whether it is the last)."""
    pattern = re.compile(rb"(?:\A|\r\n)--%s(--)?[ \t\r]*(?=\r\n|\Z)" % re.escape(boundary))
    found = []
    for line in pattern.finditer(data):
        found.append((line.start(), min(line.end() + 2, len(data)), bool(line[1])))
        if line[1]:
            break
    return found


def cut_parts(piece, body, boundary, default):
    lines = delimiters(body, boundary)
    if not lines or lines[0][2]:
        return
    piece.kind, piece.body = "multipart", body[:lines[0][0]]
    ends = [start for start, _, _ in lines[1:]] + [len(body)]
    inner = [body[end:max(stop, end)] for (_, end, is_last), stop in zip(lines, ends) if not is_last]
    piece.parts = tuple(split(data, default, piece.is_sealed) for data in inner)
    if lines[-1][2]:
        piece.after = body[lines[-1][1]:]


def described(fields):
    """The header alone, for what Python's email package reads in a Content-Type field."""
    return email.message_from_bytes(b"".join(fields))


def split(data, default="text/plain", is_sealed=False):
    junk = data[:data.find(b"\n") + 1] if data.startswith(b"From ") else b""
    fields, gap, body = cut_header(data[len(junk):])
    head = described(fields)
    head.set_default_type(default)
    piece = Piece(fields, junk, gap, body, type=head.get_content_type(), is_header_sealed=is_sealed)
    piece.encoding = re.sub(r"\(.*?\)", "", str(head.get("Content-Transfer-Encoding", ""))).strip(" ;\t").lower()
    piece.is_sealed = is_sealed or piece.type in SEALED
    boundary = head.get_boundary()
    if piece.type.startswith("multipart/") and boundary:
        inside = "message/rfc822" if piece.type == "multipart/digest" else "text/plain"
        cut_parts(piece, body, boundary.encode("utf-8", "surrogateescape"), inside)
    elif piece.type in MESSAGES and (
            piece.encoding in IDENTITIES or FIELD.match(body) or body.startswith((b"\r\n", b"From "))):
        piece.kind, piece.body, piece.parts = "message", b"", (split(body, is_sealed=piece.is_sealed),)
    return piece


def message(data):
    """The whole; a DKIM signature seals all of it."""
    fields, _, _ = cut_header(data)
    is_signed = any(name_of(field) == "dkim-signature" for field in fields)
    piece = split(data, is_sealed=is_signed)
    piece.is_header_sealed = False
    return piece


# DKIM, RFC 6376: what covers a field

def tags(signature):
    text = b"".join(signature.split(b":", 1)[1].split())
    return dict(tag.split(b"=", 1) for tag in text.split(b";") if b"=" in tag)


def seal_of(fields, field):
    """"simple" or "relaxed" where a signature of the header covers the field, else ""."""
    found = ""
    for signature in fields:
        if name_of(signature) != "dkim-signature":
            continue
        tag = tags(signature)
        covered = tag.get(b"h", name_of(field).encode()).lower().split(b":")
        if signature is field or name_of(field).encode() in covered:
            found = "relaxed" if found != "simple" and tag.get(b"c", b"").startswith(b"relaxed") and b"h" in tag else "simple"
    return found


def relaxed(field):
    """RFC 6376 section 3.4.2; the value of b= is not signed."""
    name, value = field.replace(b"\r\n", b"").split(b":", 1)
    if name.strip().lower() == b"dkim-signature":
        value = re.sub(rb"([;\s]b\s*=)[^;]*", rb"\1", value)
    return name.strip().lower() + b":" + b" ".join(value.split())


# The program's changes to its input

def with_line_ends(data):
    """Any CRs before an LF belong to the line end, and the last line has one."""
    data = re.sub(rb"(?<!\r)\r*\n", b"\r\n", data)
    return data if not data or data.endswith(b"\n") else data + b"\r\n"


def covered(fields):
    """The names of the fields that DKIM signatures cover; a signature without names covers all."""
    names = set()
    for field in fields:
        tags = re.sub(rb"\s", b"", field.partition(b":")[2]).lower()
        found = re.search(rb"(?:^|;)h=([^;]*)", tags)
        if name_of(field) == "dkim-signature":
            names.update(found[1].decode("latin-1").split(":") if found else map(name_of, fields))
    return names


def given(data):
    """The message without the lines that a mailbox puts on top and among the fields, and with an empty line
    after the header."""
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    fields, gap, body = cut_header(with_line_ends(data))
    while not gap and SEPARATOR.match(body):
        more, gap, body = cut_header(body.partition(b"\n")[2])
        fields += more
    signed = covered(fields)
    return [f for f in fields if name_of(f) not in RESIDUE or name_of(f) in signed], body
