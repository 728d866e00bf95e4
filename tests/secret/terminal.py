# SPDX-License-Identifier: GPL-3.0-or-later
"""terminal.py - cases: the question on the terminal, who is asked, and every way out of it"""
import os
import pathlib
import pty
import select
import signal
import subprocess
import termios
from tests.lib import patience
from tests.lib.harness import expect, finish, wait_until, with_queue
from tests.lib.user import MESSAGE
from .login import AWKWARD, BOB, LoginUser, passwords


QUESTION = b"Password of tester at localhost: "
ALONE = 'exec "$@" <"$MESSAGE"'
IN_SHELL = 'trap : INT; set -m; "$@" <"$MESSAGE"; echo "first $?"; stty -a | grep -o "[-]*echo "; fg >/dev/null; echo "then $?"'


class Terminal:
    """The program on a terminal of its own, with the message on its standard input; a person sits at `fd`."""

    def __init__(self, user, *args, name="mailchute", script=ALONE, env=None):
        message = user.folder / "message"
        message.write_bytes(MESSAGE)
        self.fd, self.slave = pty.openpty()
        self.shown = b""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "sh", "-c", script, "sh",
             *with_queue(user.spool.path, [user.programs[name], *args])],
            stdin=self.slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=user.start_in({"MESSAGE": str(message), **(env or {})}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        os.close(self.slave)

    def hang_up(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def wait_for(self, text, limit=20):
        """The output up to this text."""
        end = patience.now() + limit
        while text not in self.shown:
            if select.select([self.fd], [], [], patience.SLICE)[0]:
                self.shown += os.read(self.fd, 4096)
            else:
                expect(patience.now() < end, f"no {text!r} is shown, but {self.shown!r}")

    def type(self, text):
        os.write(self.fd, text)

    def ends(self, status):
        """Wait for the end; returns what is on stderr."""
        out, err = finish(self.process)
        expect(self.process.returncode == status, f"ended with {self.process.returncode}: {out} {err}")
        expect(not out, f"it wrote to stdout: {out}")
        return err.decode()

    def has_echo(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)


def expect_silence(terminal):
    ready, _, _ = select.select([terminal.fd], [], [], 0)
    expect(not ready, f"something is shown: {terminal.shown}")


def asked_before_the_connection(folder):
    user = LoginUser(folder)
    with user.up(password=AWKWARD) as relay, Terminal(user, BOB) as terminal:
        terminal.wait_for(QUESTION)
        expect(not terminal.has_echo(), "what is typed is shown")
        expect(not relay.connections, "there is a connection already")
        terminal.type(AWKWARD.encode() + b"\r")
        expect(terminal.ends(0) == "", "it says something")
        expect(passwords(relay) == [AWKWARD] and len(relay.received) == 1, f"heard: {passwords(relay)}")
        terminal.wait_for(b"\n")
        expect(terminal.shown == QUESTION + b"\r\n", f"shown: {terminal.shown}")
    user.expect_empty()


def asked_last(folder):
    user = LoginUser(folder, "passwordeval echo secret")
    with user.up() as relay, Terminal(user, BOB) as terminal:
        expect(terminal.ends(0) == "", "it says something")
        expect(passwords(relay) == ["secret"], f"heard: {passwords(relay)}")
        expect_silence(terminal)


def wrong_password(folder):
    """Not asked again: the relay's words say what is wrong, and nothing is kept."""
    user = LoginUser(folder)
    with user.up(), Terminal(user, BOB) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type(b"wrong\r")
        expect("535" in terminal.ends(77), "the relay's reply is not told")
    user.expect_empty()


def nothing_typed(folder):
    user = LoginUser(folder)
    for typed in (b"\r", b"\4"):
        with user.up() as relay, Terminal(user, BOB) as terminal:
            terminal.wait_for(QUESTION)
            terminal.type(typed)
            text = terminal.ends(77)
            expect("localhost" in text and "no password was typed" in text, text)
            expect(not relay.connections, "a connection was made")
        user.expect_empty()


def expect_withdrawn(user, number, leave):
    with user.up() as relay, Terminal(user, BOB) as terminal:
        terminal.wait_for(QUESTION)
        expect(len(user.spool.files()) == 1, "the message is not in the queue while we are asked")
        terminal.type(b"half")
        leave(terminal)
        terminal.ends(-number)
        expect(not relay.connections, "a connection was made")
    user.expect_empty()


def interrupted(folder):
    """The program dies of the signal, and withdraws the message."""
    user = LoginUser(folder)
    expect_withdrawn(user, signal.SIGINT, lambda t: t.type(b"\3"))
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1, signal.SIGXCPU):
        expect_withdrawn(user, number, lambda t, number=number: t.process.send_signal(number))


def echo_after_an_alarm(folder):
    """A signal that comes from elsewhere gives the terminal back as it was, too."""
    user = LoginUser(folder)
    for number in (signal.SIGALRM, signal.SIGUSR1, signal.SIGXCPU):
        with user.up(), Terminal(user, BOB) as terminal:
            terminal.wait_for(QUESTION)
            expect(not terminal.has_echo(), "what is typed is shown")
            terminal.process.send_signal(number)
            terminal.ends(-number)
            expect(terminal.has_echo(), f"after signal {number} the terminal has no echo")
    user.expect_empty()


def hung_up(folder):
    expect_withdrawn(LoginUser(folder), signal.SIGHUP, lambda t: t.hang_up())


def interrupted_in_a_shell(folder):
    """The shell gets its terminal back as it was."""
    user = LoginUser(folder)
    with user.up(), Terminal(user, BOB, script=IN_SHELL) as terminal:
        terminal.wait_for(QUESTION)
        expect(not terminal.has_echo(), "what is typed is shown")
        terminal.type(b"half\3")
        out, _ = finish(terminal.process)
        expect(out.decode().splitlines()[:2] == ["first 130", "echo "], f"{out}")
    user.expect_empty()


def stopped_and_going_on(folder):
    """^Z gives the shell a terminal with echo; in the foreground again mailchute repeats the question."""
    user = LoginUser(folder)
    with user.up() as relay, Terminal(user, BOB, script=IN_SHELL) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type(b"half\x1a")
        terminal.wait_for(QUESTION + b"\r\n" + QUESTION)
        expect(not terminal.has_echo(), "what is typed is shown the second time")
        terminal.type(b"secret\r")
        out, _ = finish(terminal.process)
        expect(out.decode().splitlines() == ["first 148", "echo ", "then 0"], f"{out}")
        expect(passwords(relay) == ["secret"], f"heard: {passwords(relay)}")


def not_asked_in_the_background(folder):
    """In the background a question would stop the process, and the message would not be sent."""
    user = LoginUser(folder)
    script = 'set -m; "$@" <"$MESSAGE" & wait $!; exit $?'
    with user.up(), Terminal(user, BOB, script=script) as terminal:
        expect("no password for user tester" in terminal.ends(77), "another error")
        expect_silence(terminal)


def not_asked_for_others(folder):
    """By sendmail's name, in the background, in a run of the queue: the message waits."""
    user = LoginUser(folder)
    for args, name in (([BOB], "sendmail"), (["-odb", BOB], "mailchute"), (["-qf"], "mailchute")):
        with user.up(), Terminal(user, *args, name=name) as terminal:
            text = terminal.ends(0)
            if name == "sendmail":
                expect(not text, text)
            expect_silence(terminal)
    expect(all("no password" in r.notes[-1] for r in user.spool.messages()), "another reason")


def not_asked_without_a_login(folder):
    user = LoginUser(folder, "auth off")
    with user.up(auth=()), Terminal(user, BOB) as terminal:
        terminal.ends(0)
        expect_silence(terminal)


def what_was_typed_is_not_kept(folder):
    """The message waits; its record and mailq say that the password is lost."""
    user = LoginUser(folder)
    with Terminal(user, BOB) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type(b"s3cret\r")
        text = terminal.ends(0)
        for words in ("queued as ", "kept without its password, which came from the terminal", "refused"):
            expect(words in text, f"no {words!r}: {text}")
    record, = user.spool.messages()
    expect(any("which came from the terminal" in note for note in record.notes), str(record.notes))
    expect(b"s3cret" not in record.path.read_bytes(), "the password is in the queue")
    with user.up(password="s3cret") as relay:
        user.flush()
        record, = user.spool.messages()
        expect(record.status == "." and "no password for user tester" in record.notes[-1], str(record.notes))
        with Terminal(user, "--queue-retry", record.id, "-a", "default") as terminal:
            terminal.wait_for(QUESTION)
            terminal.type(b"s3cret\r")
            finish(terminal.process)
        expect(len(relay.received) == 1, "a person can't send it by hand")
    user.expect_empty()


# Questions of the user's command, as of a password manager that opens the terminal itself.

PIN = b"PIN: "


def asker(folder, output):
    """A command that asks for a PIN, and what it does with it; its pid is in the file `asker.pid`."""
    path = folder / "asker"
    path.write_text(f"#!/bin/sh\necho $$ >{folder}/asker.pid\nprintf 'PIN: ' >/dev/tty\nread pin </dev/tty || exit 1\n{output}\n")
    path.chmod(0o755)
    return path


def is_alive(folder):
    pid = (folder / "asker.pid").read_text().strip()
    try:
        return " Z " not in pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def commands_may_ask(folder):
    """Each kind of command can put a question of its own on the terminal, as under msmtp."""
    kinds = {"passwordeval": ("passwordeval {}", "echo $pin"),
             "password_command": ("password_command {}", "echo $pin"),
             "eval": ("eval {}", "echo password $pin"),
             "filter": ("password secret\nfilter {}", "echo X-Pin: $pin; cat"),
             "token_command": ("auth oauthbearer\ntoken_command {}", "echo $pin")}
    for kind, (lines, output) in kinds.items():
        (folder / kind).mkdir()
        user = LoginUser(folder / kind)
        user.login(*lines.format(asker(user.folder, output)).splitlines())
        methods = ("OAUTHBEARER",) if kind == "token_command" else ("PLAIN",)
        with user.up(auth=methods, password="secret", token="secret") as relay, Terminal(user, BOB) as terminal:
            terminal.wait_for(PIN)
            terminal.type(b"secret\r")
            expect(terminal.ends(0) == "", f"{kind}: it says something")
            expect(len(relay.received) == 1, f"{kind}: {len(relay.received)} messages arrived")
            if kind == "filter":
                expect(b"X-Pin: secret" in relay.received[0].content, "the filter got no answer")
        user.expect_empty()


def command_is_interrupted(folder):
    """Ctrl-C ends both of them, and nothing is kept."""
    user = LoginUser(folder)
    user.login(f"passwordeval {asker(folder, 'echo $pin')}")
    with user.up() as relay, Terminal(user, BOB) as terminal:
        terminal.wait_for(PIN)
        terminal.type(b"half\3")
        terminal.ends(-signal.SIGINT)
        wait_until("the command's end", lambda: not is_alive(folder))
        expect(not relay.connections, "a connection was made")
    user.expect_empty()


def command_is_stopped_and_goes_on(folder):
    """Ctrl-Z stops both of them, and the shell can bring them to the foreground again."""
    user = LoginUser(folder)
    user.login(f"passwordeval {asker(folder, 'echo $pin')}")
    with user.up() as relay, Terminal(user, BOB, script=IN_SHELL) as terminal:
        terminal.wait_for(PIN)
        terminal.type(b"half\x1asecret\r")
        out, _ = finish(terminal.process)
        expect(out.decode().splitlines() == ["first 148", "echo ", "then 0"], f"{out}")
        expect(passwords(relay) == ["secret"], f"heard: {passwords(relay)}")
    user.expect_empty()


def command_in_the_background(folder):
    """The process has no terminal that could stop it, and fails at once."""
    user = LoginUser(folder)
    user.login(f"passwordeval {asker(folder, 'echo $pin')}")
    script = 'set -m; "$@" <"$MESSAGE" & wait $!; exit $?'
    with user.up(), Terminal(user, BOB, script=script) as terminal:
        text = terminal.ends(78)
        expect("/dev/tty" in text and "passwordeval" in text, text)
        expect_silence(terminal)
    user.expect_empty()


def command_that_leaves_a_process(folder):
    """A process that the command leaves running, such as an agent, is neither awaited nor ended."""
    user = LoginUser(folder)
    (folder / "leash").unlink(missing_ok=True)
    os.mkfifo(folder / "leash")
    user.login(f"passwordeval (read end <{folder}/leash; echo over >{folder}/over) 2>&- & echo secret")
    with user.up() as relay:
        done = user.give()
        expect(done.status == 0 and not done.stderr, str(done))
        expect(passwords(relay) == ["secret"], f"heard: {passwords(relay)}")
    with open(folder / "leash", "w") as leash:
        leash.write("go\n")
    wait_until("what the process that was left behind does", (folder / "over").exists)


def add_cases(suite):
    for case in (asked_before_the_connection, asked_last, wrong_password, nothing_typed, interrupted, hung_up,
                 echo_after_an_alarm, interrupted_in_a_shell, stopped_and_going_on, not_asked_in_the_background,
                 not_asked_for_others, commands_may_ask, command_is_interrupted, command_is_stopped_and_goes_on,
                 command_in_the_background, command_that_leaves_a_process,
                 not_asked_without_a_login, what_was_typed_is_not_kept):
        suite.case(case)
