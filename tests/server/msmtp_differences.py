# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp_differences.py - where mailchute differs from msmtp on purpose, and trials that show it

Each title is that of the paragraph of mailchute-msmtp(7) that explains the difference.
"""
import re
from tests.lib.forge import CLIENT, Cert, Key, dns
from .msmtp import ACCOUNT, AS_NOBODY, IN_ETC, Trial
from .msmtp_trials import HEADER, IN_CLEAR, LOG, LOGIN, PLAIN, SENDER, TLS, TWO


BIG = (HEADER + "\n" + "line after line\n" * 20000).encode()


def pretend(config, *words, **more):
    return {"config": config, "args": ("-P", *words), **more}


def letter(message, *words, config=ACCOUNT, relay=PLAIN, **more):
    message = message if isinstance(message, bytes) else message.encode()
    return {"config": config, "message": message, "args": words or ("r@s.example",), "relay": relay, **more}


def words(*given, **more):
    return letter(HEADER + "\nx\n", *given, **more)


def with_aliases(text, *given, **more):
    return words(*given, config=ACCOUNT + "aliases {home}/aliases\n", files={"aliases": text}, **more)


def certified(*names, trusted="trust.pem", **what):
    """A relay whose certificate, by an authority that the account trusts, says `what` of relay.example."""
    root = Cert(subject="root", key=Key("ec"), is_ca=True)
    cert = Cert(subject="relay.example", key=Key("ec"), issuer=root, names=names, **what)
    path = cert.key.path.with_suffix(".pem")
    path.write_text(cert.pem)
    files = {"trust.pem": root.pem, "trust.der": root.der, "cas/root.pem": root.pem}
    return words(config=ACCOUNT + f"tls on\ntls_trust_file {{home}}/{trusted}\ntls_host_override relay.example\n",
                 relay={"tls": "starttls", "cert": path, "key": cert.key.path}, files=files)


def rcpts(*addresses, sender="a@b.example"):
    return {"status": 0, "envelopes": [[f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{a}>" for a in addresses)]]}


HOSTS = {"etc/hosts": "127.0.0.1 relay.example\n"}
ELSEWHERE = "host relay.example\n" + LOGIN + "auth plain\npassword secret\n"
TARGETS = [f"{n:02}@x" for n in range(40)]
TAKEN, REFUSED = {"status": 0}, {"status": 64}
OPEN_TO_ALL = ("sh", "-c", 'chmod 644 "$1/.netrc" && shift && exec "$@"', "sh", "{home}", *AS_NOBODY)

# title: {name: (the input, mailchute's result)}
DIFFERENCES = {
    "More values": {
        # the values themselves are in the table of the commands
        "relay-in-brackets": (words(config=ACCOUNT + "host [127.0.0.1]\n"), TAKEN),
        "lmtp-on-a-socket": (words(config="socket {home}/s\nprotocol lmtp\nfrom a@b.example\n",
                                   relay={"unix": True, "lmtp": True}), TAKEN),
        "byte-order-mark": (pretend("\ufeffhost h\nport 26\n"), {"settings": {"port": "26"}}),
        "trust-file-in-der": (certified(dns("relay.example"), trusted="trust.der"), TAKEN),
        "trust-file-is-a-folder": (certified(dns("relay.example"), trusted="cas"), TAKEN),
        "environment-that-is-empty": (pretend("host h\nfrom %U@x\n", env={"USER": "", "LOGNAME": "me"}),
                                      {"settings": {"from": "me@x"}}),
    },
    "More options": {
        "sender-r": (words("-r", "x@y.example", "r@s.example"), rcpts("r@s.example", sender="x@y.example")),
        "envelope-id": (words("-V", "id", "r@s.example"), TAKEN),
        "sendmail-letters": (words("-U", "-E", "-J", "-x", "-em", "-px", "-Dx", "r@s.example"), rcpts("r@s.example")),
        "underscores": (pretend(TWO, "--tls_starttls=off"), {"settings": {"tls_starttls": "off"}}),
        "every-setting": (pretend(TWO, "--allow-from-override=off"), {"settings": {"allow_from_override": "off"}}),
        "mode-bp": (words("-bp"), TAKEN),
        "mode-bs": (words("-bs"), TAKEN),
    },
    "Longer lines": {
        "config-500": (pretend("host h\nuser " + "u" * 495 + "\n"), {"settings": {"user": "u" * 495}}),
        "config-100000": (pretend("host h\n#" + "u" * 100000 + "\nport 26\n"), {"settings": {"port": "26"}}),
        "aliases-600": (with_aliases("a: b@c.example, " + " " * 600 + "d@e.example\n", "a"),
                        rcpts("b@c.example", "d@e.example")),
        "aliases-long-target": (with_aliases("a: " + "x" * 600 + "@b.example\n", "a"), rcpts("x" * 600 + "@b.example")),
    },
    "include": {
        "of-a-file": (pretend("host h\ninclude more\n", files={"more": "port 26\n"}), {"settings": {"port": "26"}}),
    },
    "A queue": {
        "relay-is-down": (words(config="host 127.0.0.1\nport 1\nfrom a@b.example\n", relay=None, queue=True),
                          {"status": 0, "says": "queued as"}),
        "relay-defers": (words(relay={"dialogue": "mail: 451 later"}, queue=True), {"status": 0, "says": "queued as"}),
    },
    "Exit statuses": {
        "priorities": (words(config=ACCOUNT + "tls on\ntls_trust_file {ca}\ntls_priorities nonsense\n",
                             relay={"tls": "starttls"}), {"status": 78}),
        "login-wanted": (words(relay={"dialogue": "rcpt: 550 5.7.1 Authentication required"}), {"status": 77}),
        "tls-wanted": (words(relay={"dialogue": "mail: 550 5.7.1 Must issue a STARTTLS command first"}), {"status": 69}),
        "no-user": (words(config=ACCOUNT + "auth plain\npassword secret\n", relay=IN_CLEAR), {"status": 77}),
        "no-password": (words(config=ACCOUNT + LOGIN + "auth plain\n", relay=IN_CLEAR), {"status": 77}),
        "address-that-is-none": (words("-f", "a@b>\nRCPT TO:<c@d", "r@s.example"), REFUSED),
    },
    "The log": {
        "no-recipients": (words("-t", config=ACCOUNT + LOG, relay=None) | {"message": b"Subject: x\n\n"},
                          {"status": 64, "log": ["T host=127.0.0.1 tls=off auth=off from=a@b.example recipients= "
                                                 "errormsg='...' exitcode=EX_USAGE"]}),
        "time-none": (words("r@s.example", "-X", "{home}/log", "--logfile-time-format=none"),
                      {"log": ["host=127.0.0.1 tls=off auth=off from=a@b.example recipients=r@s.example mailsize=N "
                               "smtpstatus=250 smtpmsg='250 2.0.0 taken' exitcode=EX_OK"]}),
    },
    "Addresses": {
        "sender-in-brackets": (words("-f", "<x@y.example>", "r@s.example"),
                               rcpts("r@s.example", sender="x@y.example")),
        "at-in-quotes": (words('"a@b"@c.example'), rcpts('"a@b"@c.example')),
        "escape-in-quotes": (words('"a\\"b"@c.example'), rcpts('"a\\"b"@c.example')),
        "blank-in-quotes": (words('<"a b"@c.example>'), rcpts('"a b"@c.example')),
        "blanks-around-at": (words("a @ b.example"), rcpts("a@b.example")),
        "bracket-without-its-other": (words("a@b.example>"), rcpts("a@b.example")),
        "comma-at-the-end": (letter(SENDER + "To: a@b.example,\n\nx\n", "-t"), rcpts("a@b.example") |
                             {"has": [b"\r\nTo: a@b.example\r\n"]}),
        "two-commas": (letter(SENDER + "To: a@b.example,, c@d.example\n\nx\n", "-t"),
                       rcpts("a@b.example", "c@d.example") | {"has": [b"\r\nTo: a@b.example, c@d.example\r\n"]}),
        "semicolon": (letter(SENDER + "To: a@b.example; c@d.example\n\nx\n", "-t"),
                      rcpts("a@b.example", "c@d.example")),
        "written-twice": (letter(SENDER + "To: a@b.example <a@b.example>\n\nx\n", "-t"), rcpts("a@b.example") |
                          {"has": [b'\r\nTo: "a@b.example" <a@b.example>\r\n']}),
        "at-in-the-name": (letter(SENDER + "To: Bob @ Home <a@b.example>\n\nx\n", "-t"), rcpts("a@b.example")),
        "control-character": (words("a\x01@b.example"), {"status": 65, "envelopes": []}),
        "empty-line": (words("a@b.example\n\n", "c@d.example"), {"status": 65, "envelopes": []}),
        "not-ascii-and-not-offered": (words("\u00f6@b.example", relay={"extensions": ()}),
                                      {"status": 65, "envelopes": []}),
        "shown-without-brackets": (pretend("host h\nfrom <a@b>\n"), {"settings": {"from": "a@b"}}),
        "null-sender-is-shown-empty": (pretend("host h\nfrom <>\n"), {"settings": {"from": ""}}),
    },
    "Senders that can't be sent": {
        "pattern": (words(config=ACCOUNT + "from *@b.example\n"), {"status": 78, "envelopes": []}),
        "unknown-letter-of-the-header": (words(config=ACCOUNT + "from %F\n") | {"message": b"Subject: x\n\n"},
                                         {"status": 78, "envelopes": []}),
    },
    "Recipients from the header": {
        "second-author": (letter("From: a@x.example, b@y.example\nTo: c@z.example\n\nx\n", "-t"),
                          rcpts("c@z.example")),
        "lone-resent-date": (letter(HEADER + "Resent-Date: x\n\nx\n", "-t"), rcpts("bob@example.net")),
        "lone-resent-from": (letter(HEADER + "Resent-From: x@y.example\n\nx\n", "-t"), rcpts("bob@example.net")),
        "blank-before-the-colon": (letter(SENDER + "To : c@d.example\n\nx\n", "-t"),
                                   rcpts("c@d.example") | {"has": [b"\r\nTo: c@d.example\r\n"]}),
    },
    "Recipients named twice": {
        "arguments": (words("a@b.example", "a@b.example"), rcpts("a@b.example")),
        "domain-in-another-case": (words("a@b.example", "a@B.EXAMPLE"), rcpts("a@b.example")),
        "header": (letter(HEADER + "Cc: bob@example.net\n\nx\n", "-t", "bob@example.net"), rcpts("bob@example.net")),
    },
    "Bcc": {
        "blank-before-the-colon": (letter(HEADER + "Bcc : c@d.example\n\nx\n"), {"status": 0, "lacks": [b"c@d"]}),
        "resent": (letter(HEADER + "Resent-Bcc: c@d.example\n\nx\n"), {"status": 0, "lacks": [b"c@d"]}),
        "set-to-header": (letter(SENDER + "To: a@b.example\nBcc: c@d.example\n\nx\n", "-t", "--set-to-header=on"),
                          {"status": 0, "has": [b"To: a@b.example\r\n"], "lacks": [b"c@d.example"]}),
        "behind-a-nul": (letter(b"X: y\n\0\nBcc: c@d.example\n\nx\n"), {"lacks": [b"\r\nBcc: c@d", b"\0"]}),
    },
    "Broken messages": {
        "no-empty-line": (letter("hello\n"), {"status": 0, "has": [b"\r\n\r\nhello\r\n"]}),
        "no-empty-line-behind-fields": (letter("Subject: s\nhello\n"),
                                        {"status": 0, "has": [b"\r\nSubject: s\r\n\r\nhello\r\n"]}),
        "mailbox-fields": (letter("Return-Path: <>\nStatus: RO\nSubject: s\n\nx\n"), {"status": 0, "lacks": [b"Return-Path", b"Status"]}),
        "line-ends": (letter("Subject: s\r\r\n\r\r\nx\r\r\n"), {"status": 0, "has": [b"\r\nSubject: s\r\n\r\nx\r\n"]}),
        "empty-lines-on-top": (letter("\n\nSubject: s\n\nx\n"), {"status": 0, "has": [b"\r\nSubject: s\r\n\r\nx\r\n"]}),
        "mailbox-line": (letter("From a@b Mon\nSubject: s\n\nx\n"), {"status": 0, "lacks": [b"From a@b"]}),
        "nul-in-the-header": (letter(b"Subject: a\0b\n\nx\n"), {"status": 0, "has": [b"Subject: a b\r\n"]}),
        "nul-in-the-body": (letter(b"Subject: s\n\na\0b\n"), {"lacks": [b"\0"]}),
        "bare-cr-in-the-header": (letter(b"Subject: a\rb\n\nx\n"), {"status": 0, "has": [b"Subject: a b\r\n"]}),
        "bare-cr-in-the-body": (letter(b"Subject: s\n\na\rb\n"), {"lacks": [b"ab", b"a\rb"]}),
    },
    "Fields that are added": {
        "name-with-a-comma": (letter("\nx\n", "-F", "Doe, J", "r@s.example"),
                              {"status": 0, "has": [b'From: "Doe, J" <a@b.example>\r\n']}),
        "name-not-ascii": (letter("\nx\n", "-F", "J\u00f6", "r@s.example"),
                           {"status": 0, "has": [b"From: =?UTF-8?B?SsO2?= <a@b.example>\r\n"]}),
        "null-sender": (letter("\nx\n", "-f", "", "r@s.example"), {"status": 0, "has": [b"From: a@b.example\r\n"]}),
        "empty-date-and-id": (letter("Date:\nMessage-ID:\n\nhello\n"),
                              {"status": 0, "has": [b"Date: made anew", b"Message-ID: made anew"], "lacks": [b"Date:\r\n"]}),
        "date-without-meaning": (letter("Date: yesterday\n\nhello\n"),
                                 {"status": 0, "has": [b"Date: made anew", b"X-Original-Date: yesterday\r\n"]}),
        "mime-in-part": (letter(HEADER + "MIME-Version: 1.0\n\nGrüße\n"),
                         {"status": 0, "has": [b"Content-Type: text/plain; charset=utf-8\r\n"]}),
        "long-name": (letter("\nx\n", "-F", "word " * 40, "r@s.example"),
                      {"status": 0, "has": [b"\r\n <a@b.example>\r\n"]}),
        "text-in-utf-8": (letter(HEADER + "\nGrüße\n"),
                          {"status": 0, "has": [b"Content-Type: text/plain; charset=utf-8\r\n"]}),
    },
    "A From field that is replaced": {
        "name": (words("r@s.example", "--set-from-header=on"), {"has": [b"From: Alice <a@b.example>\r\n"]}),
        "comment": (letter("From: root (Cron Daemon)\n\nx\n", "r@s.example", "--set-from-header=on"),
                    {"has": [b"From: a@b.example (Cron Daemon)\r\n"]}),
    },
    "Helper commands": {
        "passwordeval-reads": (letter(BIG, config=ACCOUNT + LOGIN + "auth plain\npasswordeval cat >/dev/null; "
                                      "echo secret\n", relay=IN_CLEAR),
                               {"status": 0, "has": [BIG.replace(b"\n", b"\r\n")]}),
        "eval-reads": (letter(BIG, config=ACCOUNT + "eval cat >/dev/null; echo user u\n"),
                       {"status": 0, "has": [BIG.replace(b"\n", b"\r\n")]}),
        "passwordeval-fails": (words(config=ACCOUNT + LOGIN + "auth plain\npasswordeval echo secret; false\n",
                                     relay=IN_CLEAR), {"status": 78, "envelopes": []}),
    },
    "The greeting": {
        "no-domain": (words("-d", "r@s.example"), {"status": 0, "hides": ["EHLO localhost"]}),
    },
    "Logging in": {
        "old-method": (words(config=ACCOUNT + TLS + LOGIN + "password secret\n",
                             relay={"auth": ("CRAM-MD5",), "tls": "starttls"}), {"status": 69, "envelopes": []}),
    },
    "The file .netrc": {
        "for-all-to-read": (words(config=ACCOUNT + LOGIN + "auth plain\n", relay=IN_CLEAR, before=OPEN_TO_ALL,
                                  owner=65534, files={".netrc": "machine 127.0.0.1 login tester password secret\n"}),
                            {"status": 78, "envelopes": []}),
    },
    "Files of others, as root": {
        "eval": (words("-P", config=ACCOUNT + "eval echo port 5\n", owner=65534), {"status": 78}),
    },
    "TLS": {
        "version-1.1": (words(config=ACCOUNT + TLS, relay={"tls": "starttls", "tls_min": "1.0", "tls_max": "1.1"}),
                        {"status": 69, "envelopes": []}),
        "certificate-with-a-common-name-only": (certified(), {"status": 69, "says": "tls_pin", "envelopes": []}),
        "certificate-for-clients": (certified(dns("relay.example"), purpose=CLIENT),
                                    {"status": 69, "says": "key purpose", "envelopes": []}),
    },
    "Passwords in clear text": {
        "of-our-choice": (words(config=ACCOUNT + LOGIN + "password secret\n", relay=IN_CLEAR), TAKEN),
        "to-another-host": (words(config=ACCOUNT + ELSEWHERE, relay=IN_CLEAR, before=IN_ETC, files=HOSTS),
                            {"status": 78, "envelopes": []}),
    },
    "What the relay offers": {
        "size": (letter(HEADER + "\n" + "x" * 500 + "\n", relay={"size": 100}), {"status": 65, "envelopes": []}),
        "8bit-not-offered": (letter(HEADER + "\nGr\u00fc\u00dfe\n", relay={"extensions": ()}),
                             {"status": 0, "has": [b"\r\nGr=C3=BC=C3=9Fe\r\n"]}),
        "name-beyond-ascii": (letter(SENDER + "To: J\u00f6 <a@b.example>\n\nx\n", "-t"),
                              rcpts("a@b.example") | {"has": [b"\r\nTo: =?UTF-8?B?SsO2?= <a@b.example>\r\n"]}),
        "subject-in-the-charset-of-the-body": (
            letter((HEADER + "Content-Type: text/plain; charset=ISO-8859-1\nSubject: J\u00f6\n\nx\n").encode("latin-1")),
            {"status": 0, "has": [b"\r\nSubject: =?ISO-8859-1?"]}),
        "message-in-parts": (letter(HEADER + "MIME-Version: 1.0\nContent-Type: message/partial; id=x; number=1\n\nGr\u00fc\n",
                                    relay={"extensions": ()}), {"status": 65, "envelopes": []}),
        "long-line": (letter(HEADER + "\n" + "x" * 1000 + "\n"), {"status": 0, "has": [b"quoted-printable"]}),
        "named-like-an-extension": (words(config=ACCOUNT + "dsn_notify failure\n",
                                          relay={"dialogue": "ehlo: 250-dsn.example | 250 PIPELINING"}),
                                    {"status": 69}),
        "two-codes-in-a-reply": (words(relay={"dialogue": "mail: 250-a | 550 b"}), {"status": 76}),
    },
    "The aliases file": {
        "in-the-order-of-the-file": (with_aliases("root: a@b.example, c@d.example\n", "root"),
                                     rcpts("a@b.example", "c@d.example")),
        "each-once": (with_aliases("a: b@c.example, b@c.example\n", "a", "b@c.example"), rcpts("b@c.example")),
        "case": (with_aliases("Root: a@b.example\n", "ROOT"), rcpts("a@b.example")),
        "whole-address": (with_aliases("a@b.example: c@d.example\n", "a@b.example"), rcpts("c@d.example")),
        "default-beside-others": (with_aliases("default: d@e.example\nroot: a@b.example\n", "root", "x"),
                                  rcpts("a@b.example", "d@e.example")),
        "command": (with_aliases("a: |cat\n", "a"), {"status": 78, "envelopes": []}),
        "nothing": (with_aliases("a:\n", "a"), {"status": 78, "envelopes": []}),
        "continued": (with_aliases("a: b@c.example,\n  d@e.example\n", "a"), rcpts("b@c.example", "d@e.example")),
        "with-a-name": (with_aliases("a: Bob <b@c.example>\n", "a"), rcpts("b@c.example")),
        "more-than-32": (with_aliases("a: " + ",".join(TARGETS) + "\n", "a"), rcpts(*TARGETS)),
        "deep": (with_aliases("".join(f"n{n}: n{n + 1}\n" for n in range(20)) + "n20: a@b.example\n", "n0"),
                 rcpts("a@b.example")),
    },
    "Looking": {
        "passwordeval": (pretend("host h\nauth on\nuser u\npasswordeval false\n"), {"status": 0}),
        "password-from-a-command": (pretend("host h\nauth on\nuser u\npasswordeval echo x\n"),
                                    {"settings": {"password": "(not set)"}}),
    },
    "Values that can't work": {
        "nul": (pretend(b"host h\nuser a\0b\n"), {"status": 78}),
        "trailing-comment-behind-the-host": (pretend("host h # my relay\n"), {"status": 78}),
        "line-end-in-the-domain": (words("--domain=a\r\nRSET", "r@s.example"), REFUSED),
        "line-end-in-the-user": (words("--user=a\nb", "r@s.example"), REFUSED),
    },
    "Warnings about a config file": {
        "from-without-a-domain": (pretend("host h\nfrom root\n"), {"status": 0, "says": "from"}),
        "no-break-space": (pretend("host h\nuser u\u00a0\n"), {"status": 0, "says": "U+00A0"}),
    },
    "Mistakes on the command line": {
        "help": (words("help", queue=True), REFUSED | {"envelopes": [], "says": "--help"}),
        "lone-hyphen": (words("-", "r@s.example"), REFUSED | {"envelopes": []}),
        "typographic-dash": (words("\u2013debug", "r@s.example"), REFUSED | {"envelopes": []}),
        "long-option-with-one-hyphen": (words("-debug", "r@s.example"), REFUSED | {"envelopes": []}),
    },
    "An empty trust file": {
        "among-the-defaults": (pretend("defaults\ntls_trust_file\naccount default\nhost h\n"),
                               {"settings": {"tls_trust_file": "(not set)"}}),
    },
    "localhost": {
        "not-in-the-hosts-file": (words(config="host localhost\nport {port}\nfrom a@b.example\n", before=IN_ETC,
                                        files={"etc/hosts": "", "etc/nsswitch.conf": "hosts: files\n"}),
                                  {"status": 0}),
    },
    "The home folder": {
        "of-somebody-else": (pretend("host h\ntls_trust_file ~x/f\n"), {"settings": {"tls_trust_file": "~x/f"}}),
    },
    "Called as sendmail": {
        "bare-recipient": (words("root", config=ACCOUNT + "maildomain m.example\n", called="sendmail"),
                           rcpts("root@m.example")),
        "bare-author": (letter("From: root (Cron Daemon)\nTo: root\n\nx\n", "-t", called="sendmail",
                               config=ACCOUNT + "maildomain m.example\n"),
                        rcpts("root@m.example") | {"has": [b"\r\nTo: root@m.example\r\n"], "lacks": [b"From: root "]}),
    },
    "Time limits": {
        "socket": (words(config="socket {home}/s\nfrom a@b.example\ntimeout 1\n", before=("timeout", "4"),
                         relay={"unix": True, "dialogue": "mail: hang"}), {"status": 75}),
        "under-tls": (words(config=ACCOUNT + "tls on\ntls_trust_file {ca}\ntimeout 1\n", before=("timeout", "4"),
                            relay={"tls": "starttls", "dialogue": "ehlo/tls: hang"}), {"status": 75}),
    },
    "Debugging": {
        "passwords": (words("-d", "r@s.example", config=ACCOUNT + LOGIN + "auth plain\npassword secret\n",
                            relay=IN_CLEAR),
                      {"status": 0, "hides": ["AHRlc3RlcgBzZWNyZXQ="]}),
    },
    "Order of checks": {
        "config-before-the-message": (letter("\nx\n", "-t", config="nonsense\n"), {"status": 78}),
    },
}


def trials():
    return [Trial(f"{re.sub('[^a-z]+', '-', title.lower())}-{name}", differs=title, ours=ours, **given)
            for title, table in DIFFERENCES.items() for name, (given, ours) in table.items()]
