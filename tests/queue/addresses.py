# SPDX-License-Identifier: GPL-3.0-or-later
"""addresses.py - cases: addresses as callers write them, in arguments, header fields and other places"""
import functools

from scene import MESSAGE, Scene, expect

BOB, CAROL = "bob@example.org", "carol@example.org"
LONG = "reply+" + "x" * 78 + "@reply.example.com"
VERY_LONG = "b" * 300 + "@" + ".".join(["d" * 60] * 4) + ".example"
HEAD = "From: Alice <alice@example.org>\n"


def sent(scene, words, stdin, name="sendmail"):
    """The one transaction of a message that is taken without a word."""
    with scene.up() as relay:
        result = scene.run(*words, name=name, stdin=stdin)
    expect(result.status == 0 and not result.stderr and len(relay.received) == 1, f"{result}, {relay.received}")
    return relay.received[0]


# Limits that receivers must support are no limits for a sender.

def long_address(address, folder):
    scene = Scene(folder, [f"aliases {folder}/aliases"])
    (folder / "aliases").write_text(f"longone: {address}\n")
    header = f"{HEAD}To: {address},\n B <{address}>\nReply-To: \"B\" <{address}>\n\nHello\n".encode()
    for words, stdin in (((address,), MESSAGE), (("longone",), MESSAGE), (("-t",), header)):
        transaction = sent(scene, words, stdin)
        expect(transaction.recipients == [address], f"{transaction.recipients}")
        expect(max(map(len, transaction.content.split(b"\r\n"))) <= 998, "a long line")
    expect(sent(scene, ("-f", address, BOB), MESSAGE).sender == address, "another sender")
    expect(sent(scene, ("--from", address, "--to", address, "--subject", "x"), b"Hi\n", "mailchute").recipients == [address],
           "another recipient of what is made here")


def long_address_comes_back(folder):
    """A notice to and about a long address is a message as any other."""
    scene = Scene(folder)
    scene.queue(VERY_LONG, name="sendmail", options=("-f", LONG))
    with scene.up("rcpt: 550 5.1.1 no such user"):
        scene.flush()
    with scene.up() as relay:
        scene.flush()
    expect([t.recipients for t in relay.received] == [[LONG]], f"{relay.received}")
    content = relay.received[0].content
    expect(f"Final-Recipient: rfc822; {VERY_LONG}\r\n".encode() in content, f"{content}")
    expect(max(map(len, content.split(b"\r\n"))) <= 998, "a long line")


def too_long(folder):
    scene = Scene(folder)
    result = scene.run("b" * 1000 + "@example.org", stdin=MESSAGE)
    expect(result.status == 65 and b"longer than 900 octets" in result.stderr, f"{result}")


# Who is the same: domains have no case, and two forms.

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
    scene = Scene(folder, ["maildomain here.example"])
    header = f"{HEAD}To: {', '.join(given)}\n\nHello\n".encode()
    for words, stdin in ((given, MESSAGE), (("-t",), header)):
        transaction = sent(scene, words, stdin)
        expect(transaction.recipients == expected, f"{transaction.recipients}")
    queued = scene.queue(*given, name="sendmail")
    expect(len(queued.recipients) == len(expected), f"{queued.recipients}")


def same_over_smtp(folder):
    scene = Scene(folder)
    talk = ("EHLO me\nMAIL FROM:<alice@example.org>\nRCPT TO:<bob@example.org>\nRCPT TO:<bob@EXAMPLE.org>\n"
            "RCPT TO:<Bob@example.org>\nDATA\nSubject: x\n\nHello\n.\nQUIT\n")
    scene.run("-bs", "-odq", stdin=talk.replace("\n", "\r\n").encode())
    expect(scene.spool.messages()[0].recipients == ["bob@example.org", "Bob@example.org"], f"{scene.spool.messages()}")


def same_by_alias(folder):
    scene = Scene(folder, [f"aliases {folder}/aliases"])
    (folder / "aliases").write_text("team: bob@EXAMPLE.org, carol@example.org\nothers: Carol@example.org, carol@Example.org\n")
    transaction = sent(scene, ("team", "bob@example.org", "others"), MESSAGE)
    expect(transaction.recipients == ["bob@EXAMPLE.org", "carol@example.org", "Carol@example.org"],
           f"{transaction.recipients}")


def add_cases(suite):
    for name, address in (("aiosmtpd-257", LONG), ("postal", VERY_LONG), ("of-65", "b" * 65 + "@example.org"),
                          ("of-900", "b" * 888 + "@example.org")):
        suite.add(f"address-long-{name}", functools.partial(long_address, address))
    for name, row in SAME.items():
        suite.add(f"address-same-{name}", functools.partial(same, *row))
    for function in (long_address_comes_back, too_long, same_over_smtp, same_by_alias):
        suite.add(f"address-{function.__name__.replace('_', '-')}", function)
