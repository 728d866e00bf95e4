# SPDX-License-Identifier: GPL-3.0-or-later
"""parts.py - the meaning of a message without its encoding, to compare two forms of it

The structure and the undoing of encodings are left to Python's email package. Texts stay bytes, because
a charset may be wrong or missing.
"""
import binascii
import email
import email._parseaddr
import email.policy
import hashlib
import quopri
import re
import urllib.parse

ADDRESSES = ("from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to",
             "resent-cc", "resent-bcc", "disposition-notification-to", "mail-followup-to")
PARAMETERS = ("content-type", "content-disposition")
# fields that only say how a part is encoded
MECHANICS = ("content-transfer-encoding", "mime-version")

WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=")
PARAMETER = re.compile(r";\s*([^\s=;]+)\s*=\s*(\"(?:\\.|[^\"\\])*\"?|[^;\s]*)")


def as_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def unfolded(text):
    return re.sub(r"\r?\n", "", text)


def decoded_word(found):
    text = found[3].encode("ascii", "replace")
    try:
        if found[2] in "qQ":
            return quopri.decodestring(text, header=True)
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except ValueError:
        return as_bytes(found[0])


def decoded(text):
    """A field's text, with encoded-words decoded (RFC 2047) and every run of blanks as one blank."""
    pieces, at, is_after_word = [], 0, False
    text = unfolded(text)
    for found in WORD.finditer(text):
        between = text[at:found.start()]
        if not is_after_word or between.strip(" \t"):
            pieces.append(as_bytes(between))
        pieces.append(decoded_word(found))
        at, is_after_word = found.end(), True
    pieces.append(as_bytes(text[at:]))
    return b" ".join(b"".join(pieces).split())


def ascii_address(address):
    """The domain in A-labels, if it has any."""
    local, at, domain = address.rpartition("@")
    try:
        domain = as_bytes(domain).decode().encode("idna").decode()
    except UnicodeError:
        pass
    return local + at + domain.lower()


def mailboxes(text):
    """The mailboxes of an address field: the name and the address of each."""
    # not getaddresses(), which returns nothing if a part of the field is doubtful
    pairs = email._parseaddr.AddressList(unfolded(text)).addresslist
    return [(decoded(name), ascii_address(address)) for name, address in pairs if address or name]


def parameter_value(name, value):
    """The bytes, and whether a reader has to unquote percents."""
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value.strip('"'))
    if name.endswith("*"):
        return urllib.parse.unquote_to_bytes(as_bytes(value.split("'", 2)[-1]))
    return as_bytes(value)


def parameters(text):
    """A Content- field: its value, and its parameters by name, RFC 2231 undone."""
    text = unfolded(text)
    value = re.sub(r"\(.*?\)", "", text.split(";", 1)[0]).strip().lower()
    found = {}
    for name, quoted in PARAMETER.findall(text):
        section = re.fullmatch(r"([^*]+)(?:\*(\d+))?(\*?)", name.lower())
        key, number = (section[1], int(section[2] or 0)) if section else (name.lower(), 0)
        found.setdefault(key, {}).setdefault(number, parameter_value(name, quoted))
    return value, {key: b" ".join(b"".join(v for _, v in sorted(f.items())).split()) for key, f in found.items()}


def field_meaning(name, text):
    if name in ADDRESSES:
        return mailboxes(text)
    if name == "keywords":
        return re.sub(rb" ,", b",", decoded(text))
    return parameters(text) if name in PARAMETERS else decoded(text)


def fields(part):
    return [(name.lower(), field_meaning(name.lower(), value)) for name, value in part.raw_items()
            if name.lower() not in MECHANICS]


def same_lines(data):
    """The text with LF line ends; line ends at the end of a part do not count."""
    return data.replace(b"\r\n", b"\n").rstrip(b"\r\n")


def content(part):
    """The decoded bytes of a part without inner parts. Python loses bytes of a multipart without parts."""
    if part.get_content_maintype() == "multipart":
        return b""
    try:
        return without_delivery_status(same_lines(part.get_payload(decode=True) or b""))
    except ValueError:
        return as_bytes(part.get_payload())


def leaves(message):
    """The type and the decoded bytes of every part without inner parts."""
    for part in message.walk():
        if not part.is_multipart():
            yield part.get_content_type(), content(part)


def without_delivery_status(data):
    """Python parses a delivery-status part as fields and never decodes it; make it a text."""
    return re.sub(rb"(?im)^(Content-Type:\s*)message/delivery-status", rb"\1text/delivery-status", data)


def parse(data):
    return email.message_from_bytes(without_delivery_status(data), policy=email.policy.compat32)


def parts(data):
    return list(leaves(parse(data)))


def meaning(data):
    """Every part in order: (depth, type, fields, digest of the content if there are no inner parts)."""
    found = []

    def visit(part, depth):
        inner = part.get_payload() if part.is_multipart() else []
        text = None if inner else hashlib.sha256(content(part)).hexdigest()
        found.append((depth, part.get_content_type(), fields(part), text))
        for each in inner:
            visit(each, depth + 1)

    visit(parse(data), 0)
    return found
