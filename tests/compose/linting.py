# SPDX-License-Identifier: GPL-3.0-or-later
"""linting.py - cases: the strict check of our messages (lint.py) finds each fault that it is made for"""
import functools
from tests.lib import lint
from tests.lib.harness import expect


HEAD = (b"From: A <a@example.org>\r\nDate: Wed, 25 Nov 2026 12:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n"
        b"To: b@example.net\r\nSubject: s\r\nMIME-Version: 1.0\r\n")
PLAIN = b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\ntext\r\n"
QUOTED = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4 x\r\n"
BASE64 = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nw6QK\r\n"
FILE = (b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment;\r\n filename=a.pdf\r\n\r\n" + b"QUFB" * 19 + b"\r\nQQ==\r\n")
MIXED = (b"Content-Type: multipart/mixed;\r\n boundary=\"=_1\"\r\n\r\n--=_1\r\n" + PLAIN + b"\r\n--=_1\r\n" + FILE +
         b"--=_1--\r\n")
GOOD = {
    "plain": HEAD + PLAIN,
    "quoted-printable": HEAD + QUOTED,
    "base64": HEAD + BASE64,
    "file": HEAD + FILE,
    "mixed": HEAD + MIXED,
    "no-mime": HEAD.replace(b"MIME-Version: 1.0\r\n", b"") + b"\r\ntext\r\n",
    "words": HEAD.replace(b"Subject: s", b"Subject: =?UTF-8?B?w6Q=?=\r\n =?UTF-8?Q?=C3=A4_x?=") + PLAIN,
    "named": HEAD.replace(b"To: b@", b'To: "B. B" <b@example.net>, b@') + PLAIN,
    "nobody": HEAD.replace(b"To: b@example.net", b"To: undisclosed-recipients:;") + PLAIN,
    "sections": HEAD + FILE.replace(b"filename=a.pdf", b"filename*0*=utf-8''%C3%A4;\r\n filename*1*=.pdf"),
}
LONG = b"word " * 20 + b"end"
FAULTS = {  # the message; the old text; the new text; a word of the complaint
    "bare-lf": ("plain", b"text\r\n", b"te\nxt\r\n", "bare CR or LF"),
    "bare-cr": ("plain", b"text\r\n", b"te\rxt\r\n", "bare CR or LF"),
    "nul": ("plain", b"\r\ntext", b"\r\nte\0xt", "NUL"),
    "no-last-end": ("plain", b"text\r\n", b"text", "the last line"),
    "long-line": ("plain", b"\r\ntext", b"\r\n" + b"x" * 999, "999 octets"),
    "8-bit": ("plain", b"\r\ntext", b"\r\n\xc3\xa4", "not ASCII"),
    "8-bit-header": ("plain", b"Subject: s", b"Subject: \xc3\xa4", "not ASCII"),
    "control-in-header": ("plain", b"Subject: s", b"Subject: \x1b[2J", "control character"),
    "long-header": ("plain", b"Subject: s", b"Subject: " + LONG, "could be folded"),
    "long-continuation": ("plain", b"Subject: s", b"Subject: s\r\n " + LONG, "could be folded"),
    "blank-continuation": ("plain", b"Subject: s", b"Subject: s\r\n \r\n x", "blank"),
    "no-field": ("plain", b"Subject: s", b"Subject s", "no header field"),
    "blank-before-colon": ("plain", b"Subject: s", b"Subject : s", "no header field"),
    "no-from": ("plain", b"From: A <a@example.org>\r\n", b"", "no from"),
    "no-date": ("plain", b"Date: Wed, 25 Nov 2026 12:00:00 +0100\r\n", b"", "no date"),
    "no-message-id": ("plain", b"Message-ID: <1@example.org>\r\n", b"", "no message-id"),
    "no-recipient": ("plain", b"To: b@example.net\r\n", b"", "no field names a recipient"),
    "twice": ("plain", b"Subject: s\r\n", b"Subject: s\r\nsubject: t\r\n", "2 times subject"),
    "bcc": ("plain", b"Subject: s\r\n", b"Bcc: e@example.org\r\n", "bcc is shown"),
    "bad-date": ("plain", b"25 Nov 2026", b"25.11.2026", "no date"),
    "bad-id": ("plain", b"<1@example.org>", b"1@example.org", "no message id"),
    "bare-name": ("plain", b"b@example.net", b"root", "no list of addresses"),
    "unquoted-phrase": ("plain", b"A <a@", b"A. B <a@", "no list of addresses"),
    "trailing-comma": ("plain", b"b@example.net", b"b@example.net,", "no list of addresses"),
    "mime-version": ("plain", b"1.0", b"2.0", "mime-version"),
    "no-mime-version": ("plain", b"MIME-Version: 1.0\r\n", b"", "without MIME-Version"),
    "long-word": ("plain", b"Subject: s", b"Subject: =?UTF-8?B?" + b"QUFB" * 20 + b"?=", "encoded-word of 92"),
    "word-in-word": ("plain", b"Subject: s", b"Subject: a=?UTF-8?B?w6Q=?=", "no word by itself"),
    "broken-word": ("plain", b"Subject: s", b"Subject: =?UTF-8?B?w6Q?=", "can't be decoded"),
    "half-a-character": ("plain", b"Subject: s", b"Subject: =?UTF-8?B?ww==?= =?UTF-8?B?pA==?=", "can't be decoded"),
    "unknown-charset": ("plain", b"Subject: s", b"Subject: =?X?B?w6Q=?=", "can't be decoded"),
    "half-a-word": ("plain", b"Subject: s", b"Subject: =?UTF-8?B?w6Q=", "half an encoded-word"),
    "word-in-a-parameter": ("file", b"a.pdf", b'"=?UTF-8?B?w6Q=?="', "encoded-word in content-disposition"),
    "unquoted-value": ("file", b"a.pdf", b"a b.pdf", "content-disposition is broken"),
    "value-twice": ("file", b"filename=a.pdf", b"filename=a; filename=b", "there twice"),
    "section-missing": ("sections", b"filename*1*", b"filename*2*", "the sections of filename"),
    "section-alone": ("sections", b"filename*0*=utf-8''%C3%A4;\r\n filename*1*=.pdf", b"filename*0*=utf-8''a",
                      "the sections of filename"),
    "no-charset": ("sections", b"utf-8''", b"", "no extended value"),
    "bad-percent": ("sections", b"%C3%A4", b"%c3%a4", "no extended value"),
    "not-utf-8": ("sections", b"%C3%A4", b"%C3", "is not utf-8"),
    "control-in-name": ("sections", b"%C3%A4", b"%1B", "a file name that is none"),
    "slash-in-name": ("file", b"a.pdf", b'"a/b.pdf"', "a file name that is none"),
    "odd-disposition": ("file", b"attachment;", b"attached;", "content-disposition is attached"),
    "broken-base64": ("base64", b"w6QK", b"w6Q", "no base64"),
    "odd-base64": ("base64", b"w6QK", b"w6Q.", "no base64"),
    "bits-left-over": ("base64", b"w6QK", b"w6R=", "bits left over"),
    "short-base64": ("file", b"QUFB" * 19, b"QUFB" * 18, "too long or too short"),
    "long-base64": ("file", b"QUFB" * 19, b"QUFB" * 20, "too long or too short"),
    "base64-not-utf-8": ("base64", b"w6QK", b"wwoK", "the text is not utf-8"),
    "lower-case-quoted": ("quoted-printable", b"=C3=A4", b"=c3=a4", "no quoted-printable"),
    "blank-at-the-end": ("quoted-printable", b"=A4 x", b"=A4 ", "no quoted-printable"),
    "raw-in-quoted": ("quoted-printable", b"=C3=A4", b"\xc3\xa4", "no quoted-printable"),
    "long-quoted": ("quoted-printable", b"=A4 x", b"=A4" + b"x" * 77, "quoted-printable line has"),
    "wrong-charset": ("plain", b"us-ascii", b"x-unknown", "the text is not x-unknown"),
    "charset-of-a-file": ("file", b"application/pdf", b"application/pdf; charset=utf-8", "with a charset"),
    "unknown-encoding": ("plain", b"7bit", b"binary", "encoding is binary"),
    "encoded-multipart": ("mixed", b"boundary=\"=_1\"", b"boundary=\"=_1\"\r\nContent-Transfer-Encoding: base64",
                          "multipart/mixed in base64"),
    "no-boundary": ("mixed", b";\r\n boundary=\"=_1\"", b"", "no boundary"),
    "not-closed": ("mixed", b"--=_1--\r\n", b"", "the boundaries are"),
    "closed-early": ("mixed", b"--=_1\r\nContent-Type: application", b"--=_1--\r\nContent-Type: application",
                     "the boundaries are"),
    "boundary-in-text": ("mixed", b"text\r\n", b"--=_1x\r\n", "the boundaries are"),
    "preamble": ("mixed", b"\r\n\r\n--=_1\r\n", b"\r\n\r\nhello\r\n--=_1\r\n", "text around the parts"),
    "epilogue": ("mixed", b"--=_1--\r\n", b"--=_1--\r\nbye\r\n", "text around the parts"),
    "fault-in-a-part": ("mixed", b"QQ==", b"QQ", "part 2: no base64"),
}


def good(data, _):
    expect(not lint.problems(data), f"{lint.problems(data)}")


def fault(name, old, new, word, _):
    expect(GOOD[name].count(old) >= 1, f"{old} is not in {name}")
    found = lint.problems(GOOD[name].replace(old, new, 1))
    expect(any(word in line for line in found), f"expected {word!r}, found {found}")


def add_cases(suite):
    for name, data in GOOD.items():
        suite.add(f"lint-{name}", functools.partial(good, data))
    for name, row in FAULTS.items():
        suite.add(f"lint-fault-{name}", functools.partial(fault, *row))
