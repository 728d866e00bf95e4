# SPDX-License-Identifier: GPL-3.0-or-later
"""addresses.py - cases: addresses as callers write them, in arguments, header fields and other places"""
import email
import email.errors
import email.policy
import functools
from tests.lib.harness import expect
from tests.lib.user import MESSAGE, User


BOB, CAROL = "bob@example.org", "carol@example.org"
LONG = "reply+" + "x" * 78 + "@reply.example.com"
VERY_LONG = "b" * 300 + "@" + ".".join(["d" * 60] * 4) + ".example"
HEAD = "From: Alice <alice@example.org>\n"


def sent(user, words, stdin, name="sendmail"):
    """The one transaction of a message that is taken without a word."""
    with user.up() as relay:
        result = user.run(*words, name=name, stdin=stdin)
    expect(result.status == 0 and not result.stderr and len(relay.received) == 1, f"{result}, {relay.received}")
    return relay.received[0]


# Limits that receivers must support are no limits for a sender.

def long_address(address, folder):
    user = User(folder, f"aliases {folder}/aliases")
    (folder / "aliases").write_text(f"longone: {address}\n")
    header = f"{HEAD}To: {address},\n B <{address}>\nReply-To: \"B\" <{address}>\n\nHello\n".encode()
    for words, stdin in (((address,), MESSAGE), (("longone",), MESSAGE), (("-t",), header)):
        transaction = sent(user, words, stdin)
        expect(transaction.recipients == [address], f"{transaction.recipients}")
        expect(max(map(len, transaction.content.split(b"\r\n"))) <= 998, "a long line")
    expect(sent(user, ("-f", address, BOB), MESSAGE).sender == address, "another sender")
    expect(sent(user, ("--from", address, "--to", address, "--subject", "x"), b"Hi\n", "mailchute").recipients == [address],
           "another recipient of what is made here")


def long_address_comes_back(folder):
    """A notice to and about a long address is a message as any other."""
    user = User(folder)
    user.queue(VERY_LONG, name="sendmail", options=("-f", LONG))
    with user.up("rcpt: 550 5.1.1 no such user"):
        user.flush()
    with user.up() as relay:
        user.flush()
    expect([t.recipients for t in relay.received] == [[LONG]], f"{relay.received}")
    content = relay.received[0].content
    expect(f"Final-Recipient: rfc822; {VERY_LONG}\r\n".encode() in content, f"{content}")
    expect(max(map(len, content.split(b"\r\n"))) <= 998, "a long line")


def too_long(folder):
    user = User(folder)
    result = user.run("b" * 1000 + "@example.org", stdin=MESSAGE)
    expect(result.status == 65 and b"longer than 900 octets" in result.stderr, f"{result}")


# Equal addresses: domains ignore case and have two forms.

SAME = {
    "case": (["bob@example.org", "bob@EXAMPLE.org"], ["bob@example.org"]),
    "case-of-the-local-part": (["bob@example.org", "Bob@example.org"], ["bob@example.org", "Bob@example.org"]),
    "the-first-stays": (["bob@Example.ORG", "carol@example.org", "bob@example.org"],
                        ["bob@Example.ORG", "carol@example.org"]),
    "three": (["bob@example.org", "bob@EXAMPLE.org", "bob@example.ORG"], ["bob@example.org"]),
    "quoted": (['"b@b"@example.org', '"b@b"@Example.org', '"B@b"@example.org'],
               ['"b@b"@example.org', '"B@b"@example.org']),
    "literal": (["bob@[IPv6:fe80::1]", "bob@[ipv6:FE80::1]"], ["bob@[IPv6:fe80::1]"]),
    "beyond-ascii": (["bob@m\u00fcller.example", "bob@M\u00dcLLER.example"], ["bob@xn--mller-kva.example"]),
    "a-labels": (["bob@xn--mller-kva.example", "bob@m\u00fcller.example"], ["bob@xn--mller-kva.example"]),
    "bare": (["bob", "Bob", "bob"], ["bob@here.example", "Bob@here.example"]),
    "bare-and-whole": (["bob", "bob@HERE.example"], ["bob@here.example"]),
}


def same(given, expected, folder):
    user = User(folder, "maildomain here.example")
    header = f"{HEAD}To: {', '.join(given)}\n\nHello\n".encode()
    for words, stdin in ((given, MESSAGE), (("-t",), header)):
        transaction = sent(user, words, stdin)
        expect(transaction.recipients == expected, f"{transaction.recipients}")
    queued = user.queue(*given, name="sendmail")
    expect(len(queued.recipients) == len(expected), f"{queued.recipients}")


def same_over_smtp(folder):
    user = User(folder)
    talk = ("EHLO me\nMAIL FROM:<alice@example.org>\nRCPT TO:<bob@example.org>\nRCPT TO:<bob@EXAMPLE.org>\n"
            "RCPT TO:<Bob@example.org>\nDATA\nSubject: x\n\nHello\n.\nQUIT\n")
    user.run("-bs", "-odq", stdin=talk.replace("\n", "\r\n").encode())
    expect(user.spool.messages()[0].recipients == ["bob@example.org", "Bob@example.org"], f"{user.spool.messages()}")


def same_by_alias(folder):
    user = User(folder, f"aliases {folder}/aliases")
    (folder / "aliases").write_text("team: bob@EXAMPLE.org, carol@example.org\nothers: Carol@example.org, carol@Example.org\n")
    transaction = sent(user, ("team", "bob@example.org", "others"), MESSAGE)
    expect(transaction.recipients == ["bob@EXAMPLE.org", "carol@example.org", "Carol@example.org"],
           f"{transaction.recipients}")


# As callers write them: what stands in a To field, and who gets the message.

READ = {
    "node-address-rfc2822-47": ("bob@example.org <bob@example.org>", [BOB]),
    "inspeqtor-47": ("\"Bob\" <bob@example.org>, carol@example.org <carol@example.org>", [BOB, CAROL]),
    "aim-29": ("bob@example.org; carol@example.org", [BOB, CAROL]),
    "semicolon-at-the-end": ("Bob <bob@example.org>; Carol <carol@example.org>;", [BOB, CAROL]),
    "at-home": ("Bob @ Home <bob@example.org>", [BOB]),
    "brackets-in-the-name": ("Dr. Bob [Sales] <bob@example.org>", [BOB]),
    "no-brackets": ('"Bob" bob@example.org, Carol Smith carol@example.org', [BOB, CAROL]),
    "no-separator": ("Bob <bob@example.org> Carol <carol@example.org>", [BOB, CAROL]),
    "open-comment": ("bob@example.org (the boss", [BOB]),
    "open-comment-in-the-name": ("Bob (the boss <bob@example.org>", [BOB]),
    "open-bracket": ("Bob <bob@example.org, carol@example.org", [BOB, CAROL]),
    "open-quote": ('"Bob <bob@example.org>', [BOB]),
    "two-brackets": ("Bob <<bob@example.org>>", [BOB]),
    "mailto": ("mailto:bob@example.org, <MAILTO:carol@example.org?subject=x>", [BOB, CAROL]),
    "outlook": ("Bob [mailto:bob@example.org]", [BOB]),
    "apostrophes": ("'bob@example.org', 'carol@example.org' <carol@example.org>", [BOB, CAROL]),
    "root-dot": ("bob@example.org., <carol@example.org.>", [BOB, CAROL]),
    "commas": (",,bob@example.org,,carol@example.org,", [BOB, CAROL]),
    "open-group": ("Team: bob@example.org, carol@example.org", [BOB, CAROL]),
    "nested-group": ("A: B: bob@example.org;, carol@example.org;", [BOB, CAROL]),
    "encoded-comma": ("=?utf-8?Q?Doe,_Bob?= <bob@example.org>", [BOB]),
    "encoded-address": ("=?utf-8?Q?Bob_<eve@example.org>?= <bob@example.org>", [BOB]),
    "raw-latin-1": (b"J\xf6rg @ Home <bob@example.org>", [BOB]),
    "raw-utf-8": ("J\u00f6rg [Verkauf] <bob@example.org>; carol@example.org", [BOB, CAROL]),
    "no-break-space": ("bob@example.org\u00a0, \ufeffcarol@example.org", [BOB, CAROL]),
    "blanks": ("bob @ example . org", [BOB]),
    "folds": ("Bob\n\t<bob@example.org>;\n carol@example.org", [BOB, CAROL]),
    "an-address-as-a-name": ("eve@example.org <bob@example.org>", [BOB]),
    "an-address-in-quotes": ('"eve@example.org" <bob@example.org>', [BOB]),
    "an-address-in-a-comment": ("(eve@example.org) bob@example.org (<eve@example.org>)", [BOB]),
    "an-address-in-a-quoted-list": ('"Bob, <eve@example.org>, " <bob@example.org>', [BOB]),
    "routes": ("<@a.example,@b.example:bob@example.org>", [BOB]),
    "proton-bridge-454": ('"bob@example.org"', [BOB]),
    "nobody-and-a-copy": ("undisclosed-recipients;\nBcc: bob@example.org", [BOB]),
}


def read_field(transaction):
    """The field as another reader has it, which has nothing to complain of."""
    message = email.message_from_bytes(transaction.content, policy=email.policy.default)
    field = message["To"]
    defects = [d for d in field.defects if not isinstance(d, email.errors.UndecodableBytesDefect)]
    expect(not defects, f"{defects}: {transaction.content}")
    return [f"{a.username}@{a.domain}" for a in field.addresses]


def read(text, expected, folder):
    user = User(folder)
    field = text if isinstance(text, bytes) else text.encode()
    transaction = sent(user, ("-t",), HEAD.encode() + b"To: " + field + b"\n\nHello\n")
    expect(transaction.recipients == expected, f"{transaction.recipients}")
    expect(b"Bcc" in field or read_field(transaction) == expected, f"{transaction.content}")
    if "\u00a0" in field.decode(errors="replace"):
        return  # an error at a shell
    with user.up() as relay:
        words = field.decode(errors="surrogateescape").split("\nBcc: ")
        result = user.run(*words, name="mailchute", stdin=MESSAGE)
    expect(result.status == 0 and relay.received[0].recipients == expected, f"{result}, {relay.received}")
    expect((b"in quotes" in result.stderr) == field.startswith(b'"bob@example'), f"{result}")


def as_stored(text):
    """As a Record has it, byte for byte."""
    return text.encode().decode("latin-1")


# Doubtful addresses: the field, the recipients, the rejected addresses, and a word of the reason.

REFUSED = {
    "two-addresses": ("bob@example.org, eve@example.org mallory@example.org", [BOB],
                      ["eve@example.org mallory@example.org"], "expected a comma"),
    "at-in-words": ("carol at example.com; bob@example.org", [BOB], ["carol at example.com"], "expected '<' or a comma"),
    "a-bare-word-and-an-address": ("root carol@example.org, bob@example.org", [BOB], ["root carol@example.org"],
                                   "expected '<' or a comma"),
    "several": ("a@@b, bob@example.org, c d e, carol@example.org", [BOB, CAROL], ["a@@b", "c d e"], "expected a domain"),
    "open-quote": ('bob@example.org, "eve@example.org, mallory@example.org', [BOB],
                   ['"eve@example.org, mallory@example.org'], "expected"),
    "open-comment": ("bob@example.org, x@example.org (not eve@example.org, mallory@example.org", [BOB],
                     ["x@example.org (not eve@example.org, mallory@example.org"], "expected a comma"),
    "in-brackets": ("Eve <eve@example.org mallory@example.org>, bob@example.org", [BOB],
                    ["Eve <eve@example.org mallory@example.org>"], "expected '>'"),
    "a-mark-behind-a-domain": ("bob@example.org, Eve <eve@example.org\u203a>", [BOB],
                               [as_stored("Eve <eve@example.org\u203a>")], "not a valid domain"),
    "a-domain-that-is-none": ("eve@\u2603.example; bob@example.org", [BOB], [as_stored("eve@\u2603.example")],
                              "not a valid domain"),
    "a-url": ("http://eve@example.org/, bob@example.org", [BOB], ["http://eve@example.org/"], "no URL"),
}


def expect_copy(user, stdin, refused, reason):
    copies = user.spool.messages("failed")
    expect(len(copies) == 1 and copies[0].recipients == [r.strip("<>") for r in refused], f"{copies}")
    expect(set(copies[0].status) == {"F"} and stdin.split(b"\n")[1] in copies[0].header, f"{copies[0].header}")
    expect(copies[0].body.endswith(b"Hello\r\n"), f"{copies[0].body}")
    notices = user.spool.notices()
    expect([n.recipients for n in notices] == [["alice@example.org"]], f"{notices}")
    expect(reason.encode() in notices[0].body.replace(b"\r\n    ", b" "), f"{notices[0].body}")
    expect(user.run("--queue-retry", copies[0].id).status == 65, "a copy of what has no meaning can be sent")


def refused(text, expected, given, reason, folder):
    """The others get it, and the rest is kept and told about; a person sends nothing."""
    user = User(folder, f"logfile {folder}/log")
    stdin = f"{HEAD}To: {text}\n\nHello\n".encode()
    result = user.run("-t", "-odq", name="sendmail", stdin=stdin)
    expect(result.status == 0 and not result.stderr, f"{result}")
    expect_copy(user, stdin, given, reason)
    with user.up() as relay:
        user.flush()
    transaction = next(t for t in relay.received if t.sender)
    expect(transaction.recipients == expected and read_field(transaction) == expected, f"{transaction.content}")
    expect(transaction.content.endswith(b"Hello\r\n"), f"{transaction.content}")
    expect(reason.replace("'", "?") in (folder / "log").read_text(), (folder / "log").read_text())
    with user.up() as relay:
        for words in (("-t",), (text,)):
            result = user.run(*words, stdin=stdin)
            expect(result.status == 65 and reason in result.stderr.decode() and not relay.received, f"{result}")


def refused_argument(folder):
    """The same for arguments, and where the message is queued."""
    user = User(folder)
    result = user.run("-odq", BOB, "carol at example.org", name="sendmail", stdin=f"{HEAD}To: x\n\nHello\n".encode())
    expect(result.status == 0 and [m.recipients for m in user.spool.messages()] == [[BOB]], f"{result}")
    expect([m.recipients for m in user.spool.messages("failed")] == [["carol at example.org"]], "no copy")


def sender_with_a_name(folder):
    user = User(folder)
    expect(sent(user, ("-f", "Alice A. <carol@example.org>", BOB), MESSAGE).sender == CAROL, "another sender")


def refused_without_a_queue(folder):
    """Without a queue the rejected recipients cannot be kept, so the whole message is rejected."""
    user = User(folder, "queue off")
    with user.up() as relay:
        result = user.run(BOB, "carol at example.org", name="sendmail", stdin=MESSAGE)
    expect(result.status == 65 and not relay.received, f"{result}")


def quoted_over_smtp(folder):
    """A client says what it means: a quoted local part stays one."""
    user = User(folder)
    talk = 'EHLO me\nMAIL FROM:<alice@example.org>\nRCPT TO:<"bob@example.org"@example.org>\nDATA\nSubject: x\n\nHello\n.\nQUIT\n'
    user.run("-bs", "-odq", stdin=talk.replace("\n", "\r\n").encode())
    expect(user.spool.messages()[0].recipients == ['"bob@example.org"@example.org'], f"{user.spool.messages()}")


def add_cases(suite):
    for name, row in READ.items():
        suite.add(f"address-read-{name}", functools.partial(read, *row))
    for name, row in REFUSED.items():
        suite.add(f"address-refused-{name}", functools.partial(refused, *row))
    for function in (sender_with_a_name, refused_argument, refused_without_a_queue, quoted_over_smtp):
        suite.add(f"address-{function.__name__.replace('_', '-')}", function)
    for name, address in (("aiosmtpd-257", LONG), ("postal", VERY_LONG), ("of-65", "b" * 65 + "@example.org"),
                          ("of-900", "b" * 888 + "@example.org")):
        suite.add(f"address-long-{name}", functools.partial(long_address, address))
    for name, row in SAME.items():
        suite.add(f"address-same-{name}", functools.partial(same, *row))
    for function in (long_address_comes_back, too_long, same_over_smtp, same_by_alias):
        suite.add(f"address-{function.__name__.replace('_', '-')}", function)
