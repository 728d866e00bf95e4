# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp_trials.py - hand-written trials for msmtp and mailchute: files, accounts, options, messages, replies"""
from .msmtp import ACCOUNT, AS_NOBODY, IN_ETC, Trial

TWO = """
defaults
port 26
tls on
account one
host one.example
from one@example.org
user u1
account two : one
host two.example
from Two@Example.Org
account pattern
host p.example
from *@pattern.example
account plus
host plus.example
from a+b@plus.example
account default : two
host d.example
port 27
"""
NO_DEFAULT = "account x\nhost h\nfrom a@b.example\n"

# name: (config, words)
GRAMMAR = {
    "comments": "# c\n  # d\n\t#e\nhost h\n\n \t \nport 26\n",
    "trailing-comment": "host h\nuser u # no comment\n",
    "blanks": " \t host \t h \t \n\tport\t\t26\t\n",
    "crlf": "host h\r\nport 26\r\nuser u \r\n",
    "no-last-newline": "host h\nport 26",
    "outer-quotes": "host h\nuser \"a b\"\npassword \"\"\n",
    "inner-quotes": "host h\nuser \"a \"b\" c\"\n",
    "unpaired-quote": "host h\nuser \"a\n",
    "lone-quote": "host h\nuser \"\n",
    "single-quotes": "host h\nuser 'a'\n",
    "backslashes": "host h\nuser a\\ b\\n\\\n",
    "empty-quotes": "host h\nfrom \"\"\n",
    "quoted-blanks": "host h\nuser \" a \"\n",
    "upper-case": "HOST h\n",
    "unknown": "host h\nnonsense x\n",
    "only-a-name": "host\n",
    "later-wins": "host h\nport 26\nport 27\nuser a\nuser\n",
    "implicit-account": "port 26\nhost h\naccount x\nhost i\n",
    "implicit-then-default": "host h\naccount default\nhost i\n",
    "empty-file": "",
    "only-comments": "# x\n",
    "defaults-with-argument": "defaults x\n",
    "defaults-twice": "defaults\nport 1\ndefaults\nuser u\naccount default\nhost h\n",
    "defaults-later": "account default\nhost h\ndefaults\nport 77\n",
    "defaults-do-not-travel": "defaults\nport 2525\naccount a\nhost h\ndefaults\nport 2526\naccount default : a\n",
    "what-is-inherited-travels": "account a\nhost h\nport 5\naccount b : a\naccount default : b\nuser u\n",
    "bases-in-order": "account a\nhost h\nport 1\nuser u\naccount b\nhost i\naccount default : a , b\n",
    "bases-reversed": "account a\nhost h\nport 1\nuser u\naccount b\nhost i\naccount default:b,a\n",
    "base-in-quotes": "account \"gmail\"\nhost h\naccount w\nuser u\naccount default : \"gmail\", \"w\"\n",
    "base-in-one-quote": "account \"g\nhost h\naccount default : \"g\n",
    "names-in-quotes": "account g\nhost h\naccount \"default : g\"\nuser u\n",
    "name-in-quotes": "account g\nhost h\naccount \"default\" : g\nuser u\n",
    "base-unset": "account a\nhost h\nuser u\naccount b\nuser\naccount default : a, b\n",
    "base-twice": "account a\nhost h\naccount default : a, a\n",
    "base-of-itself": "account default : default\nhost h\n",
    "base-undefined": "account default : a\nhost h\n",
    "base-empty": "account a\nhost h\naccount default : \n",
    "base-with-empty-part": "account a\nhost h\naccount default : a,\n",
    "account-twice": "account default\nhost h\naccount default\nhost i\n",
    "account-without-name": "account\nhost h\n",
    "account-with-comma": "account a,b\nhost h\n",
    "account-name-is-case-sensitive": "account Default\nhost h\n",
    "account-and-trailing-colon": "account default :\nhost h\n",
    "eval": "host h\neval echo port 26; exit 3\n",
    "eval-quoted": "host h\neval \"echo port 26\"\n",
    "eval-first-line": "host h\neval printf 'port 26\\r\\nport 27\\n'\n",
    "eval-empty-line": "host h\neval echo\n",
    "eval-nothing": "host h\neval true\n",
    "eval-without-command": "host h\neval\n",
    "eval-of-eval": "host h\neval echo eval echo port 26\n",
    "eval-of-account": "host h\neval echo account other\nhost i\n",
    "eval-of-comment": "host h\neval echo '# x'\n",
    "eval-of-password": "host h\neval echo password p\n",
    "eval-of-an-unused-account": "host h\naccount x\neval true\n",
    "eval-long-output": "host h\neval printf 'user %0600d' 1\n",
    "line-of-499": "host h\nuser " + "u" * 494 + "\n",
    "tls-over-a-socket": "socket /x\ntls on\n",
    "tls-over-a-socket-with-name": "socket /x\ntls on\ntls_host_override t\n",
    "no-host": "from a@b\n",
    "socket-only": "socket /x\n",
    "port-465": "host h\ntls on\ntls_starttls off\n",
    "port-25-with-starttls": "host h\ntls on\n",
    "lmtp-without-port": "host h\nprotocol lmtp\n",
    "lmtp-with-port": "host h\nprotocol lmtp\nport 24\n",
    "proxy-without-port": "host h\nproxy_host p\n",
    "key-without-certificate": "host h\ntls_key_file k\n",
    "trust-nobody": "host h\ntls on\ntls_trust_file\n",
    "trust-nobody-without-tls": "host h\ntls_trust_file\n",
    "trust-nobody-but-a-fingerprint": f"host h\ntls on\ntls_trust_file\ntls_fingerprint {':'.join(['0a'] * 32)}\n",
    "trust-everybody": "host h\ntls on\ntls_trust_file\ntls_certcheck off\n",
    "revocation-without-trust": "host h\ntls on\ntls_trust_file\ntls_certcheck off\ntls_crl_file c\n",
    "revocation-without-tls": "host h\ntls_trust_file\ntls_crl_file c\n",
    "auto-from": "host h\nauto_from on\nmaildomain m.example\nfrom a@b\n",
    "auto-from-without-domain": "host h\nauto_from on\n",
    "from-user": "host h\nfrom %U@b\n",
    "from-host": "host h\nfrom %U@%H\ndomain %H\n",
    "from-twice": "host h\nfrom %U%U@%H.%H\n",
    "from-other-letters": "host h\nfrom %X%u@b\n",
    "from-pattern": "host h\nfrom *@b\n",
    "from-missing": "host h\n",
}

# (config, words of --pretend)
CHOICE = {
    "default": (TWO, []),
    "by-name": (TWO, ["-a", "one"]),
    "by-name-inherited": (TWO, ["--account=two"]),
    "by-name-missing": (TWO, ["-a", "three"]),
    "by-name-case": (TWO, ["-a", "One"]),
    "by-name-twice": (TWO, ["-a", "one", "-a", "two"]),
    "by-name-empty": (TWO, ["-a", ""]),
    "by-sender": (TWO, ["-f", "one@example.org"]),
    "by-sender-case": (TWO, ["-f", "tWo@eXample.org"]),
    "by-sender-the-first": (TWO + "account again\nhost again\nfrom one@example.org\n", ["-f", "one@example.org"]),
    "by-sender-with-detail": (TWO, ["-f", "one+detail@example.org"]),
    "by-sender-with-two-details": (TWO, ["-f", "one+a+b@example.org"]),
    "by-sender-with-its-own-plus": (TWO, ["-f", "a+b@plus.example"]),
    "by-sender-with-another-plus": (TWO, ["-f", "a+c@plus.example"]),
    "by-sender-without-the-plus": (TWO, ["-f", "a@plus.example"]),
    "by-pattern": (TWO, ["-f", "x@pattern.example"]),
    "by-pattern-case": (TWO, ["-f", "x@Pattern.example"]),
    "by-pattern-whole-address": (TWO, ["-f", "x@pattern.example.org"]),
    "by-pattern-brackets": ("account default\nhost d\naccount b\nhost h\nfrom [ab]?@x.example\n",
                            ["-f", "a1@x.example"]),
    "by-pattern-not-expanded": ("account default\nhost d\naccount b\nhost h\nfrom %U@x\n", ["-f", "root@x"],),
    "by-sender-none": (TWO, ["-f", "nobody@example.org"]),
    "by-sender-none-and-no-default": (NO_DEFAULT, ["-f", "nobody@example.org"]),
    "by-empty-sender": (TWO, ["-f", ""]),
    "by-empty-sender-an-account": (TWO + "account null\nhost null\nfrom\n", ["-f", ""]),
    "name-and-sender": (TWO, ["-a", "one", "-f", "two@example.org"]),
    "no-default": (NO_DEFAULT, []),
    "no-default-but-a-name": (NO_DEFAULT, ["-a", "x"]),
    "host": (TWO, ["--host=h", "-f", "x@y"]),
    "host-and-account": (TWO, ["--host=h", "-a", "one"]),
    "account-and-host": (TWO, ["-a", "one", "--host=h"]),
    "host-reads-no-file": ("nonsense\n", ["--host=h", "--port=9", "--tls", "--from=x@y"]),
    "override": (TWO, ["--port=99", "--user=", "--tls=off", "--from=x@y"]),
    "override-host-is-none": (TWO, ["--socket=/s"]),
    "override-forbidden": ("host h\nfrom a@b\nallow_from_override off\n", ["-f", "c@d"]),
    "override-forbidden-but-chosen": (TWO + "account strict\nhost strict\nfrom strict@example.org\n"
                                      "allow_from_override off\n",
                                      ["-f", "Strict+x@example.org"]),
    "override-auto-from": ("host h\nauto_from on\nmaildomain m\n", ["-f", "c@d"]),
    "full-name": ("host h\n", ["-F", "Full Name"]),
}
FROM_MESSAGES = {
    "from-the-message": b"From: X <one@example.org>\nSubject: x\n\ny\n",
    "from-the-message-second": b"From:\nFrom: two@example.org, one@example.org\n\ny\n",
}

ENVIRONMENT = {
    "both": ({"SMTPSERVER": "s.example", "EMAIL": "e@b"}, []),
    "server": ({"SMTPSERVER": "s.example"}, []),
    "server-and-sender": ({"SMTPSERVER": "s.example"}, ["-f", "x@y"]),
    "email": ({"EMAIL": "e@b"}, []),
    "both-and-sender": ({"SMTPSERVER": "s.example", "EMAIL": "e@b"}, ["-f", "x@y"]),
    "both-and-options": ({"SMTPSERVER": "s.example", "EMAIL": "e@b"}, ["--port=9", "--tls"]),
    "both-and-account": ({"SMTPSERVER": "s.example", "EMAIL": "e@b"}, ["-a", "x"]),
    "both-and-host": ({"SMTPSERVER": "s.example", "EMAIL": "e@b"}, ["--host=h"]),
}

WORDS = {
    "glued": ["-fx@y"], "separate": ["-f", "x@y"], "long-glued": ["--from=x@y"], "long-separate": ["--from", "x@y"],
    "last-one-wins": ["-f", "x@y", "-fz@y"], "behind-recipients": ["r@s", "-f", "x@y"], "combined": ["-tif", "x@y"],
    "combined-glued": ["-tifx@y"], "end": ["-f", "x@y", "--", "-a", "one"], "nothing": [],
    "abbreviated": ["--acc=one"], "abbreviated-twice": ["--tls-s=off", "--set-f=off"], "ambiguous": ["--tls-c=x"],
    "ambiguous-but-exact": ["--tls"], "unknown": ["--nonsense"], "unknown-letter": ["-Z"], "missing": ["-f"],
    "missing-long": ["--from"], "unwanted": ["--pretend=x"], "optional-separate": ["--tls", "off"],
    "optional-glued": ["--tls=off"], "body-m": ["-bm"], "body-separate": ["-b", "m"], "body-d": ["-bd"],
    "body-t": ["-bt"], "body-x": ["-bx"], "ignored": ["-A", "x", "-Bx", "-hx", "-L", "x", "-O", "x", "-ox", "-o", "i"],
    "ignored-flags": ["-G", "-i", "-m", "-n"], "old": ["-oi", "-oem", "-odi"],
    "from-twice-over": ["-f", "x", "--read-envelope-from"],
    "dsn": ["-N", "failure,delay", "-R", "hdrs"],
    "dsn-long": ["--dsn-notify=never", "--dsn-return=full"], "logfile": ["-X", "/x"], "logfile-none": ["-X", ""],
    "read-recipients": ["-t"], "read-recipients-long": ["--read-recipients"], "password": ["--password=echo x"],
    "help-and-nonsense": ["--help", "--nonsense"],
    "all-of-them": ["--source-ip=1.2.3.4", "--domain=d", "--user=u", "--passwordeval=echo", "--tls-priorities=N",
                    "--tls-host-override=o", "--aliases=/a", "--syslog", "--maildomain=m", "--logfile-time-format=%s"],
}


# Debian 12's msmtp does not know these yet.
NEWER = [
    Trial("grammar-lone-cr-at-the-end", "host h\nport 26\r", since="1.8.33", ours={"status": 0}),
    Trial("choice-by-pattern-with-detail", TWO, ("-P", "-f", "x+y@pattern.example"), since="1.8.33",
          ours={"settings": {"host": "p.example", "from": "x+y@pattern.example"}}),
    Trial("choice-from-the-message-none", TWO, ("-P", "--read-envelope-from"), since="1.8.33", ours={"status": 64}),
    Trial("from-the-header", "host h\nfrom %F\n", message=b"From: X <x@y.example>\n\n", since="1.8.29",
          ours={"settings": {"from": "x@y.example"}}),
    Trial("from-the-header-and-more", "host h\nfrom b+%F\n", message=b"From: X <x@y.example>\n\n", since="1.8.29",
          ours={"settings": {"from": "b+x@y.example"}}),
    Trial("full-name", "host h\nfrom_full_name A\n", ("-P", "-F", "B C"), since="1.8.24",
          ours={"settings": {"from_full_name": "B C"}}),
]

PLAIN = {}
SENDER = "From: Alice <alice@example.org>\n"
HEADER = SENDER + "To: Bob <bob@example.net>\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nMessage-ID: <1@x>\nSubject: s\n"

LETTER = (HEADER + "\nx\n").encode()

# name: (header and body, words)
MESSAGES = {
    "plain": (HEADER + "\nhello\n", ["r@s.example"]),
    "no-final-newline": (HEADER + "\nhello", ["r@s.example"]),
    "crlf": (HEADER.replace("\n", "\r\n") + "\r\nhello\r\n", ["r@s.example"]),
    "empty-body": (HEADER + "\n", ["r@s.example"]),
    "dots": (HEADER + "\n.\n..\n...x\n", ["r@s.example"]),
    "bare": ("\nhello\n", ["r@s.example"]),
    "bare-subject": ("Subject: s\n\nhello\n", ["r@s.example"]),
    "empty-from": ("From:\nSubject: s\n\nhello\n", ["r@s.example"]),
    "empty-from-folded": ("From: \n \nSubject: s\n\nhello\n", ["r@s.example"]),
    "lower-case-fields": ("from: x@y.example\ndate: 2 Mar 2026 10:00 GMT\nmessage-id: <i>\n\nhello\n", ["r@s.example"]),
    "folded": (SENDER + "Subject: a\n b\n\tc\nTo: a@b.example,\n c@d.example\n\nx\n", ["-t"]),
    "bcc": (HEADER + "Bcc: c@d.example\n\nx\n", ["r@s.example"]),
    "bcc-folded-and-twice": (HEADER + "Bcc: c@d.example,\n e@f.example\nX: y\nbCC: g@h.example\n\nx\n", ["-t"]),
    "bcc-kept": (HEADER + "Bcc: c@d.example\n\nx\n", ["-t", "--remove-bcc-headers=off"]),
    "bcc-kept-by-an-old-name": (HEADER + "Bcc: c@d.example\n\nx\n", ["-t", "--keepbcc"]),
    "bcc-in-the-body": (HEADER + "\nBcc: c@d.example\n", ["-t"]),
    "to-cc-bcc": (HEADER + "Cc: c@c.example\nBcc: d@d.example\nTo: e@e.example\n\nx\n", ["-t"]),
    "to-and-arguments": (HEADER + "\nx\n", ["r@s.example", "-t", "t@u.example"]),
    "to-empty": (SENDER + "To:\nCc: \n\nx\n", ["-t"]),
    "to-missing": (SENDER + "\nx\n", ["-t"]),
    "to-group": (SENDER + "To: friends: a@b.example, C <c@d.example>;, e@f.example\n\nx\n", ["-t"]),
    "to-empty-group": (SENDER + "To: undisclosed-recipients:;\nBcc: a@b.example\n\nx\n", ["-t"]),
    "to-comments": (SENDER + "To: (c) a@b.example (d (e)), f@g.example\n\nx\n", ["-t"]),
    "to-quoted-name": (SENDER + 'To: "Doe, J \\"x\\" <n@o>" <a@b.example>\n\nx\n', ["-t"]),
    "to-encoded-name": (SENDER + "To: =?utf-8?q?J=C3=B6?= <a@b.example>\n\nx\n", ["-t"]),
    "resent": (HEADER + "Resent-From: x@y.example\nResent-To: a@b.example\nResent-Cc: c@d.example\n\nx\n", ["-t"]),
    "resent-two-blocks": ("Resent-To: a@b.example\nX: y\nResent-To: c@d.example\n" + HEADER + "\nx\n", ["-t"]),
    "from-off": ("Subject: s\n\nx\n", ["r@s.example", "--set-from-header=off"]),
    "date-and-id-off": ("Subject: s\n\nx\n", ["r@s.example", "--set-date-header=off", "--set-msgid-header=off"]),
    "full-name": ("Subject: s\n\nx\n", ["r@s.example", "-F", "Full Name"]),
    "full-name-on": (HEADER + "\nx\n", ["r@s.example", "-F", "Full Name", "--set-from-header=on"]),
    "sender": (HEADER + "\nx\n", ["r@s.example", "-f", "c@d.example"]),
    "sender-from-message": (HEADER + "\nx\n", ["r@s.example", "--read-envelope-from"]),
    "sender-null": (HEADER + "\nx\n", ["r@s.example", "-f", "<>"]),
    "sender-empty": (HEADER + "\nx\n", ["r@s.example", "-f", ""]),
    "sender-daemon": (HEADER + "\nx\n", ["r@s.example", "-f", "MAILER-DAEMON"]),
    "sender-daemon-lower-case": (HEADER + "\nx\n", ["r@s.example", "-f", "mailer-daemon"]),
    "sender-bare": (HEADER + "\nx\n", ["r@s.example", "-f", "root"]),
    "sender-quoted": (HEADER + "\nx\n", ["r@s.example", "-f", '"a b"@c.example']),
    "sender-utf8": (HEADER + "\nx\n", ["r@s.example", "-f", "ö@c.example"]),
    "recipient-bare": (HEADER + "\nx\n", ["root"]),
    "recipient-with-name": (HEADER + "\nx\n", ["Bob <bob@example.net>"]),
    "recipient-list": (HEADER + "\nx\n", ["a@b.example, c@d.example", "e@f.example"]),
    "recipient-group": (HEADER + "\nx\n", ["g: a@b.example, c@d.example;"]),
    "recipient-brackets": (HEADER + "\nx\n", ["<a@b.example>"]),
    "recipient-too-long": (HEADER + "\nx\n", ["a@" + "b" * 8200]),
    "recipient-with-apostrophe": (HEADER + "\nx\n", ["o'n@b.example"]),
    "recipient-literal": (HEADER + "\nx\n", ["a@[127.0.0.1]"]),
    "recipient-dashes": (HEADER + "\nx\n", ["--", "-a@b.example"]),
    "recipient-utf8": (HEADER + "\nx\n", ["ö@b.example"]),
    "recipients-none": (HEADER + "\nx\n", []),
    "recipients-150": (HEADER + "\nx\n", [f"r{n}@s.example" for n in range(150)]),
    "dsn": (HEADER + "\nx\n", ["r@s.example", "-N", "failure,delay", "-R", "hdrs"]),
    "dsn-never": (HEADER + "\nx\n", ["r@s.example", "-N", "never", "-R", "full"]),
    "8-bit": (HEADER + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße\n",
              ["r@s.example"]),
    "long-line": (HEADER + "\n" + "x" * 990 + "\n", ["r@s.example"]),
    "large": (HEADER + "\n" + "line after line\n" * 20000, ["r@s.example"]),
    "received-first": ("Received: by x\nSubject: s\n\nx\n", ["r@s.example"]),
}


TLS = "tls on\ntls_trust_file {ca}\n"
TLS_AT_ONCE = TLS + "tls_starttls off\n"
LOGIN = "auth on\nuser tester\n"
WITH_LOGIN = {"auth": ("PLAIN",), "tls": "starttls"}
IN_CLEAR = {"auth": ("PLAIN",), "auth_in_clear": True}
STATUS, QUEUED, THE_LOG = "Exit statuses", "A queue", "The log"
LOG = "logfile {home}/log\nlogfile_time_format T\n"

# name: (the dialogue, more options of the relay, more lines of the config; the difference, and mailchute's exit status)
REPLIES = {
    "accepted": ("", {}, ""),
    "accepted-in-lines": ("dot: 250-2.0.0 taken | 250 2.0.0 it's 'q'", {}, ""),
    "greeting-421": ("greeting: 421 busy", {}, "", STATUS, 75),
    "greeting-554": ("greeting: 554 go away", {}, "", STATUS, 69),
    "greeting-nonsense": ("greeting: raw hello\\r\\n", {}, ""),
    "greeting-lost": ("greeting: close", {}, "", STATUS, 75),
    "ehlo-550": ("ehlo: 550 no", {}, ""),
    "ehlo-502-helo-550": ("ehlo: 502 no\nhelo: 550 no", {}, "", STATUS, 69),
    "ehlo-lost": ("ehlo: close", {}, "", STATUS, 75),
    "starttls-not-offered": ("", {}, TLS),
    "starttls-454": ("starttls: 454 no", {"tls": "starttls"}, TLS, STATUS, 75),
    "certificate-of-a-stranger": ("", {"tls": "starttls"}, "tls on\n"),
    "certificate": ("", {"tls": "starttls"}, TLS),
    "certificate-at-once": ("", {"tls": "implicit"}, TLS_AT_ONCE),
    "certificate-of-another-name": ("", {"tls": "implicit"}, TLS_AT_ONCE + "tls_host_override x\n"),
    "certificate-unchecked": ("", {"tls": "implicit"}, "tls on\ntls_starttls off\ntls_certcheck off\n"),
    "trust-file-missing": ("", {"tls": "implicit"}, "tls on\ntls_starttls off\ntls_trust_file /nowhere\n"),
    "auth-not-offered": ("", {}, "auth on\nuser u\npassword p\n"),
    "auth-plain": ("", WITH_LOGIN, LOGIN + TLS + "password secret\n"),
    "auth-wrong-password": ("", WITH_LOGIN, LOGIN + TLS + "password x\n"),
    "auth-454": ("auth: 454 later", WITH_LOGIN, LOGIN + TLS + "password x\n", STATUS, 75),
    "auth-other-method": ("", WITH_LOGIN, LOGIN + TLS + "auth login\npassword x\n"),
    "auth-in-clear": ("", IN_CLEAR, "auth plain\nuser tester\npassword secret\n"),
    "auth-of-our-choice-in-clear": ("", IN_CLEAR, LOGIN + "password secret\n", "Passwords in clear text", 0),
    "auth-passwordeval": ("", WITH_LOGIN, LOGIN + TLS + "passwordeval echo secret\n"),
    "passwordeval-nothing": ("", WITH_LOGIN, LOGIN + TLS + "passwordeval true\n", THE_LOG, 78),
    "mail-550": ("mail: 550 no", {}, ""),
    "mail-451": ("mail: 451 later", {}, "", STATUS, 75),
    "mail-252": ("mail: 252 perhaps", {}, "", STATUS, 76),
    "rcpt-550": ("rcpt: 550 no", {}, ""),
    "rcpt-450": ("rcpt: 450 later", {}, "", STATUS, 75),
    "rcpt-251": ("rcpt: 251 elsewhere", {}, ""),
    "rcpt-252": ("rcpt: 252 perhaps", {}, "", STATUS, 0),
    "rcpt-second-550": ("rcpt <c@d.example>: 550 no", {}, ""),
    "data-554": ("data: 554 no", {}, ""),
    "data-451": ("data: 451 later", {}, "", STATUS, 75),
    "dot-554": ("dot: 554 5.6.0 it's spam", {}, ""),
    "dot-452": ("dot: 452 later", {}, "", STATUS, 75),
    "dot-lost": ("dot: close", {}, "", STATUS, 75),
    "dot-251": ("dot: 251 what", {}, "", STATUS, 0),
    "quit-500": ("quit: 500 no", {}, ""),
    "quit-lost": ("quit: close", {}, ""),
    "dsn-not-offered": ("", {"extensions": ("PIPELINING",)}, "dsn_notify failure\n"),
    "without-extensions": ("", {"extensions": ()}, ""),
    "lmtp": ("", {"lmtp": True}, "protocol lmtp\n", THE_LOG, 0),
    "lmtp-one-refused": ("dot <c@d.example>: 550 no", {"lmtp": True}, "protocol lmtp\n", THE_LOG, 69),
    "socket": ("", {"unix": True}, "socket {home}/s\n"),
}


ALIASES = {
    "one": ("root: a@b.example\n", ["root"]),
    "comments": ("# x\nroot: a@b.example # y\n\n", ["root"]),
    "nested": ("root: bob\nbob: a@b.example\n", ["root"]),
    "default": ("default: d@e.example\n", ["x"]),
    "no-default": ("root: a@b.example\n", ["x"]),
    "default-to-itself": ("default: nobody\n", ["x"]),
    "default-is-not-for-addresses": ("default: x@y.example\n", ["a@b.example"]),
    "loop": ("a: b\nb: a\n", ["a"]),
    "to-itself": ("a: a\n", ["a"]),
    "missing": (None, ["root"]),
    "missing-and-not-needed": (None, ["a@b.example"]),
    "twice-the-same": ("a: b@c\na: d@e.example\n", ["a"]),
    "two-colons": ("a: b@c.example: d\n", ["a"]),
    "no-colon": ("a b@c\n", ["a"]),
    "include": ("a: :include:/x\n", ["a"]),
    "command-of-others": ("a: |cat\nb: c@d.example\n", ["b"]),
    "null-device-of-others": ("nobody: /dev/null\nb: c@d.example\n", ["b"]),
    "read-from-the-message": ("root: a@b.example\n", ["-t", "root"]),
    "empty-file": ("", ["root"]),
    "no-final-newline": ("root: a@b.example", ["root"]),
    "crlf": ("root: a@b.example\r\n", ["root"]),
    "blanks": (" root : a@b.example \n", ["root"]),
    "local-target": ("root: bob\n", ["root"]),
    "among-addresses": ("root: a@b.example\n", ["x@y.example", "root", "z@y.example"]),
    "quoted-target": ('a: "b c"@d.example\n', ["a"]),
    "tilde": ("root: a@b.example\n", ["root", "--aliases=~/aliases"]),
    "none-on-the-command-line": ("root: a@b.example\n", ["root", "--aliases="]),
}

OTHER = {"other": "host o\n"}
# name: (the user's file, other files, words, environment)
FILES = {
    "none": (None, {}, [], {}),
    "none-but-an-account": (None, {}, ["-a", "x"], {}),
    "named": ("host h\n", OTHER, ["-C", "{home}/other"], {}),
    "named-twice": ("host h\n", OTHER, ["-C", "{home}/none", "--file={home}/other"], {}),
    "named-and-missing": ("host h\n", {}, ["-C", "{home}/none"], {}),
    "named-by-tilde": ("host h\n", {}, ["-C", "~/.msmtprc"], {}),
    "xdg": (None, {".config/msmtp/config": "host xdg\n"}, [], {}),
    "xdg-elsewhere": (None, {"x/msmtp/config": "host xdg\n"}, [], {"XDG_CONFIG_HOME": "{home}/x"}),
    "xdg-not-there": (None, {".config/msmtp/config": "host xdg\n"}, [], {"XDG_CONFIG_HOME": "{home}/x"}),
    "both": ("host h\n", {".config/msmtp/config": "host xdg\n"}, [], {}),
    "both-and-a-fault": ("nonsense\n", {".config/msmtp/config": "host xdg\n"}, [], {}),
}

EXPANSIONS = {
    "control-characters": ("host h\nfrom %U@%H\ndomain %H.x\n", [], {"HOSTNAME": "a\x01b", "USER": "u\x7fv"}),
    "login-name": ("host h\nfrom %U@x\n", [], {"USER": "me"}),
    "canonical-name": ("host h\nfrom %U@%C\n", [], {"USER": "me", "HOSTNAME": "localhost"}),
    "canonical-name-unknown": ("host h\nfrom %U@%C\n", [], {"USER": "me", "HOSTNAME": "nowhere.invalid"}),
    "of-the-option": ("host h\n", ["-f", "%U@x"], {"USER": "me"}),
    "of-a-pattern": ("account default\nhost d\naccount p\nhost p\nfrom %U*@x\n", ["-f", "%U1@x"], {"USER": "me"}),
    "mail-name-missing": ("host h\nfrom %M\n", [], {}),
    "domain": ("host h\ndomain %H-%H.%U\n", [], {"HOSTNAME": "h"}),
}

MODES = {
    "version": ["--version"], "help": ["--help"], "version-first": ["--version", "r@s"], "debug-version": ["-d0.1"],
    "no-recipients": [], "serverinfo-with-recipients": ["-S", "r@s"], "serverinfo-unreachable": ["-S"],
    "unreachable": ["r@s"], "unknown-host": ["r@s", "--host=nowhere.invalid"],
    "no-such-socket": ["r@s", "--host=x", "--socket=/nowhere"], "foreign-address": ["r@s", "--source-ip=192.0.2.1"],
    "nonsense-address": ["r@s", "--source-ip=x"], "log-unwritable": ["r@s", "-X", "/nowhere/log"],
    "two-modes": ["--version", "--nonsense"],
}


# Files of the system, which both read in a mount namespace: name: (files in /etc, the user's, words)
SYSTEM_ONE = "defaults\nport 99\naccount one\nhost sys1.example\nfrom one@example.org\n" \
    "account default\nhost sys.example\n"
SYSTEM = {
    "alone": ({"msmtprc": SYSTEM_ONE}, None, []),
    "alone-by-name": ({"msmtprc": SYSTEM_ONE}, None, ["-a", "one"]),
    "user-replaces-accounts": ({"msmtprc": SYSTEM_ONE}, "account one\nhost user.example\n", ["-a", "one"]),
    "user-leaves-the-others": ({"msmtprc": SYSTEM_ONE}, "account two\nhost user.example\n", []),
    "its-accounts-come-first": ({"msmtprc": SYSTEM_ONE}, "account two\nhost user.example\nfrom one@example.org\n",
                                ["-f", "one@example.org"]),
    "its-defaults-stay": ({"msmtprc": "defaults\nport 99\n"}, "account default\nhost h\n", []),
    "no-base-of-a-user": ({"msmtprc": SYSTEM_ONE}, "account two : one\n", []),
    "with-a-named-file": ({"msmtprc": SYSTEM_ONE}, None, ["-C", "{home}/other"]),
    "with-host": ({"msmtprc": "nonsense\n"}, None, ["--host=h"]),
    "faulty": ({"msmtprc": "nonsense\n"}, "host h\n", []),
    "password-for-all-to-read": ({"msmtprc": "host h\npassword p\n"}, None, []),
    "eval-that-says-nothing": ({"msmtprc": "host h\neval true\n"}, None, []),
    "mail-name": ({"mailname": "mail.example\nsecond.example\n"}, "host h\nfrom %U@%M\ndomain %M\n", []),
    "mail-name-without-end": ({"mailname": "mail.example"}, "host h\nfrom x@%M\n", []),
    "mail-name-empty": ({"mailname": ""}, "host h\nfrom x@%M\n", []),
}

PASSWORD = "host h\npassword p\n"
# As a user who is not root: name: (mode, the file's owner, its text)
PERMISSIONS = {
    "0600": (0o600, 65534, PASSWORD), "0400": (0o400, 65534, PASSWORD), "0640": (0o640, 65534, PASSWORD),
    "0604": (0o604, 65534, PASSWORD), "0700": (0o700, 65534, PASSWORD), "0644-of-root": (0o644, 0, PASSWORD),
    "0644-empty-password": (0o644, 65534, "host h\npassword\n"),
    "0666-no-password": (0o666, 65534, "host h\nuser u\n"),
    "0644-command": (0o644, 65534, "host h\npasswordeval echo x\n"),
    "0644-of-eval": (0o644, 65534, "host h\neval echo password p\n"),
    "0600-of-root": (0o600, 0, "host h\n"), "0000": (0o000, 65534, "host h\n"),
}


def posix(trials):
    """The same with POSIXLY_CORRECT: the first recipient ends the options."""
    for name in ("behind-recipients", "separate", "end"):
        trials.append(Trial(f"words-posix-{name}", TWO, ("-P", *WORDS[name]), env={"POSIXLY_CORRECT": "1"}))


def pretended():
    trials = [Trial(f"grammar-{name}", config) for name, config in GRAMMAR.items()]
    trials += [Trial(f"choice-{name}", config, ("-P", *words)) for name, (config, words) in CHOICE.items()]
    trials += [Trial(f"choice-{name}", TWO, ("-P", "--read-envelope-from"), message)
               for name, message in FROM_MESSAGES.items()]
    for name, (env, words) in ENVIRONMENT.items():
        trials.append(Trial(f"environment-{name}", None, ("-P", *words), env=env))
        trials.append(Trial(f"environment-with-a-file-{name}", "host h\n", ("-P", *words), env=env))
    trials += [Trial(f"words-{name}", TWO, ("-P", *words)) for name, words in WORDS.items()]
    trials += [Trial(f"expansion-{name}", config, ("-P", *words), env=env)
               for name, (config, words, env) in EXPANSIONS.items()]
    trials += [Trial(f"mode-{name}", ACCOUNT, tuple(words)) for name, words in MODES.items()]
    posix(trials)
    return trials + [*with_files(), *of_the_system(), *permitted()] + NEWER


def replies():
    for name, (dialogue, options, lines, *differs) in REPLIES.items():
        title, ours = (differs[0], {"status": differs[1]}) if differs else ("", {})
        yield Trial(f"reply-{name}", ACCOUNT + LOG + lines, ("r@s.example", "c@d.example"), LETTER,
                    relay={"dialogue": dialogue, **options}, differs=title, ours=ours)


def with_aliases():
    for name, (text, words) in ALIASES.items():
        yield Trial(f"aliases-{name}", ACCOUNT + "aliases {home}/aliases\n", tuple(words), LETTER,
                    files={"aliases": text}, relay=PLAIN)


def with_files():
    for name, (config, files, words, env) in FILES.items():
        yield Trial(f"files-{name}", config, ("-P", *words), files=files, env=env)
    yield Trial("files-home-empty", "host h\n", env={"HOME": ""})
    yield Trial("files-home-unset", "host h\n", before=("env", "-u", "HOME"))


def of_the_system():
    for name, (files, config, words) in SYSTEM.items():
        files = {f"etc/{file}": text for file, text in files.items()}
        yield Trial(f"system-{name}", config, ("-P", *words), files={"other": "host o\n", "etc/x": "", **files},
                    env={"USER": "me"}, before=IN_ETC)


def permitted():
    for name, (mode, owner, config) in PERMISSIONS.items():
        for words in (["-P"], ["-P", "-C", "{home}/.msmtprc"]):
            yield Trial(f"permissions-{name}-{'named' if words[1:] else 'found'}", config, tuple(words),
                        before=AS_NOBODY, mode=mode, owner=owner)


def elsewhere():
    """To a host that is not known to be this machine: a name and a password go in clear if the account says so."""
    lines = "host relay.example\n" + LOGIN + "auth plain\npassword secret\ntls off\n"
    return Trial("reply-auth-in-clear-elsewhere", ACCOUNT + lines, ("r@s.example",), LETTER, before=IN_ETC,
                 files={"etc/hosts": "127.0.0.1 relay.example\n"}, relay=IN_CLEAR)


def sent():
    letters = [Trial(f"message-{name}", ACCOUNT, tuple(words), message.encode(), relay=PLAIN)
               for name, (message, words) in MESSAGES.items()]
    return [elsewhere(), *with_aliases(), *replies(), *letters]
