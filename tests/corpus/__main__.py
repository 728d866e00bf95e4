# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - messages arrive as they were given: thousands of messages to relays of every kind. Suite "corpus"

`python3 -m tests.corpus [--full] [WORD...]` runs the cases whose names contain one of the words. The messages
are those in Debian's packages (sources.py) and made ones (made.py), of which --full makes many more. To look at
one of them: `python3 -m tests.corpus --show NAME [EXTENSION...]`.
"""
import itertools
import pathlib
import sys
import tempfile
import threading
from tests.lib.harness import Failure, Suite, expect
from tests.lib.user import User
from . import headers, made, oddities, pieces, post, promises, signing, sizes, sources


REAL_MIN = 2000
THROWN, THROWN_FULL = 600, 6000
SHOWN_MAX = 2000
OFFERS = [promises.Offer(*chosen) for count in range(4)
          for chosen in itertools.combinations(("8BITMIME", "SMTPUTF8", "CHUNKING"), count)]


def all_sources(is_full):
    """(name, bytes) of every message, by its source."""
    found = sources.all_messages()
    found["single"] = [(f"single/{name}", data) for name, data in made.single().items()]
    found["thrown"] = [(f"thrown/{n}", made.thrown(n)) for n in range(THROWN_FULL if is_full else THROWN)]
    return found


class Corpus:
    """All messages, put into a queue once."""

    def __init__(self, holder, is_full):
        found = itertools.chain(*all_sources(is_full).values())
        self.letters = [post.Letter(name, data) for name, data in found]
        user = User(pathlib.Path(holder), "set_from_header auto", "set_to_header off")
        post.enqueue(user, self.letters)
        self.queue = user.spool.path
        self.given = [pieces.given(letter.data) for letter in self.letters]
        self.read = {}  # the problems of a message in this form


LOCK = threading.Lock()
IS_FULL = "--full" in sys.argv


def corpus():
    with LOCK:
        if not hasattr(corpus, "made"):
            corpus.holder = tempfile.TemporaryDirectory(prefix="mailchute-corpus-")
            corpus.made = Corpus(corpus.holder.name, IS_FULL)
        return corpus.made


class Check:
    """Send all messages to a relay with this offer; returns the problems by the message's name."""

    def __init__(self, everything, offer):
        self.everything, self.offer = everything, offer
        self.wrong, self.altered = [], []

    def note(self, number, faults):
        self.wrong += [(self.everything.letters[number].name, fault) for fault in faults]

    def look(self, number, sent, refused):
        fields, body = self.everything.given[number]
        if number in refused:
            before = b"".join(promises.completed(fields, body)[0]) + b"\r\n" + body
            if not promises.is_refusal_true(refused[number], before, self.offer):
                self.note(number, [f"refused: {refused[number]}"])
        elif number in sent:
            self.look_at_sent(number, promises.Sent(fields, body, sent[number].content, self.offer), sent[number])
        else:
            self.note(number, ["neither sent nor refused"])

    def look_at_sent(self, number, look, transaction):
        self.note(number, promises.check_wire(transaction, self.offer) + look.check())
        if look.is_altered:
            self.altered.append((number, look))

    def read(self):
        """Ask the two readers, unless they have already seen the same bytes at another relay."""
        fresh = [(n, look) for n, look in self.altered if (n, look.after) not in self.everything.read]
        read = post.read_by_mime_tools([data for _, look in fresh for data in (look.before, look.after)])
        for (number, look), before, after in zip(fresh, read[::2], read[1::2]):
            faults = look.check_meaning()
            if before is not None and not look.is_disputed and not look.has_encoded_message:
                faults += promises.compare(before, after or [], "MIME::Tools")
            self.everything.read[number, look.after] = faults
        for number, look in self.altered:
            self.note(number, self.everything.read[number, look.after])


def check_offer(folder, offer):
    everything = corpus()
    sent, refused = post.send_all(folder, everything.queue, offer)
    refused.update((n, letter.refusal) for n, letter in enumerate(everything.letters) if letter.refusal)
    check = Check(everything, offer)
    for number in range(len(everything.letters)):
        check.look(number, sent, refused)
    check.read()
    print(f"# {offer}: {len(sent)} sent, {len(check.altered)} of them altered, {len(refused)} refused")
    if check.wrong:
        raise Failure("\n".join(f"{n}: {w}"[:1000] for n, w in check.wrong[:SHOWN_MAX]) + f"\n{len(check.wrong)} in all")


def check_sources(_folder):
    """Every package has messages, and together they are enough messages that were not made for this suite."""
    found = sources.all_messages()
    empty = [name for name, messages in found.items() if not messages]
    expect(not empty, f"nothing in {empty}: run sh tests/setup")
    real = sum(map(len, found.values()))
    expect(real >= REAL_MIN, f"{real} real messages")


class Signatures:
    """The same for messages that tools have signed."""

    def __init__(self, holder):
        self.tools = signing.Tools(pathlib.Path(holder))
        self.signed = list(signing.all_signed(self.tools))
        self.letters = [post.Letter(one.name, one.data) for one in self.signed]
        user = User(pathlib.Path(holder), "set_from_header auto", "set_to_header off")
        post.enqueue(user, self.letters)
        self.queue = user.spool.path


def signatures():
    with LOCK:
        if not hasattr(signatures, "made"):
            signatures.holder = tempfile.TemporaryDirectory(prefix="mailchute-signed-")
            signatures.made = Signatures(signatures.holder.name)
        return signatures.made


def check_signatures(folder, offer):
    """Signatures of messages that arrived verify; a message is refused only if it can't be sent unchanged."""
    everything = signatures()
    sent, refused = post.send_all(folder, everything.queue, offer)
    refused.update((n, letter.refusal) for n, letter in enumerate(everything.letters) if letter.refusal)
    wrong = []
    for number, one in enumerate(everything.signed):
        if number in sent and one.must == "be refused":
            wrong.append(f"{one.name} was sent")
        elif number in sent:
            with LOCK:
                if not one.verify(sent[number].content):
                    wrong.append(f"{one.name} does not verify")
        elif number not in refused:
            wrong.append(f"{one.name} was neither sent nor refused")
        elif one.must == "arrive":
            wrong.append(f"{one.name} was refused: {refused[number]}")
        elif not promises.is_refusal_true(refused[number], pieces.with_line_ends(one.data), offer):
            wrong.append(f"{one.name} was refused: {refused[number]}")
    print(f"# {offer}: {len(sent)} sent, {len(refused)} refused")
    expect(not wrong, "\n".join(wrong))


def check_tools(_folder):
    """The tools accept their own signatures, and refuse them after a letter was changed."""
    everything = signatures()
    for one in everything.signed:
        data = pieces.with_line_ends(one.data)
        with LOCK:
            expect(one.verify(data), f"{one.name} does not verify before it is sent")
            if "encrypted" not in one.name and "opaque" not in one.name:
                broken = data.replace(b"se", b"sE") if "8bit" in one.name or "latin" in one.name else \
                    data.replace(b"xx", b"xX").replace(b"no line", b"no lime").replace(b"Hello", b"HellO")
                expect(not one.verify(broken), f"{one.name} verifies, whatever stands in it")


def show(name, *extensions):
    """Print one message as it was given, and as a relay with these extensions gets it."""
    data = dict(itertools.chain(*all_sources(True).values()))[name]
    with tempfile.TemporaryDirectory(prefix="mailchute-corpus-") as holder:
        user, letter = User(pathlib.Path(holder)), post.Letter(name, data)
        post.enqueue(user, [letter])
        (pathlib.Path(holder) / "relay").mkdir()
        sent, refused = post.send_all(pathlib.Path(holder) / "relay", user.spool.path, promises.Offer(*extensions))
    print(data.decode(errors="backslashreplace"))
    for transaction in sent.values():
        print(transaction.mail, transaction.content.decode(errors="backslashreplace"), sep="\n\n")
    print(letter.refusal, *refused.values(), sep="\n")


def main():
    if sys.argv[1:2] == ["--show"]:
        show(*sys.argv[2:])
        return
    sys.argv = [word for word in sys.argv if word != "--full"]
    suite = Suite("corpus")
    suite.add("sources", check_sources)
    for offer in OFFERS:
        suite.add(f"offer-{str(offer).lower()}", lambda folder, offer=offer: check_offer(folder, offer))
        suite.add(f"signed-{str(offer).lower()}", lambda folder, offer=offer: check_signatures(folder, offer))
    suite.add("signed-tools", check_tools)
    oddities.add_cases(suite, OFFERS, IS_FULL)
    sizes.add_cases(suite)
    headers.add_cases(suite)
    suite.main(jobs=2)


if __name__ == "__main__":
    main()
