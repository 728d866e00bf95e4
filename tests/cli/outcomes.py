# SPDX-License-Identifier: GPL-3.0-or-later
"""outcomes.py - every exit status with the situations that lead to it, and the log line of each to the letter"""
import contextlib
import functools
import stat
from tests.lib.harness import expect, run_program, write_private
from tests.lib.relay import Relay, default_certs


MESSAGE = b"From: Alice <alice@example.org>\nDate: Mon, 1 Jan 2024 10:20:30 +0000\nMessage-ID: <i@x>\n\nhello\n"
ACCOUNT = "queue off\nhost 127.0.0.1\nport {port}\nfrom a@b.example\nlogfile {home}/log\nlogfile_time_format T\n"
TO = ("r@s.example", "c@d.example")
HEAD = "T host=127.0.0.1 tls=off auth=off from=a@b.example recipients=r@s.example,c@d.example "
NOBODY = "T host=127.0.0.1 tls=off auth=off from=a@b.example recipients= "
TLS = "tls on\ntls_trust_file {ca}\n"
UNDER_TLS = HEAD.replace("tls=off", "tls=on")
LOGIN = "auth on\nuser tester\npassword secret\n"
LOGGED_IN = HEAD.replace("auth=off", "auth=on user=tester")
WITH_LOGIN = {"auth": ("PLAIN",)}

# name: (exit status; the relay's options, None: no relay; lines of the config; words; the log
# line, in which {at} stands for the relay's address and port)
OUTCOMES = {
    "ok": (0, {}, "", TO, HEAD + "mailsize=99 smtpstatus=250 smtpmsg='250 2.0.0 taken' exitcode=EX_OK"),
    "ok-in-lines": (0, {"dialogue": "dot: 250-2.0.0 it's | 250-'q' | 250 x"}, "", TO, HEAD + "mailsize=99 "
                    "smtpstatus=250 smtpmsg='250-2.0.0 it?s\\n250-?q?\\n250 x' exitcode=EX_OK"),
    "ok-lmtp": (0, {"lmtp": True}, "protocol lmtp\n", TO, HEAD + "mailsize=99 smtpstatus=250 "
                "smtpmsg='250 2.0.0 taken for c@d.example' exitcode=EX_OK"),
    "ok-over-a-socket": (0, {"path": "{home}/s"}, "host h\nsocket {home}/s\n", TO, HEAD.replace("127.0.0.1", "h") +
                         "mailsize=99 smtpstatus=250 smtpmsg='250 2.0.0 taken' exitcode=EX_OK"),
    "ok-null-sender": (0, {}, "from\n", TO, HEAD.replace("a@b.example", "") +
                       "mailsize=99 smtpstatus=250 smtpmsg='250 2.0.0 taken' exitcode=EX_OK"),
    "ok-despite-quit": (0, {"dialogue": "quit: 500 no"}, "", TO, HEAD +
                        "mailsize=99 smtpstatus=250 smtpmsg='250 2.0.0 taken' exitcode=EX_OK"),
    "usage-no-recipients": (64, None, "", (), NOBODY + "errormsg='no recipients (see --help)' exitcode=EX_USAGE"),
    "usage-none-in-the-header": (64, None, "", ("-t",), NOBODY + "errormsg='no recipients: ...' exitcode=EX_USAGE"),
    "usage-no-sender-in-the-header": (64, None, "", ("--read-envelope-from", *TO), None),
    "dataerr-recipient": (65, {"dialogue": "rcpt <c@d.example>: 550 5.1.1 who"}, "", TO, HEAD + "smtpstatus=550 "
                          "smtpmsg='550 5.1.1 who' errormsg='c@d.example: {at}: naming the recipient: "
                          "550 5.1.1 who' exitcode=EX_DATAERR"),
    "dataerr-in-lines": (65, {"dialogue": "rcpt <c@d.example>: 550-5.1.1 who | 550 5.1.1 is it"}, "", TO, HEAD +
                         "smtpstatus=550 smtpmsg='550-5.1.1 who\\n550 5.1.1 is it' errormsg='c@d.example: {at}: "
                         "naming the recipient: 550 5.1.1 who is it' exitcode=EX_DATAERR"),
    "dataerr-sender": (65, {"dialogue": "mail: 550 no"}, "", TO, HEAD + "smtpstatus=550 smtpmsg='550 no' "
                       "errormsg='{at}: naming the sender: 550 no' exitcode=EX_DATAERR"),
    "dataerr-data": (65, {"dialogue": "data: 554 no"}, "", TO, HEAD + "smtpstatus=554 smtpmsg='554 no' "
                     "errormsg='{at}: announcing the content: 554 no' exitcode=EX_DATAERR"),
    "dataerr-address": (65, None, "", ("a b@c",), NOBODY + "errormsg='recipient: ?a b@c?: at ?b@c?: expected ?<? or a "
                        "comma' exitcode=EX_DATAERR"),
    "noinput-trust-file": (66, {}, "tls on\ntls_trust_file {home}/none\n", TO, UNDER_TLS + "errormsg='...{home}/none"
                           "...' exitcode=EX_NOINPUT"),
    "nohost": (68, None, "host nowhere.invalid\n", TO, HEAD.replace("127.0.0.1", "nowhere.invalid") +
               "errormsg='...' exitcode=EX_NOHOST"),
    "unavailable-starttls": (69, {}, TLS, TO, UNDER_TLS + "errormsg='...STARTTLS...' exitcode=EX_UNAVAILABLE"),
    "unavailable-auth": (69, {}, LOGIN, TO, LOGGED_IN + "errormsg='...' exitcode=EX_UNAVAILABLE"),
    "unavailable-dsn": (69, {"extensions": ()}, "dsn_notify failure\n", TO, HEAD + "errormsg='...DSN...' "
                        "exitcode=EX_UNAVAILABLE"),
    "unavailable-certificate": (69, {"tls": "starttls"}, "tls on\n", TO, UNDER_TLS + "errormsg='...' "
                                "exitcode=EX_UNAVAILABLE"),
    "unavailable-content": (69, {"dialogue": "dot: 554 spam"}, "", TO, HEAD + "smtpstatus=554 smtpmsg='554 spam' "
                            "errormsg='{at}: after the content: 554 spam' exitcode=EX_UNAVAILABLE"),
    "unavailable-greeting": (69, {"dialogue": "greeting: 554 go"}, "", TO, HEAD + "smtpstatus=554 smtpmsg='554 go' "
                             "errormsg='{at}: waiting for the greeting: 554 go' exitcode=EX_UNAVAILABLE"),
    "unavailable-lmtp": (69, {"lmtp": True, "dialogue": "dot <c@d.example>: 550 full"}, "protocol lmtp\n", TO, HEAD +
                         "smtpstatus=550 smtpmsg='550 full' errormsg='c@d.example: {at}: after the content: 550 full' "
                         "exitcode=EX_UNAVAILABLE"),
    "oserr-source-ip": (71, {}, "source_ip 192.0.2.1\n", TO, HEAD + "errormsg='...192.0.2.1...' exitcode=EX_OSERR"),
    "ioerr-config": (74, None, "", ("-C", "/nowhere/x", "--logfile={home}/log", "--logfile-time-format=T", *TO),
                     "T host= tls=off auth=off from= recipients= errormsg='/nowhere/x: No such file or directory' "
                     "exitcode=EX_IOERR"),
    "tempfail-connect": (75, None, "", TO, HEAD + "errormsg='127.0.0.1:1: cannot connect: Connection refused' "
                         "exitcode=EX_TEMPFAIL"),
    "tempfail-sender": (75, {"dialogue": "mail: 451 later"}, "", TO, HEAD + "smtpstatus=451 smtpmsg='451 later' "
                        "errormsg='{at}: naming the sender: 451 later' exitcode=EX_TEMPFAIL"),
    "tempfail-content": (75, {"dialogue": "dot: 452 full"}, "", TO, HEAD + "smtpstatus=452 smtpmsg='452 full' "
                         "errormsg='{at}: after the content: 452 full' exitcode=EX_TEMPFAIL"),
    "tempfail-greeting": (75, {"dialogue": "greeting: 421 busy"}, "", TO, HEAD + "smtpstatus=421 smtpmsg='421 busy' "
                          "errormsg='{at}: waiting for the greeting: 421 busy' exitcode=EX_TEMPFAIL"),
    "tempfail-lost": (75, {"dialogue": "rcpt: close"}, "", TO, HEAD + "errormsg='...' exitcode=EX_TEMPFAIL"),
    "tempfail-login": (75, {**WITH_LOGIN, "auth_in_clear": True, "dialogue": "auth: 454 later"}, LOGIN, TO, LOGGED_IN +
                       "smtpstatus=454 smtpmsg='454 later' errormsg='{at}: AUTH PLAIN: 454 later' "
                       "exitcode=EX_TEMPFAIL"),
    "protocol": (76, {"dialogue": "mail: raw what\\r\\n"}, "", TO,
                 HEAD + "errormsg='...what...' exitcode=EX_PROTOCOL"),
    "noperm": (77, {**WITH_LOGIN, "auth_in_clear": True}, LOGIN + "password x\n", TO, LOGGED_IN + "smtpstatus=535 "
               "smtpmsg='535 5.7.8 wrong user or password' errormsg='{at}: AUTH PLAIN: 535 5.7.8 wrong user or "
               "password' exitcode=EX_NOPERM"),
    "config-no-sender": (78, None,
                         "defaults\naccount default\nqueue off\nhost h\nlogfile {home}/log\nlogfile_time_format T\n",
                         TO, "T host=h tls=off auth=off from= recipients= errormsg='...from: required...' "
                         "exitcode=EX_CONFIG"),
    "config-passwordeval": (78, {**WITH_LOGIN, "auth_in_clear": True}, "auth on\nuser tester\npasswordeval false\n",
                            TO,
                            LOGGED_IN + "errormsg='...passwordeval...' exitcode=EX_CONFIG"),
    "config-aliases": (78, None, "aliases {home}/none\n", ("root",), NOBODY + "errormsg='aliases: {home}/none: No such file or "
                       "directory' exitcode=EX_CONFIG"),
    "config-faulty-but-a-log-by-option": (78, None, "nonsense\n", ("-X", "{home}/log", "--logfile-time-format=T", *TO),
                                          "T host= tls=off auth=off from= recipients= errormsg='...nonsense...' "
                                          "exitcode=EX_CONFIG"),
}


def matches(found, wanted):
    """Whether the line is the wanted one, in which "..." stands for any text."""
    at = 0
    parts = wanted.split("...")
    for part in parts:
        at = found.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return found.startswith(parts[0]) and found.endswith(parts[-1])


def outcome(row, folder):
    status, options, lines, args, line = row
    with contextlib.ExitStack() as stack:
        options = None if options is None else {k: v.replace("{home}", str(folder)) if k == "path" else v
                                                for k, v in options.items()}
        port = 1 if options is None else stack.enter_context(Relay(**options)).port

        def fill(text):
            certs = default_certs().ca if "{ca}" in text else ""
            return text.format(home=folder, port=port or 1, ca=certs, at=f"127.0.0.1:{port}")

        # what begins its own account leaves the usual one aside
        write_private(folder / ".mailchuterc", fill(lines if lines.startswith("defaults") else ACCOUNT + lines))
        result = run_program([fill(arg) for arg in args], MESSAGE if "--read-envelope-from" not in args else b"\n",
                             home=folder)
        log = folder / "log"
        found = log.read_text() if log.exists() else ""
        expect(result.status == status, f"expected exit {status}: {result}")
        expect(bool(result.stderr) == (status != 0), f"only failures speak: {result}")
        expect(line is None or matches(found, fill(line) + "\n"), f"the log has\n{found}, not\n{fill(line or '')}")
        expect(not found or stat.S_IMODE(log.stat().st_mode) == 0o600, "others can read the log")


def add_cases(suite):
    for name, row in OUTCOMES.items():
        suite.add(f"outcome-{name}", functools.partial(outcome, row))
