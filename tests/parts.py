# SPDX-License-Identifier: GPL-3.0-or-later
"""parts.py - what a message says, however its parts are encoded: for comparing two of them"""
import email
import email.header
import email.policy


def decoded_header(value):
    """A field's text with its encoded-words undone and its folds gone."""
    pieces = email.header.decode_header(" ".join(str(value).split()))
    text = "".join(p.decode("utf-8" if c in (None, "unknown-8bit") else c, "surrogateescape")
                   if isinstance(p, bytes) else p for p, c in pieces)
    return " ".join(text.split())


def leaves(message):
    """The type and the decoded bytes of every part that holds no other."""
    for part in message.walk():
        if not part.is_multipart():
            yield part.get_content_type(), part.get_payload(decode=True) or b""


def same_lines(data):
    """Line ends as on the wire; the last one of a part says nothing."""
    data = data.replace(b"\r\n", b"\n")
    return data[:-1] if data.endswith(b"\n") else data


def parts(data):
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    return [(kind, same_lines(text)) for kind, text in leaves(message)]
