# SPDX-License-Identifier: GPL-3.0-or-later
"""quiet.py - cases: called as sendmail, success says nothing on stderr, and the log has the line

Emacs takes any output for a failure, and its user sends again. A failure, a terminal and -v are not quiet.
"""
import contextlib
import functools
import os
import pty
import select
import socket
import subprocess
from tests.lib.harness import clean_environment, expect, finish, run_program, wait_until, with_queue, write_private
from tests.lib.user import MESSAGE, User


BOB, CAROL = "bob@example.org", "carol@example.org"
MAIL, LOCAL3 = 2, 19  # facilities of syslog
TALK = (b"EHLO x\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n"
        b".\r\nQUIT\r\n")
LOGIN = ("auth plain", "user tester", "password wrong")
NOBODY = f"rcpt <{BOB}>: 550 5.1.1 no such user"

# the config, what the relay says (None: it is down), name and arguments, stdin, what the log has
QUIET = {
    "relay-down": ((), None, ("sendmail", BOB), MESSAGE, "queued as "),
    "relay-down-send-mail": ((), None, ("send-mail", BOB), MESSAGE, "queued as "),
    "relay-down-emacs": ((), None, ("sendmail", "-oi", "-f", "alice@example.org", "-oem", "-odb", "-t"), MESSAGE, "queued as "),
    "relay-down-at": ((), None, ("sendmail", "-i", "root"), MESSAGE, "queued as "),
    "relay-down-cron": ((), None, ("sendmail", "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"), MESSAGE, "queued as "),
    "relay-down-quiet-errors": ((), None, ("sendmail", "-oeq", BOB), MESSAGE, "queued as "),
    "relay-down-smtp": ((), None, ("sendmail", "-bs"), TALK, "errormsg="),
    "relay-down-twice": ((), None, ("sendmail", BOB), MESSAGE, "queued as "),
    "greeting-554": ((), ("greeting: 554 5.7.1 go away",), ("sendmail", BOB), MESSAGE, "go away"),
    "mail-451": ((), ("mail: 451 4.3.0 not now",), ("sendmail", BOB), MESSAGE, "not now"),
    "password": ((*LOGIN,), (), ("sendmail", BOB), MESSAGE, "queued as "),
    "no-starttls": (("tls on",), (), ("sendmail", BOB), MESSAGE, "queued as "),
    "no-such-host": (("host no-such-relay.invalid",), None, ("sendmail", BOB), MESSAGE, "queued as "),
    "recipient-refused": ((), (NOBODY,), ("sendmail", BOB, CAROL), MESSAGE, "no such user"),
    "all-recipients-refused": ((), (NOBODY,), ("sendmail", BOB), MESSAGE, "no such user"),
    "recipient-deferred": ((), (f"rcpt <{BOB}>: 450 4.2.0 later",), ("sendmail", BOB, CAROL), MESSAGE, "queued as "),
    "filter-fails": (("filter false",), (), ("sendmail", BOB), MESSAGE, "filter"),
    "filter-fails-smtp": (("filter false",), (), ("sendmail", "-bs", "-odq"), TALK, "filter"),
    "only-queued-with-a-filter-that-fails": (("filter false",), None, ("sendmail", "-odq", BOB), MESSAGE, "filter"),
    "deprecated-setting": (("tls_min_dh_prime_bits 1024",), (), ("sendmail", BOB), MESSAGE, None),
    "later": ((), None, ("sendmail", "--at", "+1d", BOB), MESSAGE, "queued as "),
    "sent": ((), (), ("sendmail", BOB), MESSAGE, "exitcode=EX_OK"),
    "run": ((), None, ("runq",), b"", None),
    "run-of-sendmail": ((), None, ("sendmail", "-q"), b"", None),
    "forced-run-with-trouble": ((), None, ("sendmail", "-qf"), b"", "1 waiting"),
    "list": ((), None, ("mailq",), b"", None),
    "list-of-sendmail": ((), None, ("sendmail", "-bp"), b"", None),
    "aliases": ((), None, ("newaliases",), b"", None),
    "aliases-of-sendmail": ((), None, ("sendmail", "-bi"), b"", None),
    "verify": ((), None, ("sendmail", "-bv", BOB), b"", None),
}

# the same, with the status and what stderr has
LOUD = {
    "queue-exit-75": (("queue_exit 75",), None, ("sendmail", BOB), MESSAGE, 75, "queued as "),
    "queue-off": (("queue off",), None, ("sendmail", BOB), MESSAGE, 75, "refused"),
    "mail-550": ((), ("mail: 550 5.7.1 not you",), ("sendmail", BOB), MESSAGE, 65, "not you"),
    "mail-550-copy": ((), ("dot: 554 5.7.1 spam",), ("sendmail", BOB), MESSAGE, 69, "spam"),
    "no-recipients": ((), None, ("sendmail", "-t"), b"Subject: x\n\nx\n", 64, "a copy is kept"),
    "not-read": ((), None, ("sendmail",), MESSAGE, 64, "no recipients"),
    "option": ((), None, ("sendmail", "--no-such-option", BOB), MESSAGE, 64, "option"),
    "mode": ((), None, ("sendmail", "-bd"), b"", 64, "daemon"),
    "person": ((), None, ("mailchute", BOB), MESSAGE, 0, "queued as "),
    "verbose": ((), None, ("sendmail", "-v", BOB), MESSAGE, 0, "queued as "),
    "smtp-of-a-person": (("filter false",), (), ("mailchute", "-bs", "-odq"), TALK, 0, "filter"),
    "alias-loop": (("aliases LOOP",), None, ("newaliases",), b"", 78, "aliases"),
}


def play(user, dialogue, words, stdin):
    """The run's result; the relay is up unless the dialogue is None."""
    name, *args = words
    with user.up(*dialogue) if dialogue is not None else contextlib.nullcontext():
        return user.run(*args, name=name, stdin=stdin)


def set_up(folder, config):
    (folder / "loop").write_text("root: root\nops: [\n")
    user = User(folder, f"logfile {folder}/log", *(line.replace("LOOP", f"{folder}/loop") for line in config))
    for name in ("send-mail", "newaliases"):
        user.programs[name] = folder / name
        user.programs[name].symlink_to(user.programs["sendmail"].resolve())
    return user


def quiet(config, dialogue, words, stdin, logged, folder):
    user = set_up(folder, config)
    if words[-1] == "-qf":
        user.queue(name="sendmail")
    result = play(user, dialogue, words, stdin)
    expect(result.status == 0 and not result.stderr, f"not quiet: {result}")
    log = folder / "log"
    if logged:
        wait_until(f"{logged} in the log", lambda: log.exists() and logged in log.read_text(), 10)


def loud(config, dialogue, words, stdin, status, said, folder):
    result = play(set_up(folder, config), dialogue, words, stdin)
    expect(result.status == status and said in result.stderr.decode(), f"{status} and {said!r} expected: {result}")


def at_a_terminal(folder):
    user = User(folder)
    leader, follower = pty.openpty()
    words = with_queue(user.spool.path, [user.programs["sendmail"], BOB])
    done = subprocess.run(words, input=MESSAGE, env=clean_environment(user.home, user.environment()),
                          stdout=subprocess.DEVNULL, stderr=follower, check=False)
    os.close(follower)
    said = os.read(leader, 4096) if select.select([leader], [], [], 10)[0] else b""
    os.close(leader)
    expect(done.returncode == 0 and said.startswith(b"sendmail: queued as "), f"{done.returncode}: {said}")


def config_warning(folder):
    """Everybody can read a secret in the file."""
    user = User(folder, f"logfile {folder}/log", "tls_cert_file pkcs11:object=x?pin-value=1234", "tls_key_file /nowhere/key")
    (user.home / ".mailchuterc").chmod(0o644)
    for name, is_quiet in (("sendmail", True), ("mailchute", False)):
        with user.up():
            result = user.send(BOB, name=name)
        expect(result.status == 0 and (b"everybody" in result.stderr) != is_quiet, f"{result}")
    expect("everybody can read" in (folder / "log").read_text(), "not in the log")


def skipped_file(folder):
    """Root does not read a file that another user may have written, and says so in the log."""
    user = set_up(folder, ["passwordeval echo secret"])
    if os.geteuid() != 0:
        return
    os.chown(user.home / ".mailchuterc", 65534, 65534)
    for words in (("mailq",), ("newaliases",), ("sendmail", "-bp"), ("sendmail", "-bi")):
        with syslog(folder) as listener:
            result = run_with_syslog(user, folder, *words[1:], name=words[0], stdin=b"")
            lines = heard_by(listener)
        (folder / "socket").unlink()
        expect(result.status == 0 and not result.stderr, f"{words}: {result}")
        expect(any("skipped: " in line and where == MAIL for where, line in lines), f"{words}: {lines}{result}")


# Syslog

DEV = """
cd "$0"
mkdir -p dev
mount --rbind /dev dev
mount -t tmpfs tmpfs /dev
ln -s "$PWD"/dev/* /dev/
ln -sfn "$PWD/socket" /dev/log
cd "$OLDPWD"
exec "$@"
"""


@contextlib.contextmanager
def syslog(folder, is_full=False):
    """A syslog daemon's socket, which takes nothing more where it is full."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(folder / "socket"))
        listener.setblocking(False)
        if is_full:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler, contextlib.suppress(BlockingIOError):
                filler.setblocking(False)
                filler.connect(str(folder / "socket"))
                while True:
                    filler.send(b"x")
        yield listener


def heard_by(listener):
    """The lines so far, each with its facility."""
    lines = []
    with contextlib.suppress(BlockingIOError):
        while True:
            text = listener.recv(65536).decode()
            lines.append((int(text[1:text.index(">")]) // 8, text))
    return lines


def run_with_syslog(user, folder, *args, name="sendmail", stdin=MESSAGE):
    words = ["--mount", "--propagation", "private", "sh", "-ec", DEV, folder, user.programs[name], *args]
    return run_program(words, stdin, home=user.home, env=user.environment(), program="unshare", queue=user.spool.path)


def expect_syslog(folder, config, facility, words, name="sendmail"):
    """The syslog lines of a queued message, as (facility, word) for each."""
    user = User(folder, *config)
    with syslog(folder) as listener:
        result = run_with_syslog(user, folder, BOB, name=name)
        lines = heard_by(listener)
    expect(result.status == 0 and (name == "mailchute" or not result.stderr), f"{result}")
    for word in words:
        expect(any(where == facility and word in line for where, line in lines), f"{word}: {lines}")
    expect(words or not lines, f"{lines}")


def into_syslog(folder):
    """The log line, and the line that a person would read; in a facility that is set."""
    rows = (((), MAIL, ("errormsg=", "sendmail: queued as ")), (("syslog LOG_LOCAL3",), LOCAL3, ("errormsg=", "queued as ")),
            ((f"logfile {folder}/log",), MAIL, ()), (("logfile /nowhere/log",), MAIL, ("queued as ", "/nowhere/log", "errormsg=")))
    for number, row in enumerate(rows):
        (folder / str(number)).mkdir()
        expect_syslog(folder / str(number), *row)


def sent_into_syslog(folder):
    user = User(folder)
    with syslog(folder) as listener, user.up():
        result = run_with_syslog(user, folder, BOB)
        lines = heard_by(listener)
    expect(result.status == 0 and not result.stderr and len(lines) == 1, f"{lines}{result}")
    expect(lines[0][0] == MAIL and "exitcode=EX_OK" in lines[0][1], f"{lines}")


def broken_config_into_syslog(folder):
    user = User(folder)
    write_private(user.home / ".mailchuterc", "nonsense\n")
    with syslog(folder) as listener:
        result = run_with_syslog(user, folder, BOB)
        lines = heard_by(listener)
    expect(result.status == 0 and not result.stderr and len(user.spool.messages()) == 1, f"{result}")
    expect(any(where == MAIL and "queued as " in line and "nonsense" in line for where, line in lines), f"{lines}")


def in_the_background(folder):
    """-odb: the child has no stderr, but a log."""
    user = User(folder)
    with syslog(folder) as listener:
        result = run_with_syslog(user, folder, "-odb", BOB)
        expect(result.status == 0 and not result.stderr, f"{result}")
        lines = []
        wait_until("a line", lambda: lines.extend(heard_by(listener)) or any("queued as " in line for _, line in lines), 20)


def person_without_syslog(folder):
    expect_syslog(folder, (), MAIL, (), name="mailchute")


def full_syslog(folder):
    """A daemon that takes nothing, and none at all, hold nothing up."""
    user = User(folder)
    with syslog(folder, is_full=True):
        result = run_with_syslog(user, folder, BOB)
        expect(result.status == 0 and not result.stderr, f"{result}")
    (folder / "socket").unlink()
    result = run_with_syslog(user, folder, BOB)
    expect(result.status == 0 and not result.stderr and len(user.spool.messages()) == 2, f"{result}")


def endless_run(folder):
    """In a container stderr is the log."""
    user = User(folder)
    user.queue(name="sendmail")
    with subprocess.Popen(with_queue(user.spool.path, [user.programs["sendmail"], "-v", "-q1h"]),
                          env=clean_environment(user.home, user.environment()),
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = process.stderr.readline() if select.select([process.stderr], [], [], 30)[0] else b""
        process.terminate()
        finish(process)
    expect(b"1 waiting" in said, f"{said}")


def add_cases(suite):
    for name, cells in QUIET.items():
        suite.add(f"quiet/{name}", functools.partial(quiet, *cells))
    for name, cells in LOUD.items():
        suite.add(f"loud/{name}", functools.partial(loud, *cells))
    for function in (at_a_terminal, endless_run):
        suite.add(f"loud/{function.__name__.replace('_', '-')}", function)
    for function in (into_syslog, sent_into_syslog, broken_config_into_syslog, in_the_background, config_warning, skipped_file,
                     person_without_syslog, full_syslog):
        suite.add(f"quiet/{function.__name__.replace('_', '-')}", function)
