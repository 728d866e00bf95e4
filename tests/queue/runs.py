# SPDX-License-Identifier: GPL-3.0-or-later
"""runs.py - cases: who sends what waits, over how many connections, and nothing twice"""
import collections
import concurrent.futures
import contextlib
import fcntl
import functools
import os
import re
import signal
from tests.lib import relay as relays
from tests.lib.harness import expect, finish, wait_until
from tests.lib.user import MESSAGE, User
from tests.lib.spool import Locked, read
from .contracts import BOB, CAROL, LOGIN, taken_by


MANY = 500
RUNNERS = 8


def numbered(number):
    return b"Subject: number %d\n" % number + MESSAGE


def numbers_in(relay):
    """How often each numbered message was taken."""
    return collections.Counter(int(re.search(rb"Subject: number (\d+)", t.content)[1]) for t in relay.received)


def fill(user, count):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda n: user.send(options=("-odq",), stdin=numbered(n)), range(count)))
    expect(all(r.status == 0 for r in results) and len(user.spool.files()) == count, "not all are queued")


def many_over_one_connection(folder):
    """However many runners begin at once."""
    user = User(folder)
    fill(user, MANY)
    with user.up() as relay:
        runners = [user.start("-qf") for _ in range(RUNNERS)]
        said = [finish(r)[1] for r in runners]
        relay.wait_idle()
        expect(all(r.returncode == 0 for r in runners), f"runners failed: {said}")
        expect(numbers_in(relay) == dict.fromkeys(range(MANY), 1), f"{len(relay.received)} taken: {said}")
        expect(len(relay.connections) == 1, f"{len(relay.connections)} connections")
        waits = relay.client_waits
        expect(waits <= MANY + 6, f"the client waited {waits} times for {MANY} messages")
        expect(not relay.faults, f"faults of the client: {relay.faults}")
    user.expect_empty()


def senders_and_runners_together(folder):
    """Submitting processes send while runs do; every message arrives once."""
    user = User(folder)
    fill(user, 20)
    with user.up() as relay:
        runners = [user.start("-qf") for _ in range(4)]
        senders = [user.start(BOB, name="sendmail", stdin=numbered(n)) for n in range(20, 40)]
        for process in runners + senders:
            expect(finish(process) and process.returncode == 0, "a process failed")
        wait_until("all have arrived", lambda: len(numbers_in(relay)) == 40)
        wait_until("the queue is empty", lambda: not user.spool.files())
        expect(set(numbers_in(relay).values()) == {1}, f"not once each: {numbers_in(relay)}")


def the_waiting_follow(folder):
    """A message that gets through takes those along that wait for the same relay."""
    user = User(folder)
    for number in range(3):
        user.queue(stdin=numbered(number))
    with user.up() as relay:
        result = user.send(stdin=numbered(3))
        expect(result.status == 0 and not result.stderr, f"{result}")
        wait_until("the others follow", lambda: len(relay.received) == 4)
        relay.wait_idle()
        expect(len(relay.connections) == 1, f"{len(relay.connections)} connections")
        expect(list(numbers_in(relay)) == [3, 0, 1, 2], f"in the order {list(numbers_in(relay))}")
    wait_until("the queue is empty", lambda: not user.spool.files())


def the_waiting_do_not_hold_up(folder):
    """The caller has its answer while the relay is still slow about the other messages."""
    user = User(folder)
    user.queue(stdin=numbered(0))
    with user.up("dot#2: hang") as relay:
        result = user.send(stdin=numbered(1))
        expect(result.status == 0, f"{result}")
        expect(list(numbers_in(relay)) == [1], "it waited for the other one")
        wait_until("the other one follows", lambda: len(relay.transactions) == 2)


def gated(folder):
    """A user whose password comes from a pipe, so that a run stands still until it is written."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    user = User(folder, f"passwordeval cat {pipe}", **LOGIN)
    config = (user.home / ".mailchuterc").read_text()
    (user.home / ".mailchuterc").write_text(config.replace("password secret\n", ""))
    return user, pipe


def feed(pipe):
    """Write the password to the reader of the pipe; returns whether a process has read it."""
    try:
        fd = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    os.write(fd, b"secret\n")
    os.close(fd)
    return True


def is_held_up(user):
    """Whether a process has the lock of the queue's runner."""
    with contextlib.suppress(FileNotFoundError), (user.spool.path / "run.lock").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def late_arrival(folder):
    """A message queued while a run stands still is sent by it, because the next runner has ended."""
    user, pipe = gated(folder)
    user.send(options=("-odq",), stdin=numbered(0))
    with user.up() as relay:
        first = user.start("-q")
        wait_until("the run has begun", lambda: is_held_up(user))
        user.send(options=("-odq",), stdin=numbered(1))
        second = user.start("-q")
        expect(finish(second) and second.returncode == 0, "the second runner failed")
        wait_until("the run is over", lambda: (feed(pipe), first.poll() is not None)[1])
        expect(numbers_in(relay) == {0: 1, 1: 1}, f"taken: {numbers_in(relay)}")
    user.expect_empty()


def password_from_a_command(folder):
    """passwordeval runs once for a connection, by the run and not at submission."""
    count = folder / "count"
    user = User(folder, f"passwordeval echo asked >> {count}; echo secret", **LOGIN)
    config = user.home / ".mailchuterc"
    config.write_text(config.read_text().replace("password secret\n", ""))
    fill(user, 5)
    expect(not count.exists(), "asked for without a connection")
    with user.up() as relay:
        user.flush()
        expect(len(relay.received) == 5 and len(relay.connections) == 1, f"{len(relay.received)} taken")
        expect(relay.connections[0].mechanism == "PLAIN", "not logged in")
    expect(count.read_text() == "asked\n", f"asked {count.read_text().count('asked')} times")


def login_refused(folder):
    """One attempt for a run, however many messages wait."""
    user = User(folder, "password wrong", **LOGIN)
    fill(user, 5)
    with user.up() as relay:
        user.flush()
        tries = [v for c in relay.connections for v in c.verbs if v == "AUTH"]
        expect(len(tries) == 1, f"{len(tries)} logins")
    expect([r.status for r in user.spool.messages()] == ["."] * 5, "messages were changed")
    with user.up() as relay:
        user.run("-q")
        expect(not relay.connections, "tried again at once")


def refused_amid_others(folder, **relay):
    """530 for one message among others, whose commands may have left with another's content: it alone waits."""
    user = User(folder, **relay)
    names = [f"r{number}@example.org" for number in range(4)]
    records = [user.queue(name) for name in names]
    with user.up("rcpt <r1@example.org>: 530 5.7.0 Authentication required"):
        user.flush()
    left = user.spool.messages()
    expect([r.id for r in left] == [records[1].id], f"left: {left}")
    expect(1440 <= left[0].delay <= 2160 and b"set auth on" in left[0].notes[-1].encode(), f"{left[0].notes}")
    with user.up() as relay_now:
        user.run("-q")
        expect(not relay_now.connections, "tried before its time")
        user.run("-q", days=1 / 24)
        expect([r for t in relay_now.received for r in t.recipients] == [names[1]], f"{relay_now.received}")


def refused_stops_no_other(folder):
    """A demand of the relay for one recipient does not delay a message to another, now or later."""
    user = User(folder)
    user.queue("r0@example.org")
    with user.up("rcpt <r0@example.org>: 530 5.7.0 Authentication required") as relay:
        for number in range(1, 3):
            user.flush()
            result = user.send(f"r{number}@example.org", name="sendmail")
            expect(len(relay.received) == number, f"not tried: {result}, {user.spool.messages()}")
    expect([r.recipients for r in user.spool.messages()] == [["r0@example.org"]], f"{user.spool.messages()}")


def two_routes(folder):
    """A connection for each relay; one that is down does not delay messages for the other."""
    user = User(folder)
    (folder / "other").mkdir()
    other = User(folder / "other")
    user.configure("account second", "host localhost", f"port {other.port}", "from alice@example.org", "tls off")
    for number in range(6):
        options = ("-odq", "-a", "second") if number % 2 else ("-odq",)
        user.send(options=options, stdin=numbered(number))
    with user.up() as relay:
        user.flush()
        expect(sorted(numbers_in(relay)) == [0, 2, 4] and len(relay.connections) == 1, f"{numbers_in(relay)}")
    expect(len(user.spool.files()) == 3, "the other ones are not kept")
    with other.up() as relay:
        user.flush()
        expect(sorted(numbers_in(relay)) == [1, 3, 5] and len(relay.connections) == 1, f"{numbers_in(relay)}")
    user.expect_empty()


def account_gone(folder):
    """Its messages stay; the others go."""
    user = User(folder)
    good = (user.home / ".mailchuterc").read_text()
    user.configure("account second : default")
    user.queue(options=("-odq", "-a", "second"), stdin=numbered(0))
    user.queue(options=("-odq",), stdin=numbered(1))
    (user.home / ".mailchuterc").write_text(good)
    with user.up() as relay:
        result = user.flush()
        expect(list(numbers_in(relay)) == [1], f"{numbers_in(relay)}: {result}")
    left = user.spool.messages()
    expect(len(left) == 1 and "second" in left[0].notes[-1], f"{[r.notes for r in left]}")
    expect(1440 <= left[0].delay <= 2160, f"next try in {left[0].delay} s")


def options_are_remembered(folder):
    """Settings of the command line hold for the retry, too, except secrets."""
    user = User(folder, "port 1", "password other", **LOGIN)
    record = user.queue(options=(f"--port={user.port}", "--passwordeval=echo secret"))
    expect(b"other" not in record.path.read_bytes(), "a password in the queue")
    config = user.home / ".mailchuterc"
    config.write_text(re.sub(r"(?m)^password .*\n", "", config.read_text()))
    with user.up() as relay:
        result = user.flush()
        expect(len(relay.received) == 1, f"not sent: {result}")


def locked_elsewhere(folder):
    """A message that another process has locked is left alone."""
    user = User(folder)
    first = user.queue(BOB)
    user.queue(CAROL)
    with user.up() as relay, Locked(first.path):
        user.flush()
        expect(taken_by(relay) == (CAROL,), f"taken for {taken_by(relay)}")
        user.run("--queue-remove", first.id)
        expect(first.path.exists(), "removed while it was being sent")
    expect(read(first.path).status == ".", "changed while it was locked")


def cut(path):
    path.write_bytes(path.read_bytes()[:read(path).trailer_at])


def flip(path):
    path.write_bytes(path.read_bytes().replace(b"Hello", b"HELLO"))


def rename(path):
    path.rename(path.with_name(path.name[:-1] + ("A" if path.name[-1] != "A" else "B")))


def link(path):
    os.link(path, path.parents[2] / "linked")


def to_symlink(path):
    path.rename(path.parents[2] / "moved")
    path.symlink_to(path.parents[2] / "moved")


def to_fifo(path):
    path.unlink()
    os.mkfifo(path)


def to_folder(path):
    path.unlink()
    path.mkdir()


def strange_files(folder):
    """A damaged or foreign file is not sent, and delays no other message."""
    user = User(folder)
    good = user.queue(CAROL)
    damages = (lambda p: p.write_bytes(b""), lambda p: p.write_bytes(b"not a message"), cut, flip, rename, link,
               to_symlink, to_fifo, to_folder)
    paths = [user.queue(BOB).path for _ in damages]
    for damage, path in zip(damages, paths):
        damage(path)
    (user.spool.path / "q" / "README").write_text("not an id")
    with user.up() as relay:
        result = user.flush()
        user.flush()
        expect(taken_by(relay) == (CAROL,), f"taken for {taken_by(relay)}: {result}")
    expect(not good.path.exists(), "the good one is still there")
    left = [p.name for p in user.spool.files() if p.name != "README"]
    kinds = [damages[n].__name__ for n, path in enumerate(paths) if path.exists()]
    expect(not left and len(user.spool.files("hold")) == 9, f"not in hold/: {left}, {kinds}, {result}")


def relay_with_a_limit(folder):
    """A relay that ends every session after three messages still gets all of them."""
    user = User(folder)
    fill(user, 10)
    with user.up("mail#4: 421 4.7.0 enough for now") as relay:
        result = user.flush()
        relay.wait_idle()
        expect(numbers_in(relay) == dict.fromkeys(range(10), 1), f"taken {numbers_in(relay)}: {result}")


def relay_that_names_its_limit(folder):
    """RFC 9422."""
    user = User(folder)
    fill(user, 7)
    with user.up(extra=("LIMITS MAILMAX=3",)) as relay:
        user.flush()
        relay.wait_idle()
        counts = [len(c.transactions) for c in relay.connections]
        expect(numbers_in(relay) == dict.fromkeys(range(7), 1) and max(counts) <= 3, f"transactions: {counts}")


def chosen_ones(folder):
    """-qI, -qS and -qR, due or not."""
    user = User(folder)
    records = [user.queue(f"r{n}@example.org", options=("-f", f"s{n}@example.org")) for n in range(4)]
    with user.up() as relay:
        for words in (["-qS", "s1@"], ["-qRr2@"], ["-qI", records[3].id]):
            user.run(*words)
        expect([t.recipients[0][:2] for t in relay.received] == ["r1", "r2", "r3"], "others were taken")
    expect([r.id for r in user.spool.messages()] == [records[0].id], "the rest is not what it was")


def again_and_again(folder):
    """-q with a time is a loop in the foreground that ends by a signal."""
    user = User(folder)
    with user.up() as relay:
        runner = user.start("-q1s")
        for number in range(2):
            user.send(options=("-odq",), stdin=numbered(number))
            wait_until("it is sent", lambda: numbers_in(relay)[number] == 1)
        runner.send_signal(signal.SIGTERM)
        finish(runner)


def in_the_background(folder):
    """-odb: kept, answered, and then sent."""
    user = User(folder)
    with user.up() as relay:
        result = user.send(name="sendmail", options=("-odb",))
        expect(result.status == 0, f"{result}")
        wait_until("it is sent", lambda: len(relay.received) == 1)
    wait_until("the queue is empty", lambda: not user.spool.files())


def nothing_to_do(folder):
    """No queue, and an empty queue: no output, no new file, no connection."""
    user = User(folder)
    with user.up() as relay:
        for words, name in ((["-q"], "mailchute"), ([], "runq"), (["-q"], "sendmail")):
            result = user.run(*words, name=name)
            expect(result.status == 0 and not result.stderr, f"{name}: {result}")
        expect(not relay.connections, "it connects for nothing")


def private(folder):
    """No other user can read the queue, and a queue that other users can write to is not used."""
    user = User(folder)
    record = user.queue()
    modes = {p: p.stat().st_mode & 0o777 for p in [user.spool.path, *user.spool.path.rglob("*")]}
    wrong = {str(p): oct(m) for p, m in modes.items() if m != (0o700 if p.is_dir() else 0o600)}
    expect(not wrong, f"{wrong}")
    user.spool.path.chmod(0o777)
    with user.up() as relay:
        user.flush()
        expect(not relay.received and record.path.exists(), "a queue open to all is used")


def add_cases(suite):
    for name, relay in (("pipelined", {}), ("chunked", {"extensions": (*relays.Options.extensions, "CHUNKING")}),
                        ("in-turn", {"extensions": ()})):
        suite.add(f"refused-amid-others-{name}", functools.partial(refused_amid_others, **relay))
    for function in (many_over_one_connection, senders_and_runners_together, the_waiting_follow,
                     the_waiting_do_not_hold_up, late_arrival, password_from_a_command, login_refused,
                     refused_stops_no_other, two_routes, account_gone, options_are_remembered, locked_elsewhere,
                     strange_files, relay_with_a_limit, relay_that_names_its_limit, chosen_ones, again_and_again,
                     in_the_background, nothing_to_do, private):
        suite.case(function)
