# SPDX-License-Identifier: GPL-3.0-or-later
"""sources.py - the messages in Debian's packages, which tests/setup unpacks under build/corpus"""
import gzip
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = TOP / "build" / "corpus"

# package: (a name for it, the files in it that are messages or mailboxes)
PACKAGES = {
    "evolution-common": ("evolution", "usr/share/evolution/default/*/mail/local/Inbox"),
    "fuzzyocr": ("fuzzyocr", "usr/share/doc/fuzzyocr/examples/*.eml"),
    "golang-github-gatherstars-com-jwz-dev": ("ham", "usr/share/gocode/src/**/testdata/ham/*.eml"),
    "golang-github-jhillyerd-enmime-dev": ("enmime", "usr/share/gocode/src/**/testdata/*/*.raw"),
    "inetsim": ("inetsim", "usr/share/inetsim/data/pop3/*.mbox"),
    "libmime-explode-perl": ("explode", "usr/share/doc/libmime-explode-perl/examples/testmsgs/*"),
    "libmimetic-doc": ("mimetic", "usr/share/doc/libmimetic-dev/examples/*.msg*"),
    "libpython3.11-testsuite": ("python", "usr/lib/python3.11/test/test_email/data/msg_*.txt"),
    "mailman3": ("mailman", "usr/lib/python3/**/tests/data/*.eml"),
    "mh-book": ("mh", "usr/share/doc/mh-book/examples/mh-mime-sample*"),
    "piuparts-master": ("piuparts", "usr/share/piuparts/htdocs/templates/mail/*.mail"),
    "python3-authheaders": ("authheaders", "usr/lib/python3/dist-packages/authheaders/test/test.message*"),
    "python3-dkim": ("dkim", "usr/lib/python3/dist-packages/dkim/tests/data/*.m*s*g*"),
    "python3-flufl.bounce": ("bounces", "usr/lib/python3/dist-packages/flufl/bounce/tests/data/*.txt"),
    "spamassassin": ("spamassassin", "usr/share/doc/spamassassin/examples/sample-*"),
}


def content(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def mailbox(data):
    """The messages of a file that may be a mailbox."""
    if not data.startswith(b"From "):
        return [data]
    starts = [found.start() for found in re.finditer(rb"(?:\A|(?<=\n\n))From \S+.*\d\d:\d\d", data)]
    return [data[at:end] for at, end in zip(starts, [*starts[1:], len(data)])]


def messages(package):
    """(name, bytes) of each message in a package, in order."""
    name, pattern = PACKAGES[package]
    for path in sorted((FOLDER / package).glob(pattern)):
        if not path.is_file():
            continue
        found = mailbox(content(path))
        for number, data in enumerate(found):
            which = f"#{number + 1}" if len(found) > 1 else ""
            yield f"{name}/{short(path)}{which}", data


def short(path):
    """The file's name, or the folder's if the file's name says little."""
    return f"{path.parents[2].name}-{path.name}" if path.name == "Inbox" else path.name


def all_messages():
    """Every message of every package, by the source's name."""
    return {PACKAGES[package][0]: list(messages(package)) for package in PACKAGES}
