# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp_defects.py - mistakes of msmtp, past and present, each with the right result

mailchute has to be right. The wrong result of Debian 12's msmtp shows that the case can fail; a later
msmtp that is right is reported, and fails nothing.
"""
import functools
import os
import re
import stat
import subprocess
from tests.lib.harness import PROGRAM, expect, run_program
from tests.lib.proxy import Proxy
from tests.lib.relay import Relay
from . import msmtp
from .msmtp import ACCOUNT, MSMTP, Trial, outcome
from .msmtp_differences import BIG, TARGETS, letter, pretend, with_aliases, words
from .msmtp_trials import HEADER, IN_CLEAR, LOG, LOGIN, TLS


DEBIAN_12 = (1, 8, 23)
# The program, which may be below /tmp itself, goes along into the home.
WITHOUT_TMP = ("unshare", "--mount", "--propagation", "private", "sh", "-c",
               'cp "$2" "$1" && program=/mnt/${2##*/} && mount --bind "$1" /mnt && mount -t tmpfs -o ro tmpfs /tmp && '
               'mount -t tmpfs -o ro tmpfs /var/tmp && shift 2 && HOME=/mnt && export HOME && exec "$program" "$@"',
               "sh", "{home}")
TRACED = ("strace", "-f", "-qq", "-e", "trace=write,writev,sendto,sendmsg", "-o", "{home}/trace")
GREEK = "=?UTF-8?B?zrE=?= <a@b.example>"


def content(outcome):
    return b"".join(outcome.contents)


def rcpts(outcome):
    return [line[len("RCPT TO:<"):-1] for envelope in outcome.envelopes for line in envelope[1:]]


def has_bare_cr(text):
    return re.search(rb"\r(?!\n)", text)


def is_whole(outcome):
    """The big message is complete, or it was refused."""
    return outcome.status != 0 or content(outcome) == BIG.replace(b"\n", b"\r\n")


def is_refused(outcome):
    """Refused without a command to the relay."""
    return outcome.status != 0 and not outcome.relay.connections


def goes_to(*addresses):
    return lambda outcome: rcpts(outcome) == list(addresses)


def arrives_for(*addresses):
    """The relay accepted only these recipients, and the message."""
    return lambda outcome: [t.recipients for t in outcome.relay.received] == [list(addresses)]


def status_is(*statuses):
    return lambda outcome: outcome.status in statuses


def lacks(*parts):
    return lambda outcome: all(part not in content(outcome) for part in parts)


def has(*parts):
    return lambda outcome: all(part in content(outcome) for part in parts)


def is_private(outcome):
    return stat.S_IMODE((outcome.home / "log").stat().st_mode) == 0o600


def is_logged(outcome):
    return outcome.status != 0 and bool(outcome.log)


def writes_few(outcome):
    """The message is written in blocks of lines, not with a call for each line."""
    calls = (outcome.home / "trace").read_text().splitlines()
    return outcome.status == 0 and 0 < len(calls) < 1000


def tells_the_reason(outcome):
    return b"552 5.3.4 too big" in outcome.result.stderr


# name: (the input, the right result)
DEFECTS = {
    # lost, cut or changed without a word
    "passwordeval-eats-the-message": (letter(BIG, config=ACCOUNT + LOGIN + "auth plain\npasswordeval cat >/dev/null; "
                                             "echo secret\n", relay=IN_CLEAR), is_whole),
    "eval-eats-the-message": (letter(BIG, config=ACCOUNT + "eval cat >/dev/null; echo user u\n"), is_whole),
    "recipients-behind-an-empty-line": (words("a@b.example\n\n", "c@d.example"),
                                        lambda o: o.status != 0 or "c@d.example" in rcpts(o)),
    "33rd-target-of-an-alias": (with_aliases("a: " + ",".join(TARGETS) + "\n", "a"), goes_to(*TARGETS)),
    "alias-behind-a-nested-one": (with_aliases("root: bob, eve\nbob: a@b.example\neve: c@d.example\n", "root", "eve"),
                                  lambda o: "eve" not in rcpts(o)),
    "default-behind-an-alias": (with_aliases("default: d@e.example\nroot: a@b.example\n", "root", "x"),
                                goes_to("a@b.example", "d@e.example")),
    "alias-of-nothing": (with_aliases("a:\n", "a"), lambda o: "" not in rcpts(o)),
    "alias-with-a-trailing-comma": (with_aliases("a: b@c.example,\n", "a"), lambda o: "" not in rcpts(o)),
    "bare-cr-in-a-field": (letter(b"Subject: a\rb\n\nx\n"),
                           lambda o: b"ab" not in content(o) and not has_bare_cr(content(o))),
    "bare-cr-in-the-body": (letter(b"Subject: s\n\na\rb\n"), lambda o: not has_bare_cr(content(o))),
    "bare-cr-around-a-dot": (letter(b"Subject: s\n\na\r.\rb\n"), lambda o: not has_bare_cr(content(o))),
    "nul-in-the-body": (letter(b"Subject: s\n\na\0b\n"), lacks(b"\0")),
    "nul-ends-the-header": (letter(b"X: y\n\0\nBcc: c@d.example\n\nx\n"), lacks(b"Bcc: c@d")),
    "one-of-three-refused": (words("r@s.example", "c@d.example", "e@f.example", called="sendmail", queue=True,
                                   relay={"dialogue": "rcpt <c@d.example>: 550 no"}),
                             arrives_for("r@s.example", "e@f.example")),
    "no-empty-line": (letter("hello\n"), has(b"\r\n\r\nhello\r\n")),
    "mailbox-line": (letter("From a@b Mon\nSubject: s\n\nx\n"), lacks(b"From a@b")),
    "nul-in-the-config": (pretend(b"host h\nuser a\0b\n"), status_is(78)),
    "password-of-a-command-that-failed": (words(config=ACCOUNT + LOGIN + "auth plain\npasswordeval echo secret; "
                                                "false\n", relay=IN_CLEAR), is_refused),
    # disclosed to the wrong people
    "bcc-with-a-blank": (letter(HEADER + "Bcc : c@d.example\n\nx\n"), lacks(b"c@d.example")),
    "resent-bcc": (letter(HEADER + "Resent-Bcc: c@d.example\n\nx\n"), lacks(b"c@d.example")),
    "second-author-becomes-a-recipient": (letter("From: a@x.example, b@y.example\nTo: c@z.example\n\nx\n", "-t"),
                                          goes_to("c@z.example")),
    "password-in-the-trace": (words("-d", "r@s.example", config=ACCOUNT + LOGIN + "auth plain\npassword secret\n",
                                    relay=IN_CLEAR), lambda o: b"AHRlc3RlcgBzZWNyZXQ=" not in o.result.stdout),
    "log-for-all-to-read": (words(config=ACCOUNT + LOG), is_private),
    # more commands and fields than intended
    "command-in-the-sender": (words("-f", "a@b>\r\nRCPT TO:<evil@x.example", "r@s.example"), is_refused),
    "field-in-the-sender": (letter("\nx\n", "-f", "a@b.example\nX: y", "r@s.example"), is_refused),
    "command-in-the-domain": (words("--domain=a\r\nRSET", "r@s.example"), is_refused),
    "bracket-in-a-recipient": (words("a@b.example>"), goes_to("a@b.example")),
    "brackets-around-the-sender": (words("-f", "<x@y.example>", "r@s.example"), status_is(0)),
    # addresses misread
    "at-in-quotes": (words('"a@b"@c.example'), goes_to('"a@b"@c.example')),
    "escape-in-quotes": (words('"a\\"b"@c.example'), goes_to('"a\\"b"@c.example')),
    "blank-in-quotes": (words('<"a b"@c.example>'), goes_to('"a b"@c.example')),
    "blanks-around-at": (words("a @ b.example"), goes_to("a@b.example")),
    "lone-resent-date": (letter(HEADER + "Resent-Date: x\n\nx\n", "-t"), goes_to("bob@example.net")),
    "letter-of-no-field": (letter("Subject: s\n\nx\n", config=ACCOUNT + "from %F\n"), is_refused),
    "pattern-as-sender": (words(config=ACCOUNT + "from *@b.example\n"), is_refused),
    "name-that-needs-quotes": (letter("\nx\n", "-F", "Doe, J", "r@s.example"),
                               has(b'From: "Doe, J" <a@b.example>\r\n')),
    "name-by-the-locale": (letter("\nx\n", "-F", "\u03b1", "r@s.example", env={"LC_ALL": "C"}), has(GREEK.encode())),
    "from-field-of-nobody": (letter("\nx\n", "-f", "", "r@s.example"), lacks(b"From: \r\n")),
    # no end, or a wrong end
    "silence-under-tls": (words(config=ACCOUNT + "tls on\ntls_trust_file {ca}\ntimeout 1\n", before=("timeout", "4"),
                                relay={"tls": "starttls", "dialogue": "ehlo/tls: hang"}), status_is(75)),
    "silence-at-a-socket": (words(config="socket {home}/s\nfrom a@b.example\ntimeout 1\n", before=("timeout", "4"),
                                  relay={"unix": True, "dialogue": "mail: hang"}), status_is(75)),
    "reason-of-an-early-end": (letter(BIG * 20, relay={"dialogue": "content: read 1000 ; 552 5.3.4 too big ; reset"}),
                               tells_the_reason),
    "later-is-not-never": (words(relay={"dialogue": "dot: 452 later"}), status_is(75)),
    "busy-is-not-nonsense": (words(relay={"dialogue": "greeting: 421 busy"}), status_is(75)),
    "lost-is-not-nonsense": (words(relay={"dialogue": "mail: close"}), status_is(75)),
    "early-failure-is-not-logged": (letter("\nx\n", "-t", config=ACCOUNT + LOG), is_logged),
    "no-place-for-temporary-files": (words(before=WITHOUT_TMP), status_is(0)),
    "a-call-for-each-line": (letter(BIG, before=TRACED), writes_few),
    "busy-at-ehlo": (words(relay={"dialogue": "ehlo: 421 busy"}),
                     lambda o: o.status == 75 and "HELO" not in o.relay.connections[0].verbs),
    "login-put-off": (words(config=ACCOUNT + LOGIN + "auth plain\npassword secret\n",
                            relay={**IN_CLEAR, "dialogue": "auth: 454 4.7.0 later"}), status_is(75)),
    "login-by-certificate-without-a-user": (words(config=ACCOUNT + TLS + "tls_cert_file {cert}\ntls_key_file {key}\n"
                                                  "auth external\n", relay={"auth": ("EXTERNAL",), "tls": "starttls"}),
                                            status_is(0)),
    "netrc-entry-without-a-password": (words(config=ACCOUNT + LOGIN + "auth plain\n", relay=IN_CLEAR,
                                             files={".netrc": "machine 127.0.0.1 login tester\n"}), status_is(77)),
    # input that is not understood, or misunderstood
    "line-of-500": (pretend("host h\nuser " + "u" * 495 + "\n"), status_is(0)),
    "relay-in-brackets": (words(config=ACCOUNT + "host [127.0.0.1]\n"), status_is(0)),
    "lmtp-on-a-socket": (words(config="socket {home}/s\nprotocol lmtp\nfrom a@b.example\n",
                               relay={"unix": True, "lmtp": True}), status_is(0)),
    "condition-that-is-none": (pretend("host h\ndsn_notify delaysuccess,\n"), status_is(78)),
    "relay-named-like-an-extension": (words(config=ACCOUNT + "dsn_notify failure\n",
                                            relay={"dialogue": "ehlo: 250-dsn.example | 250 PIPELINING"}),
                                      status_is(69)),
    "extension-by-its-beginning": (words(config=ACCOUNT + "dsn_notify failure\n",
                                         relay={"dialogue": "ehlo: 250-x | 250 DSNX"}), status_is(69)),
    "two-codes-in-a-reply": (words(relay={"dialogue": "mail: 250-a | 550 b"}), status_is(76)),
    "larger-than-the-relay-takes": (letter(HEADER + "\n" + "x" * 500 + "\n", relay={"size": 100}),
                                    lambda o: o.status == 65 and not o.relay.transactions),
    "address-that-the-relay-can-not-read": (words("\u00f6@b.example", relay={"extensions": ()}),
                                            lambda o: o.status == 65 and not o.relay.transactions),
    "option-r": (words("-r", "x@y.example", "r@s.example"), status_is(0)),
    "option-V": (words("-V", "id", "r@s.example"), status_is(0)),
    "mode-bs": (words("-bs"), status_is(0)),
}


def judge(name, is_right):
    """Whether both are right; mailchute has to be, and Debian 12's msmtp must not."""
    expect(is_right["mailchute"], f"{name}: mailchute makes the same mistake")
    if msmtp.msmtp_version() <= DEBIAN_12:
        expect(not is_right["msmtp"], f"{name}: msmtp does not make this mistake, so the case shows nothing")
    elif is_right["msmtp"]:
        print(f"# {name}: msmtp does not make this mistake any more")


def case(name, folder):
    given, rule = DEFECTS[name]
    trial = Trial(name, **given)
    theirs, ours = msmtp.theirs_and_ours(folder, trial)
    judge(f"{name}\n{msmtp.tell(trial, theirs, ours, msmtp.Outcome.COMPARED)}",
          {"msmtp": bool(rule(theirs)), "mailchute": bool(rule(ours))})


def connects_too_early(program, more, folder, limit):
    """Whether the relay hears of the message while its producer has not finished it."""
    folder.mkdir()
    with Relay() as relay:
        config = folder / ".msmtprc"
        config.write_text(ACCOUNT.replace("{port}", str(relay.port)))
        with subprocess.Popen([program, *more, "r@s.example"], stdin=subprocess.PIPE,
                              env={**os.environ, "HOME": str(folder)}) as process:
            process.stdin.write(BIG)  # more than a pipe holds, so that it is being read
            process.stdin.flush()
            seen = relay.wait_connection(limit=limit)
            process.stdin.close()
            expect(process.wait(20) == 0 and relay.wait_message(), "it was not sent")
    return seen


def slow_producer(folder):
    """The session is not held open while the message is still being written."""
    judge("slow producer", {"msmtp": not connects_too_early(MSMTP, (), folder / "theirs", 20),
                            "mailchute": not connects_too_early(PROGRAM, ("--queue=off",), folder / "ours", 1)})


def sends_by_proxy_in_pieces(program, more, folder):
    folder.mkdir()
    with Relay() as relay, Proxy(pieces=True) as proxy:
        (folder / ".msmtprc").write_text(ACCOUNT.replace("{port}", str(relay.port)) +
                                         f"proxy_host 127.0.0.1\nproxy_port {proxy.port}\n")
        result = run_program([*more, "r@s.example"], (HEADER + "\nx\n").encode(), home=folder, program=program)
        expect(proxy.clients, f"the proxy was not asked: {result}")
        return result.status == 0 and relay.wait_message()


def proxy_reply_in_pieces(folder):
    judge("proxy's reply in pieces", {"msmtp": sends_by_proxy_in_pieces(MSMTP, (), folder / "theirs"),
                                      "mailchute": sends_by_proxy_in_pieces(PROGRAM, ("--queue=off",),
                                                                            folder / "ours")})


def add_cases(suite):
    for name in DEFECTS:
        suite.add(f"msmtp-defect-{name}", functools.partial(case, name))
    suite.add("msmtp-defect-slow-producer", slow_producer)
    suite.add("msmtp-defect-proxy-reply-in-pieces", proxy_reply_in_pieces)
