# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - suite "cli": the command line as a user sees it"""
import fcntl
import functools
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
from tests.lib import commands
from tests.lib.harness import (PROGRAM, TOP, Failure, Suite, copy_program, expect, finish, run_program, wait_until,
                               write_private)
from tests.lib.user import passwd_entry
from tests.lib.relay import Relay
from . import files, given, mistakes, nobody, outcomes, pipes, remedies, repairs, rootfiles, supplied


BUILD = pathlib.Path(PROGRAM).absolute().parent
MESSAGE = b"Subject: x\n\ny\n"

suite = Suite("cli")

# As a manual shows it: two accounts, and a default that is one of them.
TWO_ACCOUNTS = """\
# Example for a user configuration file ~/.msmtprc

# Set default values for all following accounts.
defaults

# Use the mail submission port 587 instead of the SMTP port 25.
port 587

# Always use TLS.
tls on

# A first freemail service
account freemail

# Host name of the SMTP server
host smtp.freemail.example

# Envelope-from address
from joe_smith@freemail.example

# Authentication.
auth on
user joe.smith
passwordeval "echo secret"

# A second mail address at the same freemail service
account freemail2 : freemail
from joey@freemail.example

# Some other service
account provider
host mail.provider.example
from smithjoe@provider.example
auth on
user 12345
passwordeval echo other

# Set a default account
account default : provider
"""

# The keys of --pretend in their order.
KEYS = """host port source_ip proxy_host proxy_port socket timeout protocol domain auth user
password passwordeval ntlmdomain tls tls_starttls tls_trust_file tls_crl_file tls_fingerprint tls_key_file
tls_cert_file tls_certcheck tls_min_dh_prime_bits tls_priorities tls_host_override auto_from
maildomain from from_full_name allow_from_override set_from_header set_date_header set_msgid_header
set_to_header remove_bcc_headers dsn_notify dsn_return logfile logfile_time_format syslog
aliases""".split()
SPACED = ("source_ip", "proxy_host", "proxy_port")


def configure(folder, text, name=".msmtprc"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_private(path, text)


def run(folder, *args, status=0, stdin=MESSAGE, program=PROGRAM, **more):
    result = run_program(args, stdin=stdin, home=folder, program=program, **more)
    expect(result.status == status, f"expected exit {status}: {result}")
    return result


def settings_of(result, separator=" = "):
    """The "key = value" lines of a result."""
    lines = result.stdout.decode().splitlines()
    return dict(line.split(separator, 1) for line in lines if separator in line)


def pretend(folder, *args, env=None):
    return settings_of(run(folder, "-P", *args, env=env))


def expect_error(folder, args, status, text, **more):
    """The program fails with one line on stderr that holds the text, and prints nothing else."""
    result = run(folder, *args, status=status, **more)
    lines = result.stderr.decode().splitlines()
    expect(len(lines) == 1 and text in lines[0], f"expected one line with {text!r}: {result}")
    expect(not result.stdout, f"expected nothing on stdout: {result}")


# Asking


@suite.case
def version(folder):
    out = run(folder, "--version").stdout.decode()
    expect(re.match(r"mailchute \d+\.\d+\.\d+\n", out), out)
    for part in (r"^TLS/SSL library: GnuTLS", r"^Authentication library: GNU SASL", "General Public License",
                 r"^Supported authentication methods:\n.*\bplain ",
                 r"^System configuration file name: /.*/mailchuterc$",
                 rf"^User configuration file name: {folder}/\.mailchuterc$"):
        expect(re.search(part, out, re.M), f"no {part} in {out}")


@suite.case
def version_names_the_file_that_is_read(folder):
    for name in (".config/msmtp/config", ".msmtprc", ".config/mailchute/config", ".mailchuterc"):
        path = configure(folder, "host h\n", name)
        expect(f"\nUser configuration file name: {path}\n" in run(folder, "--version").stdout.decode(), name)
        expect(f"using account default from {path}\n" in run(folder, "-P").stdout.decode(), name)


@suite.case
def version_as_sendmail_asks(folder):
    expect(run(folder, "-d0.1").stdout == run(folder, "--version").stdout, "-d0.1 differs")


@suite.case
def help_is_readable(folder):
    out = run(folder, "--help").stdout.decode()
    long = [line for line in out.splitlines() if len(line) >= 80]
    expect(not long, f"lines of 80 columns and more: {long}")
    expect(out.startswith("Usage: mailchute"), out)
    expect(re.search(r"^  -f, --from=ADDRESS +\S", out, re.M), out)


@suite.case
def output_that_cannot_be_written(folder):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    expect(done.returncode == 74, f"exit {done.returncode}")


# Accounts


@suite.case
def two_accounts(folder):
    configure(folder, TWO_ACCOUNTS)
    cases = [
        ([], "mail.provider.example", "smithjoe@provider.example"),
        (["-a", "freemail"], "smtp.freemail.example", "joe_smith@freemail.example"),
        (["--account=freemail2"], "smtp.freemail.example", "joey@freemail.example"),
        (["-f", "joey@freemail.example"], "smtp.freemail.example", "joey@freemail.example"),
        (["-f", "Joey@Freemail.Example"], "smtp.freemail.example", "Joey@Freemail.Example"),
        (["-f", "joey+x@freemail.example"], "smtp.freemail.example", "joey+x@freemail.example"),
        (["-f", "who@else.example"], "mail.provider.example", "who@else.example"),
    ]
    for args, host, sender in cases:
        found = pretend(folder, *args)
        expect((found["host"], found["from"]) == (host, sender), f"{args}: {found}")
        expect((found["port"], found["tls"], found["auth"]) == ("587", "on", "choose"), str(found))


@suite.case
def pretend_has_all_keys_in_order(folder):
    configure(folder, "host h\nfrom a@b\n")
    result = run(folder, "-P", "a@b")
    keys = list(settings_of(result))
    expect(keys[:len(KEYS)] == [k.replace("_", " ") if k in SPACED else k for k in KEYS],
           f"other keys, or in another order: {keys}")
    lines = result.stdout.decode().splitlines()
    expect(f"loaded user configuration file {folder}/.msmtprc" in lines, str(result))
    expect(f"using account default from {folder}/.msmtprc" in lines, str(result))
    expect(lines[-1] == "reading recipients from the command line", str(result))


@suite.case
def pretend_shows_values(folder):
    configure(folder, "host h\nport 0x19\ntimeout 1\nauth scram-sha-256\nuser u\npassword p\n"
              "tls_fingerprint 00112233445566778899aabbccddeeff\ndsn_notify failure,delay\n"
              "dsn_return headers\nsyslog\ntls on\n")
    wanted = {"port": "25", "timeout": "1 second", "auth": "SCRAM-SHA-256", "password": "*",
              "tls_fingerprint": "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
              "dsn_notify": "FAILURE,DELAY", "dsn_return": "HDRS", "syslog": "LOG_USER",
              "from": "(not set)", "tls_trust_file": "system", "source ip": "(not set)"}
    found = pretend(folder)
    expect(wanted.items() <= found.items(), f"expected {wanted}, found {found}")


@suite.case
def pretend_without_recipients_or_stdin(folder):
    configure(folder, "host h\n")
    run(folder, "-P", stdin=b"")


@suite.case
def pretend_takes_the_sender_from_the_message(folder):
    """The message is read only where the account depends on its sender."""
    configure(folder, "account default\nhost h\nfrom a@b\naccount x\nhost i\nfrom x@y\naccount z\nhost z\nfrom %F\n")
    message = b"Subject: s\nFrom: X <x@y>, z@z\n\nbody\n"
    for args, host, sender in ((["--read-envelope-from"], "i", "x@y"), (["-a", "z"], "z", "x@y"), ([], "h", "a@b")):
        found = settings_of(run(folder, "-P", *args, stdin=message))
        expect((found["host"], found["from"]) == (host, sender), f"{args}: {found}")
    result = run(folder, "-P", "--read-envelope-from", status=64)
    expect(b"no From field" in result.stderr, str(result))
    expect(pretend(folder, "-a", "z")["from"] == "%F", "without a From field")


@suite.case
def print_config_names_origins(folder):
    path = configure(folder, "defaults\ntls on\naccount a\nhost h\npassword p\n"
                     "account default : a\nport 2\n")
    found = settings_of(run(folder, "--print-config", "--timeout=5"))
    wanted = {"tls": f"on ({path}:2)", "host": f"h ({path}:4)", "password": f"* ({path}:5)",
              "port": f"2 ({path}:7)", "timeout": "5 (command line)", "auth": "off (default)"}
    expect(wanted.items() <= found.items(), f"expected {wanted}, found {found}")


@suite.case
def our_file_before_msmtps(folder):
    configure(folder, "host theirs\n")
    expect(pretend(folder)["host"] == "theirs", "msmtp's file is not read")
    configure(folder, "host ours\n", ".config/mailchute/config")
    expect(pretend(folder)["host"] == "ours", "our file in ~/.config is not read first")
    configure(folder, "host first\n", ".mailchuterc")
    expect(pretend(folder)["host"] == "first", "~/.mailchuterc is not read first")
    other = configure(folder, "host named\n", "x/y")
    expect(pretend(folder, "-C", other)["host"] == "named", "-C does not replace the user's file")


@suite.case
def file_through_a_link(folder):
    configure(folder, "host linked\npassword p\n", "dotfiles/mailchute")
    (folder / ".mailchuterc").symlink_to("dotfiles/mailchute")
    expect(pretend(folder)["host"] == "linked", "a symbolic link is not followed")


@suite.case
def host_reads_no_file(folder):
    configure(folder, "nonsense\n")
    found = pretend(folder, "--host=h", "--port=7", "--from=a@b")
    expect((found["host"], found["port"], found["from"]) == ("h", "7", "a@b"), str(found))


@suite.case
def environment_stands_in(folder):
    result = run(folder, "-P", env={"SMTPSERVER": "s.example", "EMAIL": "a@b.example"})
    found = settings_of(result)
    expect((found["host"], found["from"]) == ("s.example", "a@b.example"), str(result))
    expect(b"SMTPSERVER" in result.stdout, str(result))
    expect_error(folder, ["-P"], 78, "account default", env={"SMTPSERVER": "s.example"})
    found = settings_of(run(folder, "-P", "-f", "x@y", env={"SMTPSERVER": "s.example"}))
    expect((found["host"], found["from"]) == ("s.example", "x@y"), str(found))


@suite.case
def allow_from_override_off(folder):
    configure(folder, "host h\nfrom a@b\nallow_from_override off\n")
    expect(pretend(folder, "-f", "c@d")["from"] == "a@b", "-f replaced the sender")


BY_FROM = """\
defaults
account_by_from on

account home
host smtp.example.org
from alice@example.org

account work
host mail.example.com
from *@example.com

account default : home
"""


def explain(folder, *args, config=BY_FROM, sender="Alice <alice@example.org>", status=0):
    """The output of --explain for a message with this From field."""
    configure(folder, config)
    message = f"From: {sender}\nTo: bob@example.net\nSubject: x\n\ny\n".encode()
    return run(folder, "--explain", *args, stdin=message, status=status)


def expect_explained(result, account, *lines):
    text = result.stdout.decode()
    for line in (f"Account: {account} (", *lines):
        expect(f"\n{line}" in text, f"no line {line!r} in {text}")


@suite.case
def account_by_from(folder):
    """The author's account sends, in the author's name; a sender or an account given goes before."""
    expect_explained(explain(folder), "home", "Sender:\n    <alice@example.org>\n",
                     "Rule: it is the first whose from fits the sender: alice@example.org (")
    by_pattern = explain(folder, sender="bob@example.com")
    expect_explained(by_pattern, "work", "    host = mail.example.com (",
                     "Sender:\n    <bob@example.com>\n", "    from = bob@example.com (From field)")
    expect_explained(explain(folder, sender="carol@example.net"), "default",
                     "Rule: no other rule fits", "Sender:\n    <alice@example.org>\n")
    expect_explained(explain(folder, "-a", "home", sender="bob@example.com"), "home",
                     "Rule: --account names it", "Sender:\n    <alice@example.org>\n")
    expect_explained(explain(folder, "-f", "alice@example.org", sender="bob@example.com"), "home",
                     "    from = alice@example.org (command line)")
    off = BY_FROM.replace("account_by_from on", "account_by_from off")
    expect_explained(explain(folder, config=off, sender="bob@example.com"), "default")


@suite.case
def strict_refuses_the_wrong_account(folder):
    """Of three messages only the one whose sender has no account is refused, however it is given."""
    strict = BY_FROM.replace("defaults", "defaults\nstrict on")
    expect_explained(explain(folder, config=strict, sender="bob@example.com"), "work")
    expect_explained(explain(folder, config=strict), "home")
    for args, sender in ([], "carol@example.net"), (["-f", "carol@example.net"], "alice@example.org"):
        result = explain(folder, *args, config=strict, sender=sender, status=65)
        words = result.stderr.decode()
        expect("carol@example.net" in words and "strict" in words, words)
    expect_explained(explain(folder, "-a", "home", config=strict, sender="carol@example.net"), "home")


@suite.case
def explain_sends_and_keeps_nothing(folder):
    """The header before and after, the envelope, and no queue afterwards."""
    configure(folder, BY_FROM)
    message = b"To: bob@example.net\nBcc: eve@example.net\nSubject: x\n\ny\n"
    text = run(folder, "--explain", "-t", stdin=message).stdout.decode()
    before, after = text[text.index("Header as it is:"):].split("Header as it would be sent:")
    expect("Bcc: eve" in before and "From:" not in before, before)
    expect("Bcc" not in after and "From: alice@example.org" in after and "Date:" in after, after)
    expect("<eve@example.net>" in text and not (folder / ".local").exists(), text)


@suite.case
def include_and_folder(folder):
    configure(folder, "include conf.d\n")
    configure(folder, "host h\n", "conf.d/10-host.conf")
    configure(folder, "port 26\ninclude ../secret\n", "conf.d/20-port.conf")
    configure(folder, "password p\n", "secret")
    configure(folder, "nonsense\n", "conf.d/README")
    found = pretend(folder)
    expect((found["host"], found["port"], found["password"]) == ("h", "26", "*"), str(found))


@suite.case
def eval_has_no_message(folder):
    """A helper that reads its input must not eat the message."""
    configure(folder, "host h\neval cat >eaten; echo port 77\n".replace("eaten", f"{folder}/eaten"))
    expect(pretend(folder)["port"] == "77", "eval is not obeyed")
    expect((folder / "eaten").read_bytes() == b"", "eval has read standard input")


# Every command of a config file


def check_use(folder, use):
    path = configure(folder, use.config)
    result = run_program(["-P", *([use.word] if use.word else [])], home=folder)
    if b"is not supported by this version yet" in result.stderr:
        return
    if use.shown is None:
        places = (f"{path}:{6 + use.command.with_lines.count(chr(10))}: ", "account default from", "command line: ")
        expect(result.status in use.refusals, f"{use} is not refused: {result}")
        expect(any(p.encode() in result.stderr for p in places) or use.name == "host", f"{use}: no place: {result}")
        return
    shown = use.shown.format(home=folder)
    expect(result.status == 0 and settings_of(result).get(use.key) == shown,
           f"{use}: expected {use.key} = {shown}: {result}")


def command_case(name, command, folder):
    configure(folder, "host h\nfrom a@b\n")
    key = command.key or name
    expect(pretend(folder)[key] == command.default, f"another default: {pretend(folder)[key]}")
    for use in commands.uses_of(name, command):
        check_use(folder, use)


for a_name, a_command in {**commands.COMMANDS, **commands.LATER_COMMANDS}.items():
    suite.add(f"command-{a_name}", functools.partial(command_case, a_name, a_command))


@suite.case
def commands_are_all_there(_):
    """Every setting and old spelling that msmtp has is in the table."""
    text = (TOP / "src/conf/options.def").read_text()
    old = set(re.findall(r"^(?:ALIAS|NOOP)\((\w+)", text, re.M)) - {"header"}
    listed = {**commands.COMMANDS, **commands.LATER_COMMANDS}
    expect(set(KEYS) | old <= set(listed), f"not in the table: {(set(KEYS) | old) - set(listed)}")


# Words of the command line


@suite.case
def order_and_forms(folder):
    configure(folder, "host h\n")
    same = [["-fa@b", "x@y"], ["-f", "a@b", "x@y"], ["x@y", "-f", "a@b"], ["--from=a@b", "x@y"],
            ["--from", "a@b", "x@y"], ["-tif", "a@b"], ["-ra@b"], ["-f", "<a@b>"],
            ["-f", "z", "-fa@b"], ["-oi", "-oem", "-B8BITMIME", "-fa@b", "--", "x@y"]]
    for args in same:
        expect(pretend(folder, *args)["from"] == "a@b", f"other sender with {args}")


@suite.case
def abbreviations(folder):
    configure(folder, "account default\nhost h\naccount x\nhost i\n")
    expect(pretend(folder, "--acc=x")["host"] == "i", "--acc is not --account")
    expect(pretend(folder, "--passwor=true")["passwordeval"] == "true", "--passwor fails")
    expect(pretend(folder, "--tls-s=off")["tls_starttls"] == "off", "--tls-s fails")


@suite.case
def recipients_from_the_message(folder):
    configure(folder, "host h\n")
    last = run(folder, "-t", "-P").stdout.decode().splitlines()[-1]
    expect(last == "reading recipients from the command line and the message", last)


# Errors: exit status and one line


USAGE = [
    (["--nonsense"], "--nonsense"),
    (["-Z"], "-Z"),
    (["--p"], "--p: several options"),
    (["-f"], "-f: an argument is missing"),
    (["--port=x", "a@b"], "port: expected a number from 1 to 65535, not \"x\""),
    (["--host=h", "-a", "x", "a@b"], "exclude each other"),
    (["-f", "a@b", "--read-envelope-from", "a@b"], "exclude each other"),
    (["-S", "--host=h", "a@b"], "no recipients"),
    (["--host=h", "-f", "a@b"], "no recipients"),
    (["-f", "a@b>\r\nRCPT TO:<evil@x", "--host=h", "a@b"], "from: expected"),
    (["--domain=a\r\nRSET", "--host=h", "a@b"], "domain: expected"),
    (["--user=a\nb", "--host=h", "a@b"], "user: expected"),
    (["--header=X: y\nBcc: c@d", "--host=h", "a@b"], "add_header: expected"),
    (["--set-header=X: y\nBcc: c@d", "--host=h", "a@b"], "set_header: expected"),
    (["-bd"], "-bd: no daemon"),
    (["-bt"], "-bt: expected m, s, p, v or i"),
    (["-qx"], "-q: expected f, a time"),
    (["-q", "a@b"], "a@b: recipients are for sending"),
    (["-V", "a b", "a@b"], "-V: expected up to 100 characters of xtext"),
    (["--queue-list=xml"], "--queue-list: expected text or json"),
    (["--queue-show=abc"], "abc: at least 4 characters"),
    (["--queue-show="], "an id is missing"),
    (["--queue-remove=abcd", "efgh"], "efgh: one id at a time"),
    (["--rmqs=x", "--host=h", "a@b"], "a@b: recipients are for sending"),
    (["--rmqs=x", "--host=h", "-S"], "--serverinfo and --rmqs exclude each other"),
    (["--rmqs=a\r\nRSET", "--host=h"], "--rmqs: expected a host"),
    (["--configure=a@b", "c@d"], "c@d: recipients are for sending"),
]


@suite.case
def usage_errors(folder):
    for args, text in USAGE:
        expect_error(folder, args, 64, text)


@suite.case
def password_is_no_option(folder):
    """--password is a short form of --passwordeval, as in msmtp."""
    configure(folder, "host h\n")
    found = pretend(folder, "--password=echo x")
    expect((found["password"], found["passwordeval"]) == ("(not set)", "echo x"), str(found))


CONFIG = [
    ("host h\ntls_starttls yes\n", ":2: tls_starttls: expected on or off, not \"yes\""),
    ("host h\nport 70000\n", ":2: port: expected a number from 1 to 65535, not \"70000\""),
    ("HOST h\n", ":1: there is no setting \"HOST\""),
    ("account a\n\naccount a\n", ":3: account: \"a\" is already defined"),
    ("account a : b\n", ":1: account: no account \"b\""),
    ("defaults x\n", ":1: defaults: expected no argument"),
    ("host h\nuser a\0b\n", ":2: there is a NUL byte"),
    ("include nowhere\n", ":1: include: "),
    ("account other\nhost h\n", "account default: not found in"),
    ("from a@b\n", "host: required"),
    ("host h\nfrom a@b\nmaildomain a..example\n", "maildomain: expected a domain"),
    ("host h\nfrom a@b\nmaildomain a.example.\n", "maildomain: expected a domain"),
    ("host h\nfrom a@b\nmaildomain me@a.example\n", "maildomain: expected a domain"),
    ("host = h\n", "host: leave out the = between"),
    ("host h # comment\n", "host: there is a blank in it"),
    ("host h:25\n", "host: expected a name or an address; the port belongs into port"),
    ("host [::1]:25\n", "host: expected a name or an address; the port belongs into port"),
    ("host smtps://h:465\n", "host: expected a name or an address, and nothing else of a URL"),
    ("host h\ntls on\ntls_trust_file\n", "tls: needs tls_trust_file, tls_pin or tls_fingerprint"),
    ("host h\ntls_key_file k\n", "tls_key_file and tls_cert_file"),
    ("socket s\ntls on\n", "tls: needs the relay's name"),
    ("host h\nprotocol lmtp\n", "port: required"),
    ("host h\nauth gss-spnego\n", ":2: auth: "),
    ("host h\nhost_fallback b:0\n", ":2: host_fallback: expected hosts as in mx.example:587 or"),
    ("host h\nhost_srv\n", "host_srv: needs tls"),
    ("host h\nhost_srv\ntls on\nhost_fallback b\n", "host_srv and host_fallback"),
]


@suite.case
def config_errors(folder):
    for text, error in CONFIG:
        path = configure(folder, text)
        wanted = f"{path}{error}" if error.startswith(":") else error
        expect_error(folder, ["-P"], 78, wanted)


@suite.case
def files_that_are_missing(folder):
    expect_error(folder, ["-P", "-C", folder / "none"], 74, f"{folder}/none: No such file")
    expect_error(folder, ["-P"], 78, "no config file was found; write ~/.mailchuterc, as")
    expect_error(folder, ["-P", "-a", "x"], 78, "account x: no config file was found")


@suite.case
def eval_that_prints_nothing(folder):
    path = configure(folder, "host h\neval exit 3\n")
    expect_error(folder, ["-P"], 74, f"{path}:2: eval: the command printed nothing")


@suite.case
def senders_that_cannot_be_sent(folder):
    for sender, error in (("*@example.org", "from: is a pattern"), ("%F", "%F")):
        path = configure(folder, f"host h\nfrom {sender}\n")
        expect_error(folder, ["a@b"], 78, f"account default from {path}: from: ")
        expect_error(folder, ["a@b"], 78, error)
    path = configure(folder, "host h\nfrom alice at b\n")
    expect_error(folder, ["a@b"], 78, f"{path}:2: from: 'alice at b': at 'at b': expected ")
    expect_error(folder, ["-f", "c d", "a@b"], 65, "sender: 'c d': at 'd': expected ")
    configure(folder, "host h\n")
    expect_error(folder, ["a@b"], 78, "from: required (or give a sender with -f)")


@suite.case
def passwords_stay_hidden(folder):
    configure(folder, "host h\nuser u\npassword hunter2\n")
    for args in (["-P"], ["--print-config"], ["-P", "--port=x"]):
        result = run_program(args, home=folder)
        expect(b"hunter2" not in result.stdout + result.stderr, f"the password is shown: {result}")


@suite.case
def errors_cannot_control_a_terminal(folder):
    path = configure(folder, "bad\x1b]0;x\x07 y\n")
    result = run(folder, "-P", "-C", path, status=78)
    expect(b"\x1b" not in result.stderr and b"\x07" not in result.stderr, str(result))


# Permissions: these need another user, which only root can become


def run_as_nobody(folder, mode, program):
    path = configure(folder, "host h\npassword p\n")
    path.chmod(mode)
    os.chown(path, 65534, 65534)
    done = subprocess.run([program, "-P", "-C", str(path)], stdin=subprocess.DEVNULL, user=65534,
                          group=65534, extra_groups=[], capture_output=True, check=False,
                          env={"HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stderr.decode()


@suite.case
def password_that_others_can_read(folder):
    if os.geteuid() != 0:
        return
    program = copy_program(folder / "mailchute")
    for mode, status in ((0o600, 0), (0o400, 0), (0o640, 78), (0o644, 78), (0o700, 78)):
        found, text = run_as_nobody(folder, mode, program)
        expect(found == status, f"mode {mode:o}: exit {found}: {text}")
        expect(status == 0 or ":2: password: " in text, text)


# The queue. No process listens on port 1.


def configure_queue(folder, more=""):
    return configure(folder, f"account default\nhost 127.0.0.1\nport 1\nfrom a@b.example\n"
                     f"queue_folder {folder}/q\n{more}")


def enqueue(folder, *args, stdin=MESSAGE):
    """The id of a message that could not be sent."""
    text = run(folder, *args, stdin=stdin).stderr.decode()
    found = re.search(r"queued as ([0-9A-Z]{24}): ", text)
    expect(found, f"no id in {text!r}")
    return found.group(1)


def listed(folder):
    return json.loads(run(folder, "--queue-list=json").stdout)


def states(folder):
    return {item["id"]: item["state"] for item in listed(folder)}


def as_name(folder, name):
    """The program under another name."""
    path = folder / name
    if not path.exists():
        path.symlink_to(pathlib.Path(PROGRAM).absolute())
    return path


@suite.case
def list_of_nothing(folder):
    configure_queue(folder)
    expect(run(folder, "--queue-list").stdout == b"Mail queue is empty\n", "another text")
    expect(run(folder, program=as_name(folder, "mailq")).stdout == b"Mail queue is empty\n",
           "another text from mailq")
    expect(listed(folder) == [], "the list is not empty")
    expect(not (folder / "q").exists(), "to look at the queue has made it")


@suite.case
def list_without_the_config(folder):
    """The intended queue is not known: another queue is shown, and is not called empty."""
    configure(folder, "nonsense\n")
    result = run(folder, "--queue-list")
    expect(b"nonsense" in result.stderr and b"empty" not in result.stdout, f"{result}")
    expect(isinstance(json.loads(run(folder, "--queue-list=json").stdout), list), "no list")
    for mode in (["--queue-list"], ["-qf"], ["--queue-remove", "ABCDEFGH"]):
        result = run(folder, "-C", folder / "missing", *mode, status=74)
        expect(b"missing: No such file" in result.stderr and b"empty" not in result.stdout, f"{result}")


@suite.case
def list_tells_why_and_when(folder):
    configure_queue(folder)
    first = enqueue(folder, "bob@b.example", "carol@c.example")
    second = enqueue(folder, "-f", "", "dave@d.example")
    out = run(folder, program=as_name(folder, "mailq")).stdout.decode()
    for part in (f"{first}  waiting, ", ", tried 1 time\n", "    from a@b.example\n",
                 "    to   carol@c.example\n", "    from <>\n", "Connection refused\n",
                 "    next try in ", "; expires in 5 d\n"):
        expect(part in out, f"no {part!r} in {out}")
    expect(out.index(first) < out.index(second), "the oldest does not come first")
    expect(re.search(r"\n-- 1 Kbytes in 2 Requests\.\n\Z", out), f"another last line: {out}")
    expect(all(len(line) < 80 for line in out.splitlines()), f"long lines: {out}")
    expect(run(folder, "-bp").stdout.decode().splitlines()[-1] == out.splitlines()[-1],
           "-bp differs")


@suite.case
def list_as_json(folder):
    configure_queue(folder)
    message_id = enqueue(folder, "b\u00f6b@b.example", "carol@c.example")
    item, = listed(folder)
    wanted = {"id": message_id, "state": "waiting", "sender": "a@b.example", "attempts": 1,
              "account": "default", "config_file": None, "uid": os.geteuid(),
              "recipients": [{"address": "b\u00f6b@b.example", "state": "pending"},
                             {"address": "carol@c.example", "state": "pending"}]}
    expect(wanted.items() <= item.items(), f"expected {wanted}, found {item}")
    expect(sorted(item) == "account age attempts config_file created expires id last next_try not_before "
           "recipients sender size state uid".split(), f"other keys: {sorted(item)}")
    expect(item["last"]["status"] == "EX_TEMPFAIL" and "refused" in item["last"]["text"], str(item))
    expect(item["created"] < item["next_try"] < item["expires"] == item["created"] + 5 * 86400,
           str(item))


@suite.case
def show_a_message(folder):
    configure_queue(folder)
    message_id = enqueue(folder, "bob@b.example", stdin=b"Subject: x\n\nline\n.\n\x1b[31m")
    out = run(folder, f"--queue-show={message_id[-8:].lower()}").stdout
    head, header, body = out.split(b"\n\n", 2)
    for part in (f"id         {message_id}\n", "state      waiting; next try in ",
                 "from       a@b.example\n", "to         bob@b.example (pending)\n", "refused"):
        expect(part.encode() in head + b"\n", f"no {part!r} in {out}")
    expect(b"Subject: x" in header.splitlines(), f"no header in {out}")
    expect(body == b"line\n.\n\x1b[31m\n", f"another body: {out}")


@suite.case
def terminal_gets_no_escapes(folder):
    configure_queue(folder)
    message_id = enqueue(folder, "bob@b.example", stdin=b"Subject: x\n\n\x1b[31m\n")
    done = subprocess.run(["script", "-qec", f"{PROGRAM} --queue-show={message_id}", "/dev/null"],
                          env={**os.environ, "HOME": str(folder)}, stdin=subprocess.DEVNULL,
                          capture_output=True, check=True)
    expect(b"\x1b" not in done.stdout and b"?[31m" in done.stdout, repr(done.stdout))


@suite.case
def ids_that_fit_several_or_none(folder):
    configure_queue(folder)
    ids = [enqueue(folder, "bob@b.example") for _ in range(2)]
    common = os.path.commonprefix(ids)
    result = run(folder, "--queue-show", common, status=64)
    expect(all(i.encode() in result.stderr for i in ids), f"no candidates: {result}")
    expect_error(folder, ["--queue-remove=ZZZZZZZZ"], 66, "ZZZZZZZZ: there is no such message")
    expect_error(folder, ["--queue-hold", ids[0][:3]], 64, "at least 4 characters")
    expect(len(listed(folder)) == 2, "a message is gone")


@suite.case
def hold_and_remove(folder):
    configure_queue(folder)
    kept, removed = (enqueue(folder, "bob@b.example") for _ in range(2))
    expect(run(folder, "--queue-hold", kept).stdout == f"{kept}: held\n".encode(), "another text")
    expect(states(folder) == {kept: "held", removed: "waiting"}, str(states(folder)))
    out = run(folder, "-bp").stdout.decode()
    expect(f"    held until you run: mailchute --queue-retry {kept}\n" in out, out)
    run(folder, "-qf")
    expect([i["attempts"] for i in listed(folder)] == [2, 1], "the wrong one was tried")
    run(folder, "--queue-hold", kept)
    for message_id in (kept, removed):
        run(folder, "--queue-remove", message_id)
        expect_error(folder, ["--queue-remove", message_id], 66, message_id)
    expect(listed(folder) == [], "not removed")


@suite.case
def a_locked_message_is_left_alone(folder):
    """The process that sends a message has its lock."""
    configure_queue(folder)
    message_id = enqueue(folder, "bob@b.example")
    with open(folder / "q/q" / message_id, "r+b") as file:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
        expect(states(folder) == {message_id: "sending"}, str(states(folder)))
        expect(b"is being sent right now" in run(folder, "-bp").stdout, "not shown as being sent")
        for option in ("--queue-remove", "--queue-hold", "--queue-retry"):
            expect_error(folder, [option, message_id], 75, f"{message_id}: is being sent")
    expect(states(folder) == {message_id: "waiting"}, str(states(folder)))


@suite.case
def a_damaged_message_is_shown_and_removed(folder):
    configure_queue(folder)
    cut, changed = (enqueue(folder, "bob@b.example") for _ in range(2))
    os.truncate(folder / "q/q" / cut, 4200)
    with open(folder / "q/q" / changed, "r+b") as file:
        file.seek(4096)
        file.write(b"Z")
    expect(states(folder) == {cut: "damaged", changed: "waiting"}, str(states(folder)))
    run(folder, "-qf")
    expect(set(states(folder).values()) == {"damaged"}, str(states(folder)))
    expect(b"  damaged\n    is never sent: " in run(folder, "-bp").stdout, "not shown")
    for message_id in (cut, changed):
        run(folder, "--queue-remove", message_id)
    expect(listed(folder) == [], "not removed")


@suite.case
def retry_with_another_account(folder):
    with Relay() as relay:
        configure_queue(folder, f"account other : default\nport {relay.port}\n")
        held, failing = (enqueue(folder, "bob@b.example") for _ in range(2))
        run(folder, "--queue-hold", held)
        expect_error(folder, ["--queue-retry", failing], 75, f"{failing}: still waits: ")
        expect_error(folder, ["--queue-retry", failing, "-a", "none"], 78, "account none")
        for message_id in (held, failing):
            out = run(folder, "--queue-retry", message_id, "-a", "other").stdout
            expect(out == f"{message_id}: sent\n".encode(), f"another text: {out}")
        expect(len(relay.received) == 2, f"{len(relay.received)} messages arrived")
    expect(listed(folder) == [], "still listed")


@suite.case
def retry_one_that_failed(folder):
    configure_queue(folder)
    message_id = enqueue(folder, "bob@b.example")
    with Relay(dialogue="rcpt: 550 5.1.1 no such user") as relay:
        configure_queue(folder, f"port {relay.port}\n")
        run(folder, "-qf")
        expect(states(folder)[message_id] == "failed", str(states(folder)))
        out = run(folder, "-bp").stdout.decode()
        expect("    to   bob@b.example (failed)\n" in out and "550 5.1.1" in out, out)
        run(folder, "--queue-retry", message_id, status=65)
    with Relay() as relay:
        configure_queue(folder, f"port {relay.port}\n")
        expect(states(folder).get(message_id) == "failed", str(states(folder)))
        run(folder, "--queue-retry", message_id)
        expect([t.recipients for t in relay.received] == [["bob@b.example"]], "it did not arrive")
    expect(message_id not in states(folder), str(states(folder)))


@suite.case
def run_of_a_part(folder):
    with Relay() as relay:
        configure_queue(folder)
        ids = [enqueue(folder, "-f", f"{n}@from.example", f"{n}@to.example") for n in "abcd"]
        configure_queue(folder, f"port {relay.port}\n")
        runq = as_name(folder, "runq")
        for args, left in ((["-qSb@from"], "acd"), (["-qR", "a@to"], "cd"), (["-qI" + ids[2]], "d")):
            result = run(folder, *args, program=runq)
            expect(not result.stdout + result.stderr, f"a run without trouble speaks: {result}")
            senders = "".join(item["sender"][0] for item in listed(folder))
            expect(senders == left, f"after {args}: {senders}")
        run(folder, program=runq)
        expect(len(listed(folder)) == 1, "one that is not due was sent")
        result = run(folder, "-M", ids[3], "-v")
        expect(b"1 sent, 0 waiting, 0 failed" in result.stderr, str(result))
        expect(len(relay.received) == 4, f"{len(relay.received)} messages arrived")


@suite.case
def run_that_meets_trouble(folder):
    configure_queue(folder)
    enqueue(folder, "bob@b.example")
    result = run(folder, "-qf")
    expect(result.stderr.count(b"\n") == 1 and b"0 sent, 1 waiting, 0 failed: " in result.stderr,
           str(result))
    (folder / "q").chmod(0o755)
    expect_error(folder, ["-q"], 71, "must belong to you alone")


@suite.case
def run_again_and_again(folder):
    configure_queue(folder)
    enqueue(folder, "bob@b.example")
    with subprocess.Popen([PROGRAM, "-qf", "-q1s"], env={**os.environ, "HOME": str(folder)},
                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until("three attempts", lambda: listed(folder)[0]["attempts"] >= 3)
        process.send_signal(signal.SIGTERM)
        finish(process)
        expect(process.returncode == 0, f"exit {process.returncode}")


@suite.case
def broken_config_hides_no_queue(folder):
    configure(folder, "host 127.0.0.1\nport 1\nfrom a@b.example\n")
    env = {"queue": folder / "state/mailchute"}
    run(folder, "bob@b.example", **env)
    configure(folder, "nonsense\n")
    result = run(folder, "-bp", **env)
    expect(b"bob@b.example" in result.stdout and b"nonsense" in result.stderr, str(result))
    expect_error(folder, ["-bp", "-C", configure(folder, "host h\n", "x"), "-a", "y"], 78,
                 "account y", **env)
    (folder / ".msmtprc").unlink()
    result = run(folder, "-bp", **env)
    expect(b"bob@b.example" in result.stdout and not result.stderr, str(result))


def as_user(uid, args, home, **more):
    env = {"HOME": str(home), "LC_ALL": "C.UTF-8"}
    return subprocess.run(args, user=uid, group=uid, extra_groups=[], env=env, check=False,
                          capture_output=True, **more)


def run_for_all(folder, program, lines, *options, **more):
    """A run of the queue for the users of a passwd file with these lines."""
    (folder / "passwd").write_text("".join(lines))
    script = f"mount --bind {folder}/passwd /etc/passwd && exec {program} -qf --all-users {' '.join(options)}"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True,
                          check=False, **more)
    if b"unshare" in done.stderr or b"mount:" in done.stderr:
        raise Failure(f"this test needs mount namespaces: {done.stderr}")
    return done


@suite.case
def all_users(folder):
    """With a passwd file of the test's own, which only root can put in place."""
    program = copy_program(folder / "mailchute")
    if os.geteuid() != 0:
        return expect_error(folder, ["-q", "--all-users"], 64, "only root can do that")
    with Relay() as relay:
        for uid in (4001, 4002):
            home = folder / str(uid)
            home.mkdir(mode=0o700)
            config = configure(home, "host 127.0.0.1\nport 1\nfrom a@b.example\n")
            for path in (home, config):
                os.chown(path, uid, uid)
            sent = as_user(uid, [program, "bob@b.example"], home, input=MESSAGE)
            expect(sent.returncode == 0 and b"queued as" in sent.stderr, str(sent))
            config.write_text(config.read_text().replace("port 1", f"port {relay.port}"))
        lines = [passwd_entry(f"u{uid}", uid, folder / str(uid)) for uid in (4001, 4002)]
        lines += [passwd_entry("ghost", 4003, folder / "none"),
                  passwd_entry("other", 4004, folder / "4001")]
        done = run_for_all(folder, program, lines, "-v")
        expect(done.returncode == 0, str(done))
        expect(len(relay.received) == 2, f"{len(relay.received)} messages arrived: {done}")
    left = [p for uid in (4001, 4002) for p in (folder / str(uid)).glob(".local/state/mailchute/q/*")]
    expect(not left, f"left in the queues: {left}")


@suite.case
def all_users_read_nothing_of_roots(folder):
    """A descriptor that root's caller has left open is no password, though an option names its number."""
    if os.geteuid() != 0:
        return
    program, home = copy_program(folder / "mailchute"), folder / "4001"
    home.mkdir(mode=0o700)
    config = configure(home, "host 127.0.0.1\nport 1\nfrom a@b.example\n")
    for path in (home, config):
        os.chown(path, 4001, 4001)
    as_user(4001, [program, "bob@b.example"], home, input=MESSAGE)
    read, write = os.pipe()
    os.write(write, b"root's secret\n")
    os.close(write)
    config.write_text(config.read_text() + f"auth plain\nuser u\npassword_fd {read}\n")
    run_for_all(folder, program, [passwd_entry("u", 4001, home)], pass_fds=[read])
    expect(os.read(read, 100) == b"root's secret\n", "it was read")
    os.close(read)


# By the names of sendmail


# With these options the config's password could reach another host.
TRUST = [["--tls=off", "--auth=plain"], ["--auth=plain"], ["--tls-certcheck=off"], ["--proxy-host=b.example"],
         ["--proxy-port=1"], ["--host-fallback=b.example"], ["--tls-host-override=b.example"], ["--tls-pin=x"],
         ["--tls-fingerprint=00"], ["--tls-priorities=NORMAL"], ["--tls-min-dh-prime-bits=1"]]


@suite.case
def sendmail_writes_and_reads_no_file(folder):
    """Injected options have no effect."""
    sendmail = as_name(folder, "sendmail")
    configure_queue(folder)
    other = configure(folder, "nonsense\n", "other")
    shell = folder / "shell.php"
    run(folder, f"-X{shell}", f"-oQ{folder}/spool", f"-oA{other}", "-C", other, f"-D{shell}",
        "-O", f"QueueDirectory={folder}/spool", "-fwww@b.example", "bob@b.example",
        program=sendmail)
    expect(not shell.exists() and not (folder / "spool").exists(), "a file was made")
    for args in (["--logfile", shell], ["--file", other], ["--passwordeval=touch x"],
                 [f"--on-failure=touch {shell}"], ["--queue-list"], ["-P"], ["--serverinfo"],
                 ["--rmqs=x"], ["--configure=a@b"], *TRUST):
        result = run(folder, *args, "bob@b.example", program=sendmail, status=64)
        expect(b"sendmail" in result.stderr, str(result))
    expect(not shell.exists(), "a file was made")


@suite.case
def aliases_are_checked(folder):
    newaliases = as_name(folder, "newaliases")
    run(folder, program=newaliases)
    aliases = folder / "aliases"
    configure(folder, f"host h\naliases {aliases}\n")
    aliases.write_text("root: a@b.example\nbob: c@d.example, root\n")
    expect(run(folder, program=newaliases).stdout == f"{aliases}: 2 aliases\n".encode(),
           "another text")
    for text in ("root: a, root2\nroot2: root\n", "root: |cat\n"):
        aliases.write_text(text)
        run(folder, "-bi", status=78)


@suite.case
def aliases_that_are_not_needed(folder):
    """A file that is missing, and what others can't use in it, do no harm to an address."""
    aliases = folder / "aliases"
    configure(folder, f"host h\naliases {aliases}\n")
    run(folder, "-bv", "bob@b.example")
    expect_error(folder, ["-bv", "root"], 78, f"aliases: {aliases}: No such file")
    aliases.write_text("nobody: /dev/null\nlist: |cat\nroot: a@b.example\n")
    expect(b"a@b.example..." in run(folder, "-bv", "root", "bob@b.example").stdout, "not expanded")
    expect_error(folder, ["-bv", "list"], 78, f"{aliases}:2: list: '|cat'")
    expect_error(folder, ["-bi"], 78, f"{aliases}:2: list: '|cat'")


@suite.case
def root_at_this_host_msmtp_146(folder):
    """An alias for a name counts for that name at this machine, too."""
    (folder / "aliases").write_text("root: a@b.example\n")
    for setting, host, expected in (("", socket.gethostname(), "a@b.example"), ("", "localhost", "a@b.example"),
                                    ("", "c.example", "root@c.example"),
                                    ("local_domains x.example, c.example\n", "c.example", "a@b.example"),
                                    ("local_domains none\n", "localhost", "root@localhost")):
        configure(folder, f"host h\naliases {folder}/aliases\n{setting}")
        out = run(folder, "-bv", f"root@{host}").stdout.decode()
        expect(out.startswith(f"{expected}..."), f"{setting}, {host}: {out}")


@suite.case
def addresses_are_checked(folder):
    configure(folder, "host relay.example\nport 587\nfrom a@b.example\n")
    out = run(folder, "-bv", "Bob <bob@b.example>, carol@c.example").stdout.decode()
    expect(out == "".join(f"{a}... goes to relay.example, port 587 (account default)\n"
                          for a in ("bob@b.example", "carol@c.example")), out)
    expect_error(folder, ["-bv", "bob@x carol@y"], 65, "recipient")


@suite.case
def maildomain_with_an_at(folder):
    sendmail = as_name(folder, "sendmail")
    configure(folder, "host relay.example\nport 25\nmaildomain @b.example\n")
    out = run(folder, "-bv", "root", program=sendmail).stdout.decode()
    expect(out.startswith("root@b.example... goes to"), out)
    configure(folder, "host relay.example\nauto_from on\nmaildomain @b.example\n")
    expect(pretend(folder, env={"USER": "me"})["from"] == "me@b.example", "another sender")


@suite.case
def addresses_by_srv_are_checked(folder):
    configure(folder, "host example.org\nhost_srv on\ntls on\nfrom a@b.example\n")
    out = run(folder, "-bv", "bob@b.example").stdout.decode()
    expect(out == "bob@b.example... goes to a relay of example.org (account default)\n", out)


# --serverinfo and --rmqs


def configure_relay(folder, relay, *lines):
    return configure(folder, "\n".join(["host 127.0.0.1", f"port {relay.port}", "timeout 5", *lines]) + "\n")


@suite.case
def more_recipients_than_usual(folder):
    """So many that work for each pair of them would take longer than the time there is."""
    names = [f"r{number}@b.example" for number in range(150000)]
    header = "From: a@b.example\nTo: " + ",\n ".join(names) + "\n\nx\n"
    with Relay() as relay:
        configure_relay(folder, relay, "from a@b.example", "queue off", "set_to_header on")
        run(folder, "-t", stdin=header.encode())
        expect(relay.received[0].recipients == names, "others, or in another order")


@suite.case
def serverinfo_shows_a_greeting_of_several_lines(folder):
    with Relay(dialogue="greeting: 220-relay.test ESMTP | 220-220 no spam | 220 and no ads") as relay:
        configure_relay(folder, relay)
        out = run(folder, "--serverinfo").stdout.decode()
        expect("    relay.test ESMTP no spam and no ads\n" in out, out)


@suite.case
def serverinfo_shows_what_is_ignored(folder):
    with Relay() as relay:
        configure_relay(folder, relay, "ignore_extensions dsn, PIPELINING")
        out = run(folder, "--serverinfo").stdout.decode()
        for name in ("DSN", "PIPELINING"):
            expect(f"    {name}  (not used: ignore_extensions)\n" in out, out)
        expect("    8BITMIME  (text" in out, out)


@suite.case
def rmqs_logs_in_and_asks(folder):
    """No sender is needed; on success nothing is printed."""
    with Relay(extra=("ETRN",), dialogue="other: 253 1 pending messages for node x started", auth=["PLAIN"],
               auth_in_clear=True) as relay:
        configure_relay(folder, relay, "auth plain", "user tester", "password secret")
        for what in ("mail.example.org", "@example.org", "#queue"):
            result = run(folder, f"--rmqs={what}")
            expect(not result.stdout + result.stderr, str(result))
            expect(relay.wait_idle() and relay.connections[-1].verbs == ["EHLO", "AUTH", "ETRN", "QUIT"],
                   f"{relay.connections[-1].verbs}")
            expect(relay.connections[-1].commands[2] == f"ETRN {what}", f"{relay.connections[-1].commands}")


@suite.case
def rmqs_judges_the_reply(folder):
    replies = [("250 ok", 0), ("251 no messages waiting", 0), ("252 started", 0), ("253 5 messages started", 0),
               ("458 unable to queue", 69), ("459 not allowed", 69), ("500 what?", 65), ("501 syntax", 65),
               ("421 busy", 76), ("554 no", 76), ("220 odd", 76), ("354 odd", 76)]
    for reply, status in replies:
        with Relay(extra=("ETRN",), dialogue=f"other: {reply}") as relay:
            configure_relay(folder, relay)
            if status == 0:
                run(folder, "--rmqs=x")
            else:
                expect_error(folder, ["--rmqs=x"], status,
                             f"127.0.0.1:{relay.port}: asking for the waiting messages (ETRN): {reply}")


@suite.case
def rmqs_wants_a_login(folder):
    with Relay(extra=("ETRN",), dialogue="other: 530 5.7.0 Authentication required") as relay:
        configure_relay(folder, relay)
        expect_error(folder, ["--rmqs=x"], 77, "the relay wants a login (set auth on and user): asking for")


@suite.case
def rmqs_where_it_is_not_offered(folder):
    with Relay() as relay:
        configure_relay(folder, relay)
        expect_error(folder, ["--rmqs=x"], 69, "does not offer ETRN")
        expect(relay.wait_idle() and relay.connections[0].verbs == ["EHLO", "QUIT"], f"{relay.connections[0].verbs}")


@suite.case
def rmqs_pretended(folder):
    configure(folder, "host h\n")
    lines = run(folder, "--rmqs=@example.org", "-P").stdout.decode().splitlines()
    expect(lines[-1] == "RMQS argument = @example.org", lines[-1])
    expect(not any("recipients" in line for line in lines), f"{lines}")


@suite.case
def configure_goes_before_help(folder):
    expect_error(folder, ["--help", "--configure=alice"], 65, "no domain")
    expect_error(folder, ["--configure=alice", "-P", "--version"], 65, "no domain")


# Completions


def complete(words):
    """The words that bash offers for the last one, as it splits a line at blanks and "="."""
    split = [part for word in words for part in re.findall(r"=|[^=]+|^$", word)]
    script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; '
              '_mailchute; printf "%s\\n" "${COMPREPLY[@]}"')
    path = BUILD / "completions" / "mailchute.bash"
    expect(path.exists(), f"{path} has not been built")
    done = subprocess.run(["bash", "-euc", script, "bash", path, *split], capture_output=True,
                          text=True, check=False)
    expect(done.returncode == 0, f"bash fails: {done.stderr}")
    return done.stdout.split()


@suite.case
def bash_completes(folder):
    cases = [
        (["mailchute", "--tls-st"], ["--tls-starttls"]),
        (["mailchute", "--prot"], ["--protocol="]),
        (["mailchute", "--protocol="], ["smtp", "lmtp"]),
        (["mailchute", "--protocol=l"], ["lmtp"]),
        (["mailchute", "--protocol", "s"], ["smtp"]),
        (["mailchute", "--tls="], ["on", "off"]),
        (["mailchute", "--auth=scram-sha-2"], ["scram-sha-256-plus", "scram-sha-256"]),
        (["mailchute", "-R", "h"], ["headers"]),
        (["mailchute", "--from=", "x"], []),
        (["mailchute", "bob"], []),
        (["mailchute", "--tls", "o"], []),
    ]
    for words, wanted in cases:
        expect(complete(words) == wanted, f"{words}: expected {wanted}, found {complete(words)}")


files.add_cases(suite)
mistakes.add_cases(suite)
nobody.add_cases(suite)
outcomes.add_cases(suite)
given.add_cases(suite)
remedies.add_cases(suite)
pipes.add_cases(suite)
repairs.add_cases(suite)
rootfiles.add_cases(suite)
supplied.add_cases(suite)

if __name__ == "__main__":
    suite.main()
