# SPDX-License-Identifier: GPL-3.0-or-later
"""lint.py - a strict check of a message that mailchute has made: RFC 5322, 2045 to 2047, 2231

`problems` lists what is wrong with the bytes as they go over the wire; `check` fails with that list.
It knows the grammar that mailchute writes, which is narrower than the grammar that readers accept.
"""
import base64
import binascii
import re
import sys
from .harness import Failure


LINE_MAX, HEADER_LINE_MAX, WORD_MAX, WORD_LINE_MAX, ENCODED_LINE_MAX = 998, 78, 75, 76, 76
REQUIRED = ("from", "date", "message-id")
ONCE = REQUIRED + ("sender", "reply-to", "to", "cc", "subject", "in-reply-to", "references", "mime-version",
                   "content-type", "content-transfer-encoding", "content-disposition")
ADDRESSES = ("from", "sender", "reply-to", "to", "cc")
FIELD = re.compile(rb"([!-9;-~]+): ?((?:[^\r\n]*)(?:\r\n[ \t][^\r\n]*)*)\Z")
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
                  r"\d{4} \d\d:\d\d:\d\d [+-]\d{4}")
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
DOTTED = rf"{ATOM}(?:\.{ATOM})*"
QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
ADDRESS = rf"(?:{DOTTED}|{QUOTED})@(?:{DOTTED}|\[[!-Z^-~]*\])"
PHRASE = rf"(?:{ATOM}|{QUOTED})(?: (?:{ATOM}|{QUOTED}))*"
MAILBOX = rf"(?:{ADDRESS}|(?:{PHRASE} )?<{ADDRESS}>)"
MAILBOXES = re.compile(rf"{MAILBOX}(?:, {MAILBOX})*|{PHRASE}:;")
MESSAGE_ID = re.compile(rf"<{DOTTED}@{DOTTED}>")
TOKEN = r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+"
VALUE = re.compile(rf"({TOKEN}(?:/{TOKEN})?)((?:; *(?:{TOKEN})=(?:{TOKEN}|{QUOTED}))*)")
PARAMETER = re.compile(rf"; *({TOKEN})=({TOKEN}|{QUOTED})")
WORD = re.compile(r"=\?([^?]*)\?([^?]*)\?([^?]*)\?=")
EXTENDED = re.compile(r"(?:[!#$&+.0-9A-Z^_`a-z{|}~-]|%[0-9A-F]{2})*")
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
CHARSETS = {"us-ascii": "ascii", "utf-8": "utf-8", "unknown-8bit": "latin-1"}


class Linter:
    """Collect the problems; `where` names the part that is checked."""

    def __init__(self, is_8bit):
        self.is_8bit = is_8bit  # whether a body may have 8-bit text
        self.found = []

    def say(self, where, what):
        self.found.append(f"{where}: {what}" if where else what)

    # lines

    def lines(self, data, where):
        if data and not data.endswith(b"\r\n"):
            self.say(where, "the last line has no end")
        for number, line in enumerate(data.split(b"\r\n"), 1):
            if b"\r" in line or b"\n" in line or b"\0" in line:
                self.say(where, f"line {number} has a bare CR or LF, or a NUL: {line[:60]!r}")
            if len(line) > LINE_MAX:
                self.say(where, f"line {number} has {len(line)} octets")
            if not self.is_8bit and not line.isascii():
                self.say(where, f"line {number} is not ASCII: {line[:60]!r}")

    # the header

    def header(self, block, where):
        """The fields as (name, unfolded text), names in lower case."""
        fields = []
        for raw in re.split(rb"\r\n(?![ \t])", block):
            match = FIELD.match(raw)
            if not match:
                self.say(where, f"no header field: {raw[:60]!r}")
                continue
            name = match[1].decode().lower()
            if not raw.isascii():
                self.say(where, f"{name} is not ASCII")
            self.field_lines(raw, name, where)
            text = re.sub(rb"\r\n(?=[ \t])", b"", match[2]).decode("latin-1")
            fields.append((name, text.strip()))
        return fields

    def field_lines(self, raw, name, where):
        for line in raw.split(b"\r\n"):
            has_word = re.search(rb"=\?[^?]*\?[^?]*\?[^?]*\?=", line)
            limit = WORD_LINE_MAX if has_word else HEADER_LINE_MAX
            foldable = re.search(rb"\S[ \t]+\S", line.split(b":", 1)[-1] if line[:1].strip() else line.strip())
            if len(line) > limit and foldable:
                self.say(where, f"a line of {name} has {len(line)} octets and could be folded: {line!r}")
            if not line.strip():
                self.say(where, f"a line of {name} is blank")
            if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line):
                self.say(where, f"a control character in {name}: {line!r}")

    def top_fields(self, fields):
        names = [name for name, _ in fields]
        for name in REQUIRED:
            if name not in names:
                self.say("", f"no {name} field")
        if not {"to", "cc"} & set(names):
            self.say("", "no field names a recipient")
        for name in ("bcc", "resent-bcc"):
            if name in names:
                self.say("", f"{name} is shown")
        for name, text in fields:
            self.top_field(name, text)

    def top_field(self, name, text):
        if name in ADDRESSES and not MAILBOXES.fullmatch(text):
            self.say("", f"{name} is no list of addresses: {text!r}")
        if name == "date" and not DATE.fullmatch(text):
            self.say("", f"no date: {text!r}")
        if name == "message-id" and not MESSAGE_ID.fullmatch(text):
            self.say("", f"no message id: {text!r}")
        if name == "mime-version" and text != "1.0":
            self.say("", f"mime-version is {text!r}")

    def repeated(self, fields, where):
        names = [name for name, _ in fields]
        for name in ONCE:
            if names.count(name) > 1:
                self.say(where, f"{names.count(name)} times {name}")

    def words(self, fields, where):
        for name, text in fields:
            if name.startswith("content-"):
                if "=?" in re.sub(r'boundary="[^"]*"', "", text):
                    self.say(where, f"an encoded-word in {name}: {text!r}")
                continue
            for match in WORD.finditer(text):
                self.word(match, name, text, where)
            if "=?" in WORD.sub("", text):
                self.say(where, f"half an encoded-word in {name}: {text!r}")

    def word(self, match, name, text, where):
        charset, encoding, content = match.groups()
        behind, before = text[match.end():match.end() + 1], text[:match.start()][-1:]
        if len(match[0]) > WORD_MAX:
            self.say(where, f"an encoded-word of {len(match[0])} characters in {name}")
        if (behind and behind not in " ,") or (before and before not in " ,"):
            self.say(where, f"an encoded-word is no word by itself in {name}: {text!r}")
        try:
            if encoding.upper() == "B":
                data = base64.b64decode(content, validate=True)
            else:
                data = quoted_word(content)
            if not data.decode(CHARSETS[charset.lower()]):
                raise ValueError
        except (KeyError, ValueError):
            self.say(where, f"an encoded-word of {name} can't be decoded: {match[0]}")

    # parameters

    def value(self, name, text, where):
        """The value in lower case, and its parameters; RFC 2231 undone."""
        match = VALUE.fullmatch(text)
        if not match:
            self.say(where, f"{name} is broken: {text!r}")
            return text.split(";")[0].lower(), {}
        raw = [(key.lower(), unquote(value)) for key, value in PARAMETER.findall(match[2])]
        keys = [key for key, _ in raw]
        if len(set(keys)) < len(keys):
            self.say(where, f"a parameter of {name} is there twice: {text!r}")
        return match[1].lower(), self.join(dict(raw), name, where)

    def join(self, raw, name, where):
        joined, sections = {}, {}
        for key, value in raw.items():
            base, *rest = key.split("*")
            if not rest:
                joined[key] = value
            elif rest == [""]:
                joined[base] = self.extended(value, name, where)
            else:
                sections.setdefault(base, []).append((rest, value))
        for base, parts in sections.items():
            expected = [[str(number), ""] for number in range(len(parts))]
            if base in joined or [rest for rest, _ in parts] != expected or len(parts) < 2:
                self.say(where, f"the sections of {base} in {name} are {[rest for rest, _ in parts]}")
            joined[base] = self.extended("".join(value for _, value in parts), name, where)
        return joined

    def extended(self, value, name, where):
        charset, quote, rest = value.partition("'")
        language, quote, text = rest.partition("'")
        if not quote or language or charset not in CHARSETS or not EXTENDED.fullmatch(text):
            self.say(where, f"a parameter of {name} is no extended value: {value!r}")
            return value
        try:
            data = re.sub(rb"%(..)", lambda m: bytes.fromhex(m[1].decode()), text.encode())
            return data.decode(CHARSETS[charset])
        except ValueError:
            self.say(where, f"a parameter of {name} is not {charset}: {value!r}")
            return value

    # parts

    def entity(self, data, where):
        """Check a header and a body; `where` is empty for the message itself."""
        block, gap, body = data.partition(b"\r\n\r\n")
        if not gap:
            if data.startswith(b"\r\n"):
                block, body = b"", data[2:]
            else:
                self.say(where, "no empty line behind the header")
        fields = self.header(block, where) if block else []
        self.repeated(fields, where)
        self.words(fields, where)
        if not where:
            self.top_fields(fields)
        self.body(dict(fields), body, where)

    def body(self, fields, body, where):
        is_mime = "mime-version" in fields or where
        if not is_mime and any(name.startswith("content-") for name in fields):
            self.say(where, "Content fields without MIME-Version")
        kind, parameters = self.value("content-type", fields.get("content-type", "text/plain"), where)
        encoding = fields.get("content-transfer-encoding", "7bit").lower()
        if "content-disposition" in fields:
            self.disposition(fields["content-disposition"], where)
        if kind.startswith(("multipart/", "message/")) and encoding not in ("7bit", "8bit"):
            self.say(where, f"{kind} in {encoding}")
        if kind.startswith("multipart/"):
            self.multipart(parameters.get("boundary", ""), body, f"{where} {kind}".strip())
            return
        content = self.decode(encoding, body, where or kind)
        self.charset(kind, parameters, content, where or kind)

    def disposition(self, text, where):
        kind, parameters = self.value("content-disposition", text, where)
        if kind not in ("attachment", "inline"):
            self.say(where, f"content-disposition is {kind}")
        name = parameters.get("filename", "x")
        if not name or re.search(r"[\x00-\x1f\x7f-\x9f/]", name):
            self.say(where, f"a file name that is none: {name!r}")

    def charset(self, kind, parameters, content, where):
        name = parameters.get("charset", "us-ascii").lower()
        if "charset" in parameters and not kind.startswith("text/"):
            self.say(where, f"{kind} with a charset")
        if not kind.startswith("text/") or content is None:
            return
        try:
            content.decode(CHARSETS[name])
        except (KeyError, ValueError):
            self.say(where, f"the text is not {name}")

    def multipart(self, boundary, body, where):
        if not BOUNDARY.fullmatch(boundary):
            self.say(where, f"no boundary: {boundary!r}")
            return
        mark = b"--" + boundary.encode()
        lines = body.split(b"\r\n")
        marks = [n for n, line in enumerate(lines) if line.startswith(mark)]
        ends = [lines[n] for n in marks]
        if len(marks) < 2 or ends[-1] != mark + b"--" or any(line != mark for line in ends[:-1]):
            self.say(where, f"the boundaries are {ends}")
            return
        if any(lines[:marks[0]]) or any(lines[marks[-1] + 1:]):
            self.say(where, "text around the parts")
        for number, (first, last) in enumerate(zip(marks, marks[1:]), 1):
            # the line end before a boundary belongs to it, so the part's last line may have none
            self.entity(b"\r\n".join(lines[first + 1:last]), f"{where} part {number}")

    def decode(self, encoding, body, where):
        if encoding == "base64":
            return self.decode_base64(body, where)
        if encoding == "quoted-printable":
            return self.decode_quoted(body, where)
        if encoding == "8bit" and not self.is_8bit or encoding not in ("7bit", "8bit"):
            self.say(where, f"content-transfer-encoding is {encoding}")
        if encoding == "7bit" and not body.isascii():
            self.say(where, "7bit is not ASCII")
        return body

    def decode_base64(self, body, where):
        lines = body.removesuffix(b"\r\n").split(b"\r\n")
        if any(len(line) != ENCODED_LINE_MAX for line in lines[:-1]) or len(lines[-1]) > ENCODED_LINE_MAX:
            self.say(where, "a line of base64 is too long or too short")
        try:
            text = b"".join(lines)
            data = base64.b64decode(text, validate=True)
            if base64.b64encode(data) != text:
                self.say(where, "base64 with bits left over")
            return data
        except binascii.Error as error:
            self.say(where, f"no base64: {error}")
            return None

    def decode_quoted(self, body, where):
        decoded = []
        for line in body.split(b"\r\n"):
            if len(line) > ENCODED_LINE_MAX:
                self.say(where, f"a quoted-printable line has {len(line)} octets")
            if not re.fullmatch(rb"(?:[\t !-<>-~]|=[0-9A-F]{2})*=?", line) or line[-1:] in (b" ", b"\t"):
                self.say(where, f"no quoted-printable: {line!r}")
            text = re.sub(rb"=([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), line.removesuffix(b"="))
            decoded.append(text + (b"" if line.endswith(b"=") else b"\r\n"))
        return b"".join(decoded).removesuffix(b"\r\n")


def unquote(value):
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def quoted_word(text):
    if not re.fullmatch(r"(?:[!-<>@-~]|=[0-9A-F]{2})*", text):
        raise ValueError(text)
    return re.sub(rb"=(..)", lambda m: bytes.fromhex(m[1].decode()), text.replace("_", "=20").encode())


def problems(data, is_8bit=False):
    """The problems of the message, a line each; an empty list for a correct message."""
    linter = Linter(is_8bit)
    linter.lines(data, "")
    linter.entity(data, "")
    return linter.found


def check(data, is_8bit=False):
    """Fail if the message has a problem."""
    found = problems(data, is_8bit)
    if found:
        raise Failure("\n".join(["not a message as it should be:", *found, data[:3000].decode("latin-1")]))


if __name__ == "__main__":
    bad = problems(sys.stdin.buffer.read())
    print("\n".join(bad))
    sys.exit(bool(bad))
