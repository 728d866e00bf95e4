# SPDX-License-Identifier: GPL-3.0-or-later
"""repairs.py - what the settings make of a header, as --explain shows it"""
import re
from tests.lib.harness import expect, run_program, write_private


CONFIG = "host h\nfrom alice@example.org\nmaildomain example.com\nset_date_header off\n" \
         "set_msgid_header off\n"
ALIASES = "root: ann@a.example, Ben <ben@b.example>\nops: root\nann: ann@a.example\n"

# name: settings, arguments, the header given, the header sent
CASES = {
    "from-auto": ("", "bob@b.example", "Subject: x", "From: alice@example.org\nSubject: x"),
    "from-auto-keeps-what-is-there": ("", "bob@b.example", "From: root", "From: root"),
    # msmtp#8
    "msmtp-8-empty-from": ("", "bob@b.example", "From:\nSubject: x",
                           "From: alice@example.org\nSubject: x"),
    "from-auto-with-a-name": ("from_full_name Alice, A.\n", "bob@b.example", "Subject: x",
                              'From: "Alice, A." <alice@example.org>\nSubject: x'),
    "from-on-keeps-the-name": ("set_from_header on\n", "bob@b.example",
                               "Subject: x\nFrom: \"Cron, the\" <root>",
                               'From: "Cron, the" <alice@example.org>\nSubject: x'),
    "from-on-keeps-the-comment": ("set_from_header on\n", "bob@b.example",
                                  "From: root (Cron Daemon)",
                                  "From: alice@example.org (Cron Daemon)"),
    "from-on-keeps-encoded-words": ("set_from_header on\n", "bob@b.example",
                                    "From: =?UTF-8?B?w6Q=?= <root>",
                                    "From: =?UTF-8?B?w6Q=?= <alice@example.org>"),
    "from-on-with-a-name": ("set_from_header on\nfrom_full_name Al\n", "bob@b.example",
                            "From: Root <root>", "From: Al <alice@example.org>"),
    "from-on-several-authors": ("set_from_header on\n", "bob@b.example", "From: a@b, c@d",
                                "From: alice@example.org"),
    "from-on-broken": ("set_from_header on\n", "bob@b.example", "From: a b <<",
                       "From: alice@example.org"),
    "from-on-several-fields": ("set_from_header on\n", "bob@b.example", "From: a\nX: y\nFrom: b",
                               "From: alice@example.org\nX: y"),
    # msmtp#51
    "msmtp-51-stray-sender": ("set_from_header on\n", "bob@b.example",
                              "From: Me <me@here>\nSender: me@here",
                              "From: Me <alice@example.org>"),
    "from-on-reply-to": ("set_from_header on\nset_reply_to_header on\n", "bob@b.example",
                         "From: Jo <jo>",
                         "From: Jo <alice@example.org>\nReply-To: Jo <jo@example.com>"),
    "from-on-reply-to-is-there": ("set_from_header on\nset_reply_to_header on\n", "bob@b.example",
                                  "From: jo\nReply-To: al@x.example",
                                  "From: alice@example.org\nReply-To: al@x.example"),
    "from-on-reply-to-of-the-same": ("set_from_header on\nset_reply_to_header on\n",
                                     "bob@b.example", "From: A <alice@EXAMPLE.org>",
                                     "From: A <alice@example.org>"),
    "from-on-null-sender": ("set_from_header on\n", "-f <> bob@b.example", "From: root",
                            "From: root"),
    "from-qualify": ("set_from_header qualify\n", "bob@b.example",
                     "From: Root <root>\nSender: cron (daemon)",
                     "From: Root <root@example.com>\nSender: cron@example.com (daemon)"),
    "from-qualify-nothing-to-do": ("set_from_header qualify\n", "bob@b.example", "From: a@b.example",
                                   "From: a@b.example"),
    "from-qualify-missing": ("set_from_header qualify\n", "bob@b.example", "Subject: x",
                             "From: alice@example.org\nSubject: x"),
    "from-off": ("set_from_header off\n", "bob@b.example", "Subject: x", "Subject: x"),
    "to-on": ("set_to_header on\n", "bob@b.example c@c.example",
              "From: a@b\nTo: x@y\nCc: z@y\nBcc: q@y", "To: bob@b.example, c@c.example\nFrom: a@b"),
    "to-on-hides-bcc": ("set_to_header on\n", "-t", "From: a@b\nTo: x@y\nCc: z@y\nBcc: q@y, z@y",
                        "To: x@y, z@y\nFrom: a@b"),
    "to-on-bcc-alone": ("set_to_header on\n", "-t", "From: a@b\nBcc: q@y",
                        "To: undisclosed-recipients:;\nFrom: a@b"),
    "to-on-hides-what-an-alias-became": ("set_to_header on\naliases ALIASES\n", "-t",
                                         "From: a@b\nTo: bob@b.example\nBcc: root",
                                         "To: bob@b.example\nFrom: a@b"),
    "to-undisclosed": ("set_to_header undisclosed_recipients\n", "bob@b.example",
                       "From: a@b\nTo: x@y\nCc: z@y",
                       "To: undisclosed-recipients:;\nFrom: a@b"),
    "to-qualify": ("set_to_header qualify\n", "bob@b.example",
                   "From: a@b\nTo: root, Bob <bob>\nCc: Team: cron; , z@y\nReply-To: r",
                   "From: a@b\nTo: root@example.com, Bob <bob@example.com>\n"
                   "Cc: Team: cron@example.com; , z@y\nReply-To: r"),
    "to-aliases": ("set_to_header aliases\naliases ALIASES\n", "bob@b.example",
                   "From: a@b\nTo: Admin <ops>, x (y)\nCc: Annie <ann>",
                   "From: a@b\nTo: ann@a.example, Ben <ben@b.example>, x@example.com (y)\n"
                   "Cc: Annie <ann@a.example>"),
    "to-without-meaning": ("set_to_header qualify\n", "bob@b.example", "From: a@b\nTo: a b c, root",
                           'From: a@b\nTo: "a b c":;, root@example.com'),
    "from-without-meaning-stays": ("", "bob@b.example", "From: a b c", "From: a b c"),
    # node-address-rfc2822#47
    "node-address-rfc2822-47": ("", "bob@b.example", "From: a@b <a@b>\nTo: bob@b.example <bob@b.example>\nCc: c@d",
                                'From: "a@b" <a@b>\nTo: "bob@b.example" <bob@b.example>\nCc: c@d'),
    # AIM#29
    "aim-29": ("", "bob@b.example", "From: a@b;\nTo: bob@b.example; Carol <c@d>\nCc: ann@d;\nReply-To: x@y,",
               "From: a@b\nTo: bob@b.example, Carol <c@d>\nCc: ann@d\nReply-To: x@y"),
    "odd-phrases-are-qualified": ("set_to_header qualify\nset_from_header qualify\n", "bob@b.example",
                                  "From: Cron @ night <root>\nTo: Bob [Sales] <bob>; ann (x)\nCc: root <root>",
                                  'From: "Cron @ night" <root@example.com>\nTo: "Bob [Sales]" <bob@example.com>, '
                                  'ann@example.com (x)\nCc: root <root@example.com>'),
    "odd-phrases-and-aliases": ("set_to_header aliases\naliases ALIASES\n", "bob@b.example",
                                "From: a@b\nTo: Admins @ night <ops>; x@y.example", "From: a@b\nTo: ann@a.example, "
                                "Ben <ben@b.example>, x@y.example"),
    "odd-from-on": ("set_from_header on\n", "bob@b.example", "From: Cron @ night <root>",
                    'From: "Cron @ night" <alice@example.org>'),
    "odd-resent": ("", "bob@b.example", "Resent-From: a@b;\nResent-To: bob@b.example; c@d\nFrom: a@b\nTo: x@y",
                   "Resent-From: a@b\nResent-To: bob@b.example, c@d\nFrom: a@b\nTo: x@y"),
    "odd-bcc-is-hidden": ("set_to_header on\n", "-t", "From: a@b\nTo: x@y\nBcc: Bob @ Home <q@y>; r@y",
                          "To: x@y\nFrom: a@b"),
    "odd-long": ("", "bob@b.example", "From: a@b\nTo: " + "; ".join(f"Recipient {i} <r{i}@long.example>" for i in range(6)),
                 "From: a@b\nTo: Recipient 0 <r0@long.example>, Recipient 1 <r1@long.example>,\n"
                 " Recipient 2 <r2@long.example>, Recipient 3 <r3@long.example>,\n"
                 " Recipient 4 <r4@long.example>, Recipient 5 <r5@long.example>"),
    "odd-signed-stays": ("", "bob@b.example", "DKIM-Signature: v=1\nFrom: a@b;\nTo: bob@b.example; c@d",
                         "DKIM-Signature: v=1\nFrom: a@b;\nTo: bob@b.example; c@d"),
    "add": ("add_header X-A: 1\nadd_header X-B:2\n", "--header X-C:3 bob@b.example",
            "From: a@b\nX-A: 0", "X-A: 1\nX-B: 2\nX-C: 3\nFrom: a@b\nX-A: 0"),
    "add-what-would-be-missing": ("set_date_header auto\nset_msgid_header auto\nadd_header from: Me <me@b>\n"
                                  "add_header Date: d\nadd_header Message-ID: <m@b>\n", "bob@b.example", "X: y",
                                  "from: Me <me@b>\nDate: d\nMessage-ID: <m@b>\nX: y"),
    "set-what-would-be-missing": ("set_date_header auto\nset_msgid_header auto\nset_header From: Me <me@b>\n"
                                  "set_header Date: d\nset_header Message-ID: <m@b>\n", "bob@b.example", "X: y",
                                  "From: Me <me@b>\nDate: d\nMessage-ID: <m@b>\nX: y"),
    "add-bcc": ("add_header Bcc: eve@b.example\nadd_header Resent-Bcc: eve@b.example\n", "bob@b.example",
                "From: a@b", "From: a@b"),
    "set": ("set_header X-A: 1\n", "bob@b.example", "x-a: 0\nFrom: a@b\nX-A: 3",
            "X-A: 1\nFrom: a@b"),
    "remove": ("remove_header X-Mailer\nremove_header user-agent\n", "bob@b.example",
               "From: a@b\nX-MAILER: m\n n\nUser-Agent : u", "From: a@b"),
    "subject": ("subject_prefix [host]\n", "bob@b.example", "From: a@b\nSubject: x\n y",
                "From: a@b\nSubject: [host] x y"),
    "subject-missing": ("subject_prefix [host]\n", "bob@b.example", "From: a@b",
                        "Subject: [host]\nFrom: a@b"),
    "subject-has-it": ("subject_prefix [host]\n", "bob@b.example", "From: a@b\nSubject: [host] x",
                       "From: a@b\nSubject: [host] x"),
    "subject-has-it-encoded": ("subject_prefix [B\u00fcro]\n", "bob@b.example",
                               "From: a@b\nSubject: =?utf-8?Q?[B=C3=BC?=\n =?UTF-8?B?cm9d?= x",
                               "From: a@b\nSubject: =?utf-8?Q?[B=C3=BC?=\n =?UTF-8?B?cm9d?= x"),
    "signed-stays": ("set_from_header on\nset_to_header qualify\nset_header X: y\n"
                     "subject_prefix z\nadd_header A: b\n", "bob@b.example",
                     "DKIM-Signature: v=1\nFrom: root\nTo: bob\nSubject: x\nBcc: c",
                     "A: b\nDKIM-Signature: v=1\nFrom: root\nTo: bob\nSubject: x"),
}

LABEL = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"

# name: settings, the header given, the body, what is added on top
LABELS = {
    "utf-8": ("", "From: a@b", "K\u00e4se".encode(), LABEL),
    "off": ("set_mime_headers off\n", "From: a@b", "K\u00e4se".encode(), ""),
    "ascii": ("", "From: a@b", b"cheese", ""),
    "latin-1": ("", "From: a@b", b"K\xe4se", ""),
    "half-utf-8": ("", "From: a@b", "K\u00e4se ".encode() + b"\xe4", ""),
    "with-a-type": ("", "From: a@b\ncontent-type: text/html", "K\u00e4se".encode(),
                    "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n"),
    "with-all": ("", "From: a@b\ncontent-type: text/html\nMime-version: 1.0\nContent-transfer-encoding: 8bit",
                 "K\u00e4se".encode(), ""),
    "signed": ("", "From: a@b\nDKIM-Signature: v=1", "K\u00e4se".encode(), ""),
    "type-by-a-setting": ("add_header Content-Type: text/html\n", "From: a@b", "K\u00e4se".encode(),
                          "Content-Type: text/html\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n"),
    "language": ("", "Content-Language: de\nFrom: a@b", "K\u00e4se".encode(), LABEL),
}


def sent_header(folder, settings, arguments, header, body=b"body"):
    """The header that --explain says would be sent."""
    (folder / "aliases").write_text(ALIASES)
    config = CONFIG + settings.replace("ALIASES", str(folder / "aliases"))
    path = write_private(folder / "rc", config)
    result = run_program(["-C", path, "--explain", *arguments.split()],
                         f"{header}\n\n".encode() + body + b"\n", home=folder)
    expect(result.status == 0, f"exit 0 expected: {result}")
    shown = result.stdout.decode().split("Header as it would be sent:\n")[1]
    return re.sub("^    ", "", shown, flags=re.M).rstrip("\n")


def add_cases(suite):
    for name, (settings, arguments, header, expected) in CASES.items():
        def case(folder, row=(settings, arguments, header), expected=expected):
            sent = sent_header(folder, *row)
            expect(sent == expected, f"sent:\n{sent}\ninstead of:\n{expected}")
        suite.add(f"repair/{name}", case)
    for name, (settings, header, body, added) in LABELS.items():
        def label(folder, row=(settings, "bob@b.example", header, body), expected=added + header):
            sent = sent_header(folder, *row)
            expect(sent == expected, f"sent:\n{sent}\ninstead of:\n{expected}")
        suite.add(f"repair/label-{name}", label)
