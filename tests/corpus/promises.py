# SPDX-License-Identifier: GPL-3.0-or-later
"""promises.py - the rules for a message that was sent, and for a message that was refused

Each function returns the problems as a list of texts.
"""
import base64
import calendar
import email.errors
import email.policy
import quopri
import re
from tests.lib import parts
from . import pieces


# added on top of the header, if they were missing
COMPLETED = ("from", "date", "message-id")
MIME = ("mime-version", "content-type", "content-transfer-encoding")
MOVED = "x-original-date"


class Offer:
    """The extensions of a relay that matter to the content."""

    def __init__(self, *extensions):
        self.extensions = extensions
        self.takes_8bit = "8BITMIME" in extensions
        self.takes_utf8 = self.takes_8bit and "SMTPUTF8" in extensions

    def __str__(self):
        return "+".join(self.extensions) or "nothing"


# The wire

def check_wire(transaction, offer):
    """Lines have a form that every relay accepts, and 8-bit bytes only if they were declared."""
    content, words = transaction.content, transaction.mail.split(">", 1)[1].split()
    is_8bit = not content.isascii()
    wrong = []
    if pieces.is_unfit(content):
        wrong.append("a NUL, a bare CR or too long a line on the wire")
    if b"\n" in content.replace(b"\r\n", b""):
        wrong.append("a bare LF on the wire")
    if not content.endswith(b"\r\n"):
        wrong.append("the last line has no end")
    if is_8bit != ("BODY=8BITMIME" in words):
        wrong.append(f"8-bit is {is_8bit}, and declared: {words}")
    if is_8bit and not offer.takes_8bit:
        wrong.append("8-bit to a relay that does not take it")
    message = pieces.message(content)
    needs_utf8 = any(not p.header.isascii() and is_utf8(p.header) for p in message.walk())
    if (needs_utf8 and offer.takes_utf8) != ("SMTPUTF8" in words):
        wrong.append(f"a header is beyond ASCII: {needs_utf8}, and declared: {words}")
    if not message.header.isascii() and not (is_utf8(message.header) and offer.takes_utf8):
        wrong.append("a header that the relay does not take")
    wrong += [f"could have been encoded: {f!r}" for p in message.walk() for f in p.fields if is_needlessly_raw(p, f)]
    if f"SIZE={len(content)}" not in words:
        wrong.append(f"{len(content)} octets, and declared: {words}")
    return wrong


def is_utf8(data):
    try:
        return bool(data.decode()) or True
    except UnicodeDecodeError:
        return False


def is_needlessly_raw(piece, field):
    """Beyond ASCII, and neither signed nor with an address or an id that can't be encoded."""
    if field.isascii() or piece.is_header_sealed or pieces.seal_of(piece.fields, field):
        return False
    domain = rb"(?!)" if is_utf8(field) else rb"@\S*[\x80-\xff]"
    return not re.search(rb"[\x80-\xff][^\s@]*@|[\x80-\xff]\"@|<[^>@]*[\x80-\xff]|" + domain, field)


# Whether something had to be altered

def is_field_unfit(field):
    return pieces.is_unfit(field, False)


def is_leaf_unfit(piece, offer):
    return piece.kind == "leaf" and pieces.is_unfit(piece.body, offer.takes_8bit)


def closed_up(field):
    """A field without blanks before the colon, which may not be sent. RFC 5322 section 4.5."""
    return re.sub(rb"\A([!-9;-~]+)[ \t]+: ?", rb"\1: ", field)


def check_fields(before, after, offer):
    """Fields in order, and none altered without need."""
    is_encoded = any(is_leaf_unfit(p, offer) for p in before.walk())
    skipped = ("content-transfer-encoding",) if is_encoded else ()
    old = [f for f in before.fields if pieces.name_of(f) not in skipped]
    new = [f for f in after.fields if pieces.name_of(f) not in skipped]
    if [*map(pieces.name_of, old)] != [*map(pieces.name_of, new)]:
        return [f"fields {[*map(pieces.name_of, old)]} became {[*map(pieces.name_of, new)]}"]
    return [f"altered without need: {one!r} became {other!r}" for one, other in zip(old, new)
            if closed_up(one).rstrip() != other.rstrip() and not is_field_unfit(one)]


def check_body(before, after, offer):
    if before.kind == "leaf":
        if not is_leaf_unfit(before, offer):
            return ["a body was altered without need"] if before.body != after.body else []
        return check_encoded(before, after)
    around = [(before.body, after.body), (before.after, after.after)]
    return ["what is around the parts was altered without need" for one, other in around
            if one != other and (other or not pieces.is_unfit(one, offer.takes_8bit))]


def check_encoded(before, after):
    """A part that was encoded for the relay is the same, byte for byte, up to the message's last line end."""
    if after.encoding not in ("quoted-printable", "base64"):
        return [f"a body that had to be encoded is labelled {after.encoding!r}"]
    if before.encoding not in pieces.IDENTITIES:
        return []
    read = quopri.decodestring(after.body) if after.encoding == "quoted-printable" else base64.b64decode(after.body)
    if read not in (before.body, before.body + b"\r\n"):
        return [f"an encoded body says something else: {difference(before.body, read)}"]
    return []


def check_piece(before, after, offer):
    if before.kind != after.kind or len(before.parts) != len(after.parts):
        return [f"a {before.kind} with {len(before.parts)} parts became a {after.kind} with {len(after.parts)}"]
    wrong = check_fields(before, after, offer) + check_body(before, after, offer)
    for one, other in zip(before.parts, after.parts):
        wrong += check_piece(one, other, offer)
    return wrong


def check_seals(before, after):
    """A sealed part is unchanged, byte for byte."""
    wrong = []
    for one, other in zip(before.walk(), after.walk()):
        if one.is_header_sealed and (one.header != other.header or one.gap != other.gap):
            wrong.append("a signed header was altered")
        if one.is_sealed and (one.body != other.body or one.after != other.after):
            wrong.append("a signed or encrypted part was altered")
    return wrong + check_signed_fields(before, after)


def check_signed_fields(before, after):
    """Fields and body that DKIM covers are unchanged after its canonicalization."""
    wrong = []
    for one, other in zip(before.fields, after.fields):
        seal = pieces.seal_of(before.fields, one)
        if one != other and (seal == "simple" or seal == "relaxed" and pieces.relaxed(one) != pieces.relaxed(other)):
            wrong.append(f"a signed field was altered: {one!r} became {other!r}")
    return wrong


# The fields added on top

def has_content(field):
    return bool(field.split(b":", 1)[1].strip())


def is_signed(fields):
    return any(pieces.name_of(f) == "dkim-signature" for f in fields)


def missing_mime(fields, body):
    """The MIME fields that a body beyond ASCII lacks. Without any, a body that is not UTF-8 can't be labelled."""
    if body.isascii() or is_signed(fields):
        return []
    missing = [n for n in MIME if n not in {pieces.name_of(f) for f in fields if has_content(f)}]
    if is_utf8(body):
        return missing
    return [] if len(missing) == len(MIME) else [n for n in missing if n != "content-type"]


DATE = re.compile(rb"(?i)\s*(?:(?:mon|tue|wed|thu|fri|sat|sun)\s*,)?\s*(\d{1,2})\s*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
                  rb"\s*(\d{2,9})\s*([01]\d|2[0-3])\s*:\s*[0-5]\d(?:\s*:\s*(?:[0-5]\d|60))?"
                  rb"\s*(?:[+-]\d\d[0-5]\d|[a-ik-z]|[a-z]{2,5})\s*")
MONTHS = b"jan feb mar apr may jun jul aug sep oct nov dec".split()


def is_readable_date(text):
    """A date of RFC 5322, including the obsolete forms."""
    plain = text
    while plain != (plain := re.sub(rb"\((?:[^()\\]|\\.)*\)", b" ", plain, flags=re.S)):
        pass
    found = DATE.fullmatch(plain)
    if not found:
        return False
    year = int(found[3]) + {2: 2000 if int(found[3]) < 50 else 1900, 3: 1900}.get(len(found[3]), 0)
    month = MONTHS.index(found[2].lower()) + 1
    return year >= 1900 and 1 <= int(found[1]) <= calendar.monthrange(min(year, 9999), month)[1]


def completed(fields, body):
    """(the fields that stay when others are added, the dates that become X-Original-Date): no Bcc, and of those that
    can be added none without content."""
    kept = [f for f in fields if pieces.name_of(f) not in ("bcc", "resent-bcc")]
    if is_signed(fields):
        return kept, []
    supplied = (*COMPLETED, *missing_mime(fields, body))
    kept = [f for f in kept if has_content(f) or pieces.name_of(f) not in supplied]
    moved = [f for f in kept if pieces.name_of(f) == "date" and not is_readable_date(f.split(b":", 1)[1])]
    return [f for f in kept if f not in moved], moved


def take_added(fields, before, missing):
    """(the added fields, the others)"""
    had = {pieces.name_of(f) for f in before}
    at = 0
    while at < len(fields) and pieces.name_of(fields[at]) not in had and (
            pieces.name_of(fields[at]) in (*COMPLETED, *MIME[:2], MOVED) or
            MIME[2] in missing and fields[at].endswith(b" 8bit\r\n")):
        at += 1
    return fields[:at], fields[at:]


def check_added(added, before, is_encoded, missing, moved):
    names = [n for n in map(pieces.name_of, added) if n != MOVED]
    had = {pieces.name_of(f) for f in before}
    wanted = [n for n in COMPLETED if n not in had] + [n for n in missing if n != MIME[2] or not is_encoded]
    old = [len(f.split(b":", 1)[1].split()) for f in added if pieces.name_of(f) == MOVED]
    if len(old) != len(moved):
        return [f"{len(moved)} dates became {len(old)}: {added}"]
    if [n for n in names if n in wanted] != wanted:
        return [f"added: {names} instead of {wanted}"]
    if not is_encoded and set(names) & set(MIME) - set(wanted):
        return [f"added without need: {names}"]
    return []


# Address fields that RFC 5322 does not allow are written anew.

def has_defects(field):
    """Whether another reader complains, or an address has bytes that are no text."""
    name, _, value = field.decode("utf-8", "surrogateescape").partition(":")
    text = re.sub(r"\r?\n", "", value).strip()
    if re.search(r",\s*(,|$)", text) or re.search(r"[\udc80-\udcff][^\s,;<>]*@|@[^\s,;<>]*[\udc80-\udcff]", text):
        return True
    try:
        found = email.policy.default.header_factory(name.strip(), text).defects
    except (email.errors.MessageError, IndexError, AttributeError):  # the reader fails
        return True
    harmless = "with no domain", "inside quoted string", "whitespace after encoded-word"
    kinds = email.errors.UndecodableBytesDefect, email.errors.NonASCIILocalPartDefect
    return any(not isinstance(d, kinds) and not str(d).endswith(harmless) for d in found)


def take_mended(old, new):
    """A field of which another reader complains may be replaced by a field without its defects."""
    is_mended = (old != new and pieces.name_of(old) == pieces.name_of(new) and pieces.name_of(old) in parts.ADDRESSES
                 and has_defects(old) and not has_defects(new))
    return new if is_mended else old


def take_all_mended(fields, kept):
    """The same for a header; fields of the same name are in the same order."""
    left = [*reversed(kept)]
    found = []
    for field in fields:
        match = next((k for k in reversed(left) if pieces.name_of(k) == pieces.name_of(field)), field)
        if match in left:
            left.remove(match)
        found.append(take_mended(field, match))
    return found


# The whole

class Sent:
    """A message before and after, for all checks. `before` is what was given, completed."""

    def __init__(self, fields, body, content, offer):
        fields, self.moved = completed(fields, body)
        self.offer = offer
        new, gap, rest = pieces.cut_header(content)
        self.missing = missing_mime(fields, body)
        self.added, kept = take_added(new, fields, self.missing)
        fields = take_all_mended(fields, kept)
        self.before = b"".join(fields) + b"\r\n" + body
        self.after = b"".join(kept) + gap + rest
        self.is_altered = self.before != self.after
        self.fields = fields

    def check(self):
        if not self.is_altered:
            return check_added(self.added, self.fields, False, self.missing, self.moved)
        before, after = pieces.message(self.before), pieces.message(self.after)
        is_encoded = is_leaf_unfit(before, self.offer)
        is_relabelled = any(is_leaf_unfit(p, self.offer) for p in before.walk())
        names = {*map(pieces.name_of, [*self.added, *after.fields])}
        if is_encoded and before.encoding in pieces.IDENTITIES and "mime-version" not in names:
            return ["encoded without MIME-Version"]
        return [*check_added(self.added, self.fields, is_relabelled, self.missing, self.moved), *check_piece(before, after, self.offer),
                *check_seals(before, after)]

    @property
    def is_disputed(self):
        """Readers differ about text that RFC 5322 and 2046 forbid. A line that is no field where a header
        should end is the body's first to Python's email package and to us, and rubbish to MIME::Tools.
        """
        return any(not p.gap for p in pieces.message(self.before).walk())

    @property
    def has_encoded_message(self):
        """Both readers pass over the encoding of a message in a message, even where it is true."""
        return any(p.kind == "leaf" and p.type in pieces.MESSAGES for p in pieces.message(self.before).walk())

    def check_meaning(self):
        """The fields by Python's email package."""
        if self.has_encoded_message:
            return []
        return compare(parts.meaning(self.before), parts.meaning(self.after), "email")


def compare(before, after, reader):
    if len(before) != len(after):
        return [f"{reader} reads {len(before)} parts before and {len(after)} after"]
    for one, other in zip(before, after):
        for what, old, new in zip(("depth", "type", "fields", "content"), one, other):
            if old != new:
                return [f"{reader} reads another {what}: {difference(old, new)}"]
    return []


def difference(old, new):
    """The place at which two texts or lists begin to differ."""
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)) and len(old) == len(new):
        return next(difference(a, b) for a, b in zip(old, new) if a != b)
    old, new = repr(old), repr(new)
    at = next((n for n, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    return f"{old[max(0, at - 60):at + 90]} became {new[max(0, at - 60):at + 90]}"


# Refusals

def sealed_parts(message):
    return [p for p in message.walk() if p.is_sealed or p.is_header_sealed or
            any(pieces.name_of(f) == "dkim-signature" for f in p.fields)]


def is_refusal_true(reason, before, offer):
    """Whether the reason for a refusal is a known reason, and true."""
    message = pieces.message(before)
    if "which must not be changed" in reason:
        return any(pieces.is_unfit(p.header + p.body + p.after, offer.takes_8bit) or not is_utf8(p.header) or
                   pieces.is_unfit(p.header, offer.takes_utf8) for p in sealed_parts(message))
    if "(message/partial), which must not be encoded" in reason:
        return any(is_leaf_unfit(p, offer) and p.type == "message/partial" for p in message.walk())
    if "whose Content-Transfer-Encoding is not known" in reason:
        return any(is_leaf_unfit(p, offer) and p.encoding not in (*pieces.IDENTITIES, "quoted-printable", "base64")
                   for p in message.walk())
    if found := re.search(r"field ([^\s:]+): ", reason):
        return is_field_refusal_true(found[1].lower(), reason, message, offer)
    return False


def is_field_refusal_true(name, reason, message, offer):
    fields = [f for p in message.walk() for f in p.fields if pieces.name_of(f) == name]
    if "can't be folded" in reason:
        return any(re.search(rb"\S{%d}" % (pieces.LINE_MAX - 80), f) for f in fields)
    if "not ASCII before the @" in reason:
        return any(re.search(rb"[\x80-\xff][^\s@]*@", f) for f in fields) and not offer.takes_utf8
    if "can't be encoded there" in reason:
        return any(not f.isascii() for f in fields)
    return False
