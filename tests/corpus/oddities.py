# SPDX-License-Identifier: GPL-3.0-or-later
"""oddities.py - the odd messages of odd.py to relays of every kind: none is refused, each keeps its meaning"""
import email
import email.header
import email.headerregistry
import email.policy
import email.utils
import json
import re
import tempfile
import threading
import pathlib
import concurrent.futures
from tests.lib import parts
from tests.lib.harness import Failure, expect
from tests.lib.user import User
from . import odd, pieces, post, promises


COUNT, COUNT_FULL = 1000, 10000
CONFIG = ["timeout 60", "from alice@example.org", "maildomain example.org"]
GONE = ("return-path", "content-length", "lines", "status", "bcc")
LOCK = threading.Lock()


def folded_domain(address):
    """An address in the form that is compared: the domain in lower case and A-labels."""
    return parts.ascii_address(address)


class Queue:
    """All odd messages, put into a queue once by sendmail -t."""

    def __init__(self, holder, count):
        self.odd = [odd.odd(number) for number in range(count)]
        self.refused = {}
        self.user = User(pathlib.Path(holder), *CONFIG)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.store, self.odd))
        self.path = self.user.spool.path

    def store(self, one):
        result = self.user.run("-odq", "-i", "-t", "-f", one.sender or "<>", name="sendmail", stdin=one.data)
        if result.status:
            self.refused[one.name] = f"{result.status}: {result.stderr.decode(errors='replace')}"


def queue(count):
    with LOCK:
        if not hasattr(queue, "made"):
            queue.holder = tempfile.TemporaryDirectory(prefix="mailchute-odd-")
            queue.made = Queue(queue.holder.name, count)
        return queue.made


# The problems of a message that has arrived; each function returns a list of texts

def check_recipients(one, transaction):
    meant = [folded_domain(address) for address in [*one.shown, *one.hidden]]
    got = [folded_domain(address) for address in transaction.recipients]
    if sorted(got) != sorted(set(meant)):
        return [f"recipients {sorted(got)} instead of {sorted(set(meant))}"]
    return []


def strict_addresses(field):
    """The addresses by Python's newer parser of RFC 5322; each defect that it finds is a failure."""
    parsed = email.policy.default.header_factory("To", field)
    wrong = [d for d in parsed.defects if "obsolete" not in str(d).lower() and not isinstance(d, (email.errors.ObsoleteHeaderDefect, ))]
    return [str(address.addr_spec) for address in parsed.addresses], wrong


def check_readers(one, message):
    """Two readers see the right recipients in To and Cc, and no hidden recipient."""
    texts = [re.sub(r"\r?\n", "", str(value)) for name, value in message.raw_items() if name.lower() in ("to", "cc")]
    meant = sorted({folded_domain(address) for address in one.shown})
    loose = sorted({folded_domain(a) for _, a in email.utils.getaddresses(texts) if a})
    wrong = [] if loose == meant else [f"getaddresses reads {loose} instead of {meant} in {texts}"]
    for text in texts:
        _, defects = strict_addresses(text)
        if defects:
            wrong.append(f"not legal: {text!r}: {defects}")
    strict = sorted({folded_domain(a) for text in texts for a in strict_addresses(text)[0]})
    if strict != meant:
        wrong.append(f"the strict reader reads {strict} instead of {meant} in {texts}")
    return wrong


def check_fields(one, message):
    names = [name.lower() for name in message.keys()]
    wrong = [f"{name} was sent on" for name in GONE if name in names]
    for name in ("from", "date", "message-id"):
        if names.count(name) != 1 or not str(message[name]).strip():
            wrong.append(f"{name}: {message.get_all(name)}")
    author = email.utils.getaddresses([str(message["from"])])
    if [a for _, a in author] != ["alice@example.org"]:
        wrong.append(f"From is {message['from']!r}")
    if not re.fullmatch(r"\s*<[^<>@\s]+@[^<>@\s.]+\.[^<>@\s]+>\s*", str(message["message-id"])):
        wrong.append(f"Message-ID is {message['message-id']!r}")
    return wrong


def check_date(one, message):
    wrong = []
    try:
        email.utils.parsedate_to_datetime(str(message["date"]))
    except (TypeError, ValueError):
        wrong.append(f"Date is {message['date']!r}")
    old = message["x-original-date"]
    if bool(one.bad_date) != (old is not None):
        wrong.append(f"X-Original-Date is {old!r}, given was {one.bad_date!r}")
    if old is not None and parts.decoded(str(old)) != one.bad_date.encode():
        wrong.append(f"X-Original-Date is {old!r}, given was {one.bad_date!r}")
    return wrong


def subject_text(text):
    """The text that a reader shows, in UTF-8."""
    found = email.header.decode_header(re.sub(r"\r?\n", "", text))
    try:
        return "".join(p.decode(c or "ascii") if isinstance(p, bytes) else p for p, c in found).encode()
    except (LookupError, UnicodeDecodeError):
        return repr(found).encode()


def check_subject(one, message):
    if one.subject is None:
        return []
    got = subject_text(str(message["subject"]))
    return [] if got.split() == one.subject.split() else [f"Subject {message['subject']!r} reads {got!r} instead of {one.subject!r}"]


def check_lists(one, message):
    wrong = []
    text = str(message["references"] or message["in-reply-to"] or "")
    if re.findall(r"<[^<>\s]*>", text) != one.references:
        wrong.append(f"msg-ids are others: {text[:300]!r}")
    if one.machine is not None:
        try:
            same = json.loads(re.sub(r"\r?\n", "", str(message["x-smtpapi"]))) == one.machine
        except ValueError:
            same = False
        if not same:
            wrong.append(f"X-SMTPAPI is {str(message['x-smtpapi'])[:300]!r}")
    return wrong


def check_body(one, message):
    wrong = []
    got = (message.get_payload(decode=True) or b"").replace(b"\r\n", b"\n")
    if got.rstrip(b"\n") != one.body.rstrip(b"\n"):
        wrong.append(f"the body is {got!r} instead of {one.body!r}")
    if not one.body.isascii():
        lacks = [n for n in ("mime-version", "content-type", "content-transfer-encoding") if not message[n]]
        wrong += [f"8-bit text without {lacks}"] if lacks else []
    label = re.sub(r"\(.*?\)", "", str(message["content-transfer-encoding"] or "7bit")).strip().lower()
    if label not in ("7bit", "8bit", "binary", "8-bit", "utf-8", "quoted-printable", "base64"):
        wrong.append(f"the encoding is called {label!r}")
    return wrong


def check_words(transaction):
    """ASCII addresses ask for no SMTPUTF8."""
    return ["SMTPUTF8 for ASCII addresses"] if "SMTPUTF8" in transaction.mail else []


def check_arrived(one, transaction, offer):
    message = email.message_from_bytes(transaction.content)
    wrong = promises.check_wire(transaction, offer) + check_words(transaction) + check_recipients(one, transaction)
    if not pieces.cut_header(transaction.content)[1]:
        return wrong + ["no empty line after the header"]
    for check in (check_readers, check_fields, check_date, check_subject, check_lists, check_body):
        wrong += check(one, message)
    return wrong


def number_of(content):
    found = re.search(rb"(?m)^X-Number: (\d+)\r?$", content)
    return int(found[1]) if found else -1


def check_offer(folder, offer, count):
    everything = queue(count)
    user = User(folder, *CONFIG)
    post.shutil.copytree(everything.path, user.spool.path, symlinks=True)
    with user.up(extensions=("PIPELINING", "SIZE", *offer.extensions)) as relay:
        result = user.run("-qf", limit=300)
        expect(relay.wait_idle(), "a connection stays open")
        expect(not relay.faults, f"the relay saw faults: {relay.faults[:5]}")
        sent = {number_of(t.content): t for t in relay.received if number_of(t.content) >= 0}
    wrong = []
    for number, one in enumerate(everything.odd):
        if one.name in everything.refused:
            wrong.append((one.name, f"refused: {everything.refused[one.name]}"))
        elif number not in sent:
            wrong.append((one.name, "never arrived"))
        else:
            wrong += [(one.name, what) for what in check_arrived(one, sent[number], offer)]
    print(f"# {offer}: {len(sent)} of {len(everything.odd)} sent, run ended with {result.status}")
    if wrong:
        raise Failure("\n".join(f"{n}: {w}"[:1500] for n, w in wrong) + f"\n{len(wrong)} in all")


def add_cases(suite, offers, is_full):
    for offer in offers:
        suite.add(f"odd-{str(offer).lower()}",
                  lambda folder, offer=offer: check_offer(folder, offer, COUNT_FULL if is_full else COUNT))
