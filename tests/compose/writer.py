# SPDX-License-Identifier: GPL-3.0-or-later
"""writer.py - a user who composes messages in a shell: a config, files, and the resulting message"""
import email
import email.policy
import os
import pathlib
from tests.lib import lint
from tests.lib.harness import expect
from tests.lib.user import Home


GLOBS = """80:text/html:*.html
50:text/plain:*.txt
50:text/csv:*.csv
50:application/pdf:*.pdf
50:image/png:*.png
50:message/rfc822:*.eml
"""


class Writer(Home):
    """A user who writes messages; no process listens on the config's port, unless `port` is a relay's."""

    def __init__(self, folder, *lines, port=1):
        super().__init__(folder)
        self.port, self.state = port, folder / "state"
        self.config = self.configure(*lines)
        mime = folder / "share" / "mime"
        mime.mkdir(parents=True)
        (mime / "globs2").write_text(GLOBS)

    def account(self):
        return ["host localhost", f"port {self.port}", "tls off", "from alice@example.org", "maildomain example.org",
                f"queue_folder {self.state}"]

    def file(self, name, data=b""):
        path = pathlib.Path(os.fsdecode(os.fsencode(self.folder) + b"/" + os.fsencode(name)))
        path.write_bytes(data)
        return path

    def environment(self):
        return {"XDG_DATA_DIRS": str(self.folder / "share")}

    def run(self, *args, stdin=b"", status=0, **how):
        result = super().run(*args, stdin=stdin, **how)
        expect(result.status == status, f"expected exit {status} of {args}: {result}")
        return result

    def refuse(self, status, word, *args, stdin=b"text\n"):
        """The program fails with this status, says why, and prints and keeps nothing."""
        result = self.run(*args, stdin=stdin, status=status)
        expect(word in result.stderr.decode() and not result.stdout, f"expected {word!r}: {result}")
        kept = list((self.state / "q").glob("*")) if (self.state / "q").is_dir() else []
        expect(not kept, f"something is kept: {kept}")

    def make(self, *args, stdin=b"", **how):
        """The message as it would be sent, as bytes with CRLF, after the check of lint.py."""
        printed = self.run("--dry-run", *args, stdin=stdin, **how).stdout
        expect(b"\r" not in printed, "printed with a CR")
        data = printed.replace(b"\n", b"\r\n")
        lint.check(data)
        return data

    def read(self, *args, stdin=b"", **how):
        """The same message, read by Python's email package."""
        return parse(self.make(*args, stdin=stdin, **how))


def parse(data):
    """The same, where every defect that Python finds is a failure."""
    message = email.message_from_bytes(data, policy=email.policy.SMTP)
    for part in message.walk():
        expect(not part.defects, f"defects: {part.defects}")
        for name, value in part.items():
            expect(not getattr(value, "defects", ()), f"defects of {name}: {value.defects}: {value!r}")
    return message


def shape(message):
    """The structure of the parts: "mixed(alternative(plain, html), pdf)"."""
    name = message.get_content_subtype()
    if not message.is_multipart():
        return name
    return f"{name}({', '.join(shape(part) for part in message.iter_parts())})"


def content(part):
    """The decoded bytes."""
    return part.get_payload(decode=True)
