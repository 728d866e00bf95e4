# SPDX-License-Identifier: GPL-3.0-or-later
"""everybody.py - cases: root's run for all users, who may be none, a thousand, slow, or hostile"""
import collections
import contextlib
import ctypes
import os
import pty
import signal
import subprocess
import time
from tests.lib.harness import (PROGRAM, Failure, clean_environment, copy_program, expect, wait_until, with_queue,
                               write_private)
from tests.lib.user import MESSAGE, User, passwd_entry


FIRST = 4001
SUMMARY = "mailchute: 1 sent, 0 waiting, 0 failed"
IN_PLACE = ("mount --bind {0}/passwd /etc/passwd && mount --bind {0}/group /etc/group && "
            "mount -t tmpfs none /var/spool && ")


class Town(User):
    """Root's machine, with a passwd file of the test's own. User n has the name `un` and a home; `relay` is down."""

    def __init__(self, folder, *numbers):
        super().__init__(folder)
        if os.geteuid() != 0:
            raise Failure("these tests need root")
        (folder / "bin").mkdir()
        self.program = copy_program(folder / "bin/mailchute")
        self.entries = []
        for number in numbers:
            self.settle(number)

    def uid(self, number):
        return FIRST + number

    def home_of(self, number):
        return self.folder / f"u{number}"

    def own(self, number, *paths):
        for path in paths:
            os.chown(path, self.uid(number), self.uid(number), follow_symlinks=False)

    def settle(self, number, *lines, home=None):
        """A user with a home and a config."""
        path = self.home_of(number)
        path.mkdir(mode=0o700)
        self.own(number, path, self.configure_user(number, *lines))
        self.add_entry(f"u{number}", self.uid(number), home or path)

    def configure_user(self, number, *lines):
        usual = ["host localhost", f"port {self.port}", "from a@b.example", "tls off", "timeout 60"]
        path = write_private(self.home_of(number) / ".mailchuterc", "\n".join([*usual, *lines]) + "\n")
        self.own(number, path)
        return path

    def add_entry(self, name, uid, home):
        self.entries.append(passwd_entry(name, uid, home))

    def enqueue(self, number):
        """The user writes a message, to itself at b.example, while the relay is down."""
        uid = self.uid(number)
        done = subprocess.run([self.program, f"u{number}@b.example"], input=MESSAGE, user=uid, group=uid, extra_groups=[],
                              env={"HOME": str(self.home_of(number)), "LC_ALL": "C.UTF-8"}, check=False, capture_output=True)
        expect(done.returncode == 0 and b"queued as" in done.stderr, str(done))

    @contextlib.contextmanager
    def start_run(self, *words, before="", env=None, **more):
        """Root's run of all queues; `before` is done in its mount namespace."""
        for name in ("passwd", "group"):
            (self.folder / name).write_text("".join(self.entries) if name == "passwd" else "")
        script = IN_PLACE.format(self.folder) + before + 'exec "$@"'
        clean = clean_environment(self.home, {**self.environment(), **(env or {})})
        words = ["unshare", "--mount", "sh", "-c", script, "sh", self.program, "-qf", "--all-users", *words]
        with subprocess.Popen(words, env=clean, **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                                   "stderr": subprocess.PIPE, **more}) as process:
            try:
                yield process
            finally:
                process.kill()

    def run_all(self, *words, status=0, **more):
        """The same up to its end; returns the lines on stderr."""
        with self.start_run(*words, **more) as process:
            out, err = process.communicate(timeout=300)
        text = err.decode()
        expect(process.returncode == status and not out, f"ended with {process.returncode}: {out}\n{text[:3000]}")
        return text.splitlines()


def expect_sent(relay, numbers):
    """Each of them has its message, once."""
    heard = collections.Counter(address for message in relay.received for address in message.recipients)
    wanted = collections.Counter(f"u{number}@b.example" for number in numbers)
    expect(heard == wanted, f"missing: {wanted - heard}, too many: {heard - wanted}")


def expect_lines(lines, wanted):
    expect(sorted(lines) == sorted(wanted), f"{len(lines)} lines:\n" + "\n".join(lines[:40]))


def some_users(folder, count, writers):
    town = Town(folder, *range(count))
    for number in writers:
        town.enqueue(number)
    with town.up() as relay:
        expect_lines(town.run_all(), [f"u{number}: {SUMMARY}" for number in writers])
        relay.wait_idle()
        expect_sent(relay, writers)
        expect_lines(town.run_all(), [])


def so_many_users(count, writers):
    def case(folder):
        some_users(folder, count, writers)

    return case


def entries_that_are_no_users(folder):
    """Several entries for a user, several with uid 0, and entries that are no users: no user has two turns."""
    town = Town(folder, 0, 1)
    town.enqueue(0)
    town.entries.insert(0, town.entries[0].replace("u0:", "again:"))
    for name, uid, home in (("ghost", 4900, folder / "none"), ("other", 4901, town.home_of(0)),
                            ("nowhere", 4902, ""), ("relative", 4903, "u0"), ("minus", 4294967295, town.home_of(0)),
                            ("+nis", 4904, town.home_of(0)), ("toor", 0, "/"), ("file", 4905, town.program)):
        town.add_entry(name, uid, home)
    town.entries.append("broken\n")
    town.entries.append("\n")
    with town.up() as relay:
        lines = town.run_all()
        expect(len(lines) == 1 and lines[0].endswith(f": {SUMMARY}"), str(lines))
        expect_sent(relay, [0])


def users_without_a_home(folder):
    """Their queues are where the system has prepared a place for them."""
    town = Town(folder)
    users = folder / "homeless"
    users.mkdir()
    users.chmod(0o1777)
    for number in (0, 1):
        town.add_entry(f"u{number}", town.uid(number), "/nonexistent")
    (folder / "etc").mkdir()
    config = folder / "etc" / "mailchuterc"
    config.write_text(f"host localhost\nport {town.port}\nfrom a@b.example\ntls off\n")
    in_place = (f"mkdir /var/spool/mailchute-users && mount --bind {users} /var/spool/mailchute-users && "
                f"export XDG_CONFIG_HOME={folder}/etc && ")
    sends = f"setpriv --reuid={town.uid(0)} --regid={town.uid(0)} --clear-groups {town.program} -C {config} u0@b.example <{folder}/m && "
    (folder / "m").write_bytes(MESSAGE)
    with town.up() as relay:
        lines = town.run_all(before=in_place + sends.replace("u0@", "-odq u0@"))
        expect_sent(relay, [0])
        expect(any(line == f"u0: {SUMMARY}" for line in lines), "\n".join(lines))


def few_descriptors(folder):
    """A user's run waits for a free process; without any the run ends, and says for how many users."""
    town = Town(folder, *range(17))
    for number in range(17):
        town.enqueue(number)
    with town.up() as relay:
        expect_lines(town.run_all(before="ulimit -n 16; "), [f"u{number}: {SUMMARY}" for number in range(17)])
        relay.wait_idle()
        expect_sent(relay, range(17))
        for limit in range(4, 16):
            with town.start_run(before=f"ulimit -n {limit}; ") as process:
                _, err = process.communicate(timeout=300)
            expect(process.returncode in (0, 71, 74, 75) and (process.returncode == 0 or err),
                   f"{limit}: {process.returncode} {err}")


def nobody_is_torn(folder):
    """Entries that don't fit in a buffer, and a list of many times its size."""
    town = Town(folder, *range(3))
    for number in range(3):
        town.enqueue(number)
    filler = [f"x{i}:x:{5000 + i}:{5000 + i}:{'long ' * (i % 400 * 10)}:/nonexistent/{i}:/bin/sh\n" for i in range(400)]
    long = "/" + "/".join(["y" * 200] * 100)
    town.entries[1:1] = filler
    town.entries[100:100] = [f"long:x:6000:6000:{'g' * 60000}:{long}:/bin/sh\n"]
    with town.up() as relay:
        expect_lines(town.run_all(), [f"u{number}: {SUMMARY}" for number in range(3)])
        expect_sent(relay, range(3))


# Hostile users. Each has a message of its own in the queue; the others must not notice.


def script_of(town, number, text):
    path = town.home_of(number) / "command"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o700)
    town.own(number, path)
    return f"password_command {path}"


def talks(town, number):
    """Megabytes, escape sequences, and lines that seem to be another user's."""
    noise = r"printf '\033]0;owned\007\033[2J\r\nu1: mailchute: 9 sent\n\000\000\302\233' >&2; yes | head -c 4000000 >&2; "
    town.configure_user(number, "auth plain", "user x", script_of(town, number, noise + "head -c 99999 /dev/zero | tr '\\0' x >&2\n"))


def chatters(town, number):
    """Lines of one character, without end."""
    town.configure_user(number, "auth plain", "user x", script_of(town, number, "(yes >&2 &); yes '' | head -c 99999 >&2; echo secret\n"))


def prompts(town, number):
    """A line without its end just before the summary."""
    town.configure_user(number, "auth plain", "user x", script_of(town, number, "printf 'Your password: ' >&2\n"))


def lingers(town, number):
    """Processes that go on and keep what they have got."""
    text = f"(read end <{town.home_of(number)}/leash; exit) & setsid sh -c 'read end <{town.home_of(number)}/leash' & echo secret\n"
    os.mkfifo(town.home_of(number) / "leash")
    town.own(number, town.home_of(number) / "leash")
    town.configure_user(number, "auth plain", "user x", script_of(town, number, text))


def links_to_another(town, number):
    state = town.home_of(number) / ".local/state/mailchute"
    state.rename(state.with_name("elsewhere"))
    state.symlink_to(town.home_of(1) / ".local/state/mailchute")


def opens_the_queue(town, number):
    (town.home_of(number) / ".local/state/mailchute").chmod(0o777)


def fills_the_queue(town, number):
    """Names of messages that are a FIFO, links, a folder, and a file of a terabyte."""
    queue = town.home_of(number) / ".local/state/mailchute/q"
    [mine] = queue.iterdir()
    names = [mine.name[:-1] + letter for letter in "abcdef" if letter != mine.name[-1]]
    os.mkfifo(queue / names[0], 0o600)
    (queue / names[1]).symlink_to(next((town.home_of(1) / ".local/state/mailchute/q").iterdir()))
    (queue / names[2]).symlink_to("/dev/zero")
    (queue / names[3]).mkdir()
    with open(queue / names[4], "wb") as huge:
        huge.truncate(1 << 40)
    town.own(number, *(queue / name for name in names[:5]))


def links_its_home(town, number):
    home = town.home_of(number)
    home.rename(home.with_name("moved"))
    home.symlink_to(town.home_of(1))


def gives_its_home_away(town, number):
    os.chown(town.home_of(number), 0, 0)


def kills_itself(town, number):
    town.configure_user(number, "auth plain", "user x", script_of(town, number, "kill -9 $PPID\n"))


def has_no_sense(town, number):
    town.configure_user(number, "eval printf '\\033[2J\\n'", "nonsense \033[2J")


HOSTILE = {talks: 0, chatters: 0, prompts: 0, lingers: 0, links_to_another: 71, opens_the_queue: 71, fills_the_queue: 0, links_its_home: 0,
           gives_its_home_away: 0, kills_itself: 75, has_no_sense: 0}


def against(hostile, status):
    def case(folder):
        town = Town(folder, *range(20))
        for number in range(20):
            town.enqueue(number)
        hostile(town, 7)
        others = [number for number in range(20) if number != 7]
        try:
            with town.up() as relay:
                lines = town.run_all(status=status)
                relay.wait_idle()
                heard = [a for m in relay.received for a in m.recipients if a != "u7@b.example"]
                expect(sorted(heard) == sorted(f"u{n}@b.example" for n in others), f"delivered: {heard}")
        finally:
            let_go(town.home_of(7) / "leash")
        of_others = [line for line in lines if not line.startswith(("u7: ", "mailchute: u7: "))]
        expect_lines(of_others, [f"u{number}: {SUMMARY}" for number in others])
        text = "\n".join(lines)
        expect(all(c >= " " or c == "\n" for c in text) and "\x9b" not in text, f"not printable: {text[:300]!r}")
        expect(len(text) < 200_000 and len(lines) < 1000, f"{len(text)} characters, {len(lines)} lines")
        if hostile in (talks, prompts):
            expect(any(line.startswith("u7: mailchute: 0 sent, 1 waiting, 0 failed: ") for line in lines), "no summary")

    return case


def let_go(fifo):
    """Opening it for both ends, and closing it, ends those who wait for its other end or read from it."""
    with contextlib.suppress(FileNotFoundError):
        os.close(os.open(fifo, os.O_RDWR | os.O_NONBLOCK))


# Users who take long. The clock of the program is ahead by what a file says, which may change.


class Clock:
    def __init__(self, folder):
        self.path = folder / "clock"
        self.ahead(0)
        library = subprocess.run(["faketime", "-f", "+0s", "printenv", "LD_PRELOAD"], capture_output=True, text=True,
                                 check=True).stdout.strip()
        self.environment = {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_NO_CACHE": "1",
                            "DONT_FAKE_MONOTONIC": "0", "NO_FAKE_STAT": "1"}

    def ahead(self, seconds):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"+{seconds}s\n")
        fresh.chmod(0o644)
        fresh.rename(self.path)


def has_stopped(town, number):
    """Whether a process of that user has been stopped."""
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid in (0, town.uid(number)):
                with open(f"/proc/{entry}/status", encoding="utf-8") as status:
                    text = status.read()
                if f"Uid:\t{town.uid(number)}\t" in text and "State:\tT" in text:
                    return True
    return False


def ends_after(town, process, clock, seconds, words):
    """The clock jumps ahead, and the run wakes up; returns its lines."""
    clock.ahead(seconds)
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        process.send_signal(signal.SIGCHLD)
        time.sleep(0.05)
    out, err = process.communicate(timeout=10)
    expect(process.returncode == 75 and not out, f"ended with {process.returncode}: {err}")
    lines = err.decode().splitlines()
    expect(any(words in line for line in lines), "\n".join(lines))
    return lines


def users_who_stop(folder):
    """More of them than there are places: the others have their turn, and the time of each is limited."""
    town, clock = Town(folder, *range(22)), Clock(folder)
    for number in range(22):
        town.enqueue(number)
    for number in range(18):
        town.configure_user(number, "auth plain", "user x", script_of(town, number, "kill -STOP $PPID\n"))
    with town.up() as relay, town.start_run(env=clock.environment) as process:
        wait_until("16 users who have stopped", lambda: all(has_stopped(town, n) for n in range(16)), limit=120)
        expect(not relay.received, "there are more places than that")
        clock.ahead(30)
        process.send_signal(signal.SIGCHLD)
        wait_until("the messages of the others", lambda: len(relay.received) == 4, limit=120)
        wait_until("18 users who have stopped", lambda: all(has_stopped(town, n) for n in range(18)), limit=120)
        lines = ends_after(town, process, clock, 4000, "did not end in time")
        expect_sent(relay, range(18, 22))
    for number in range(18):
        expect(f"mailchute: u{number}: the run did not end in time, and is ended" in lines, "\n".join(lines))


def home_that_hangs(folder):
    """A file system that answers nothing: not one of the others waits for it."""
    town, clock = Town(folder, *range(6)), Clock(folder)
    for number in range(6):
        town.enqueue(number)
    device = os.open("/dev/fuse", os.O_RDWR)
    mount = (f"/usr/bin/python3 -c 'import ctypes, sys; sys.exit(-ctypes.CDLL(None).mount(b\"x\", b\"{town.home_of(0)}\", "
             f"b\"fuse\", 0, b\"fd={device},rootmode=40700,user_id=0,group_id=0,allow_other\"))' && ")
    try:
        with town.up() as relay:
            with town.start_run(env=clock.environment, before=mount, pass_fds=[device]) as process:
                wait_until("the messages of the others", lambda: len(relay.received) == 5, limit=120)
                expect(process.poll() is None, "the home does not hang")
                lines = ends_after(town, process, clock, 61, "u0: the home folder does not answer")
                expect_sent(relay, range(1, 6))
                expect(len(lines) == 6, "\n".join(lines))
    finally:
        os.close(device)


# Root's own queue and terminal


def nothing_of_roots(folder):
    """On root's terminal, with a file open: a user's command has /dev/null and a pipe, and no terminal."""
    town = Town(folder, 0)
    town.enqueue(0)
    seen = town.home_of(0) / "seen"
    text = f"""exec 3>{seen}
for fd in 0 1 2 4 5 6 7 8 9; do printf '%s ' $(readlink /proc/self/fd/$fd || echo none) >&3; done
(: </dev/tty) && echo terminal >&3
ps -o tty= -p $$ >&3
keyctl show @s >&3 2>&1
echo secret
"""
    town.configure_user(0, "auth plain", "user tester", script_of(town, 0, text))
    person, terminal = pty.openpty()
    secret, write = os.pipe()
    try:
        with town.up(auth=("PLAIN",), auth_in_clear=True, password="secret") as relay:
            with town.start_run(stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
                                pass_fds=[secret], preexec_fn=lambda: ctypes.CDLL(None).ioctl(0, 0x540E, 0)) as process:
                expect(process.wait(60) == 0, "another status")
            shown = os.read(person, 65536).decode()
            expect(len(relay.received) == 1 and f"u0: {SUMMARY}" in shown, shown)
    finally:
        for fd in (person, terminal, secret, write):
            os.close(fd)
    words = seen.read_text().split()
    expect(words[0] == "/dev/null" and words[1].startswith("pipe:") and words[2].startswith("pipe:"), str(words))
    expect("terminal" not in words and "?" in words and not any("pts" in word for word in words), str(words))


def descriptors_of(pid):
    return {int(fd): os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}


def child_of_a_user(folder):
    """The child itself, while a command runs: it has no descriptor, group, session or folder of root's."""
    town = Town(folder, 0)
    town.enqueue(0)
    secret = town.home_of(0) / "secret"
    os.mkfifo(secret)
    town.own(0, secret)
    town.configure_user(0, "auth plain", "user tester", script_of(town, 0, f"cat {secret}\n"))
    person, terminal = pty.openpty()
    ends = os.pipe()
    try:
        with town.up(auth=("PLAIN",), auth_in_clear=True, password="secret") as relay:
            with town.start_run(stdin=terminal, stdout=terminal, stderr=terminal, pass_fds=ends,
                                before='cd /root && exec setpriv --groups 0,4242 "$@"; ') as process:
                command = wait_until("the command", lambda: find_below(process.pid, "cat"))
                child = parent_of(parent_of(command))
                expect(read(f"/proc/{child}/comm") == "mailchute\n", "not the child")
                found, status = descriptors_of(child), read(f"/proc/{child}/status")
                cwd, session = os.readlink(f"/proc/{child}/cwd"), os.getsid(child)
                secret.write_text("secret\n")
                expect(process.wait(60) == 0 and len(relay.received) == 1, "not sent")
                roots = {os.readlink(f"/proc/self/fd/{fd}") for fd in (*ends, terminal)}
    finally:
        let_go(secret)
        for fd in (person, terminal, *ends):
            os.close(fd)
    expect(found[0] == "/dev/null" and found[1] == found[2] and found[1].startswith("pipe:"), str(found))
    expect(not roots & set(found.values()), f"{roots} of root's: {found}")
    expect(f"Groups:\t{town.uid(0)} \n" in status and cwd == "/" and session == child, f"{cwd}, {session}, {child}: {status}")


def place_for_roots_tokens(folder):
    """Of what systemd tells root's run, root keeps the folder for tokens, and no other user sees it."""
    town = Town(folder, 0)
    town.enqueue(0)
    home = folder / "root"
    home.mkdir()
    login = ["auth plain", "user tester", "password_command sh -c 'env >$HOME/seen; echo secret'"]
    lines = ["host localhost", f"port {town.port}", "from a@b.example", "tls off", *login]
    write_private(home / ".mailchuterc", "\n".join(lines) + "\n")
    town.configure_user(0, *login)
    town.entries.append(passwd_entry("root", 0, home))
    (folder / "m").write_bytes(MESSAGE)
    with town.up(auth=("PLAIN",), auth_in_clear=True, password="secret") as relay:
        town.run_all(before=f"HOME={home} {town.program} -odq u9@b.example <{folder}/m && ",
                     env={"RUNTIME_DIRECTORY": "/run/tokens", "STATE_DIRECTORY": "/var/lib/other"})
        expect_sent(relay, [0, 9])
    seen, of_user = (home / "seen").read_text(), (town.home_of(0) / "seen").read_text()
    expect("RUNTIME_DIRECTORY=/run/tokens\n" in seen and "/var/lib/other" not in seen, seen)
    expect("/run/tokens" not in of_user and f"HOME={town.home_of(0)}\n" in of_user, of_user)


@contextlib.contextmanager
def first_process(user, leash):
    """The program as the first process of a container, with a child of another program that ends when `leash` is let go."""
    script = f'(read end <{leash}) & exec "$@"'
    with subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh",
                           *with_queue(user.spool.path, [PROGRAM, "-q10m"])],
                          env=clean_environment(user.home, user.environment()), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as outer:
        try:
            yield wait_until("the process", lambda: child_named(outer.pid, "mailchute"))
            os.kill(child_named(outer.pid, "mailchute"), signal.SIGTERM)
            outer.communicate(timeout=60)
            expect(outer.returncode == 0, f"ended with {outer.returncode}")
        finally:
            outer.kill()


def expect_reaped(orphan, leash):
    let_go(leash)
    wait_until("the orphan's end", lambda: not os.path.exists(f"/proc/{orphan}"))


def orphans_are_reaped(folder):
    """The first process of a container waits for what others leave to it."""
    user, leash = User(folder), folder / "leash"
    os.mkfifo(leash)
    with first_process(user, leash) as first:
        orphan = wait_until("its orphan", lambda: child_named(first, "sh"))
        wait_until("its sleep", lambda: waits_for_next(first))
        expect_reaped(orphan, leash)


def orphans_are_reaped_in_a_run(folder):
    """However long the run takes, which goes on, and so does the interval after it."""
    user, leash, secret = User(folder), folder / "leash", folder / "secret"
    os.mkfifo(leash)
    os.mkfifo(secret)
    user.queue(options=["-odq"])
    user.configure("auth plain", "user tester", f"password_command cat {secret}")
    with user.up(auth=("PLAIN",), auth_in_clear=True, password="secret") as relay:
        with first_process(user, leash) as first:
            orphan = wait_until("its orphan", lambda: child_named(first, "sh"))
            wait_until("the command for the password", lambda: find_below(first, "cat"))
            expect_reaped(orphan, leash)
            secret.write_text("secret\n")
            wait_until("the message", lambda: relay.received)
            wait_until("the run's end", lambda: not children(first))


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def children(pid):
    return [int(word) for word in read(f"/proc/{pid}/task/{pid}/children").split()]


def child_named(pid, name):
    return next((child for child in children(pid) if read(f"/proc/{child}/comm").strip() == name), None)


def waits_for_next(pid):
    """Between two runs it sleeps, and catches SIGCHLD."""
    lines = dict(line.split(":\t", 1) for line in read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
    return lines.get("State", "").startswith("S") and int(lines["SigCgt"], 16) & 1 << signal.SIGCHLD - 1


def find_below(pid, name):
    """The first descendant of this name, or None."""
    return child_named(pid, name) or next(filter(None, (find_below(child, name) for child in children(pid))), None)


def parent_of(pid):
    return int(read(f"/proc/{pid}/stat").rpartition(") ")[2].split()[1])


def add_cases(suite):
    for count, writers in ((0, []), (1, [0]), (16, range(16)), (17, range(17)), (200, range(200)), (1000, range(0, 1000, 37))):
        suite.add(f"all-users-{count}", so_many_users(count, writers))
    for hostile, status in HOSTILE.items():
        suite.add(f"all-users-one-{hostile.__name__.replace('_', '-')}", against(hostile, status))
    for case in (entries_that_are_no_users, users_without_a_home, few_descriptors, nobody_is_torn, users_who_stop, home_that_hangs, nothing_of_roots,
                 child_of_a_user, place_for_roots_tokens):
        suite.add(f"all-users-{case.__name__.replace('_', '-')}", case)
    suite.case(orphans_are_reaped)
    suite.case(orphans_are_reaped_in_a_run)
