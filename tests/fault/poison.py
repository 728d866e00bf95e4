# SPDX-License-Identifier: GPL-3.0-or-later
"""poison.py - files in the queue that are no messages: never sent, set aside, and no delay for others"""
import os
from tests.lib.harness import expect
from .cases import expect_once, fill, gather, suite
from .user import Message, FaultUser


FIRST, LAST = "0000000000000001AAAAAAAA", "FFFFFFFFFFFFFFFEAAAAAAAA"
BLOCK = 4096
NOBODYS_UID = 65534


def corrupt_at(place):
    def make(path, data):
        at = place if place >= 0 else len(data) + place
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
    return make


def truncate_to(length):
    def make(path, data):
        path.write_bytes(data[:length])
    return make


def as_fifo(path, _):
    os.mkfifo(path, 0o600)


def as_folder(path, data):
    path.mkdir(0o700)
    (path / "inside").write_bytes(data)


def as_symlink(path, data):
    target = path.parent.parent / "outside"
    target.write_bytes(data)
    path.symlink_to(target)


def as_hard_link(path, data):
    path.write_bytes(data)
    os.link(path, path.parent.parent / f"outside-{path.name}")


def as_foreign(path, data):
    path.write_bytes(data)
    os.chown(path, NOBODYS_UID, NOBODYS_UID)


def as_other_id(path, data):
    path.write_bytes(data)


def as_zeros(path, data):
    path.write_bytes(bytes(len(data)))


def as_device(path, _):
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))


POISON = {
    "another id": as_other_id,
    "a wrong byte in the block": corrupt_at(30),
    "a wrong byte in the body": corrupt_at(BLOCK + 50),
    "a wrong byte in the envelope": corrupt_at(-60),
    "a wrong byte in the trailer": corrupt_at(-5),
    "nothing in it": truncate_to(0),
    "half a block": truncate_to(BLOCK // 2),
    "a block alone": truncate_to(BLOCK),
    "half a body": truncate_to(BLOCK + 100),
    "no trailer": truncate_to(-29),
    "half a trailer": truncate_to(-3),
    "zeros": as_zeros,
    "a FIFO": as_fifo,
    "a folder": as_folder,
    "a symbolic link": as_symlink,
    "a hard link": as_hard_link,
    "somebody else's": as_foreign,
    "a device": as_device,
}
ODD_NAMES = ["x" * 255, "..x", "-f", "a\nb", "%s%n", "\x1b[2J", FIRST.lower(), FIRST + "A", FIRST[:-1], "\udcff\udcfe"]


def poisoned(user, messages, victim, makes):
    """A queue of good messages with poison before and after them; a run must work as if it were not there."""
    user.restore()
    user.forget()
    data = victim[1]
    for path in victim[0]:
        makes(path, good_for(path, data, makes))
    run = user.run(["-qf"])
    expect(run.status in (0, 75), f"{run}")
    expect_once(user, messages)
    expect(not any(user.relay.received[len(messages):]), "something else was sent")
    again = user.run(["-qf"])
    expect(again.status in (0, 75) and again.cpu < 0.2, f"{again}")
    user.run(["-bp"])
    return run


def good_for(path, data, makes):
    """The file of which the poison is made has the right id, so that it has no other defect."""
    if makes is as_other_id:
        return data
    old = data[data.index(b"id       ") + 9:][:len(FIRST)]
    return data.replace(old, path.name.encode())


@suite.case
def poison_is_set_aside(folder):
    with FaultUser(folder) as user:
        messages = [Message(), Message()]
        fill(user, [Message()])
        donor = (user.spool / "q" / user.names("q")[0]).read_bytes()
        user.restore("empty")
        fill(user, messages)

        def trial(makes):
            paths = [user.spool / "q" / name for name in (FIRST, LAST)]
            poisoned(user, messages, (paths, donor), makes)
            expect(user.names("q") == [], f"left in q/: {user.names('q')}")
            expect(user.names("hold") == [FIRST, LAST], f"set aside: {user.names('hold')}")
        gather((name, lambda makes=makes: trial(makes)) for name, makes in POISON.items())


@suite.case
def odd_names_are_let_alone(folder):
    """A file without the name of a message is ignored."""
    with FaultUser(folder) as user:
        messages = [Message(), Message()]
        fill(user, messages)

        def trial(name):
            path = user.spool / "q" / name
            poisoned(user, messages, ([path], b"id       " + FIRST.encode()), as_other_id)
            expect(os.path.exists(path), "it has gone")
        gather((repr(name[:30]), lambda name=name: trial(name)) for name in ODD_NAMES)


@suite.case
def poison_where_folders_should_be(folder):
    """A queue whose hold/ or failed/ is no folder is not used: the message is sent, and no message is lost."""
    with FaultUser(folder) as user:
        fill(user, [Message()])

        def trial(name, makes):
            user.restore()
            user.forget()
            for inside in (user.spool / name).iterdir():
                inside.unlink()
            (user.spool / name).rmdir()
            makes(user.spool / name, b"")
            message = Message()
            run = user.send(message)
            expect(run.status == 0, f"{run}")
            expect_once(user, [message])
        gather((f"{name}/ is {what}", lambda n=name, m=makes: trial(n, m))
               for name in ("q", "hold", "failed", "tmp", "route")
               for what, makes in (("a file", truncate_to(0)), ("a FIFO", as_fifo), ("a link", as_symlink)))
