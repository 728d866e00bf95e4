# SPDX-License-Identifier: GPL-3.0-or-later
"""disks.py - a queue on a disk that is full, or read-only: the message is sent directly, none is lost"""
import contextlib
import email
import os
import re
import shutil
import subprocess
from tests.lib.harness import expect
from . import world as worlds
from .cases import IS_FULL, NOBODY, check_failed, count, expect_empty, expect_once, gather, suite
from .world import Message, World


SIZES = range(64, 204, 4 if IS_FULL else 8)  # KiB


def mount(*args):
    done = subprocess.run(["mount", *map(str, args)], capture_output=True, text=True)
    expect(done.returncode == 0, f"can't mount, which needs root: {done.stderr}")


@contextlib.contextmanager
def small_disk(world, kib, inodes=100):
    """The queue on a disk of its own."""
    world.spool.mkdir(0o700, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={kib}k,nr_inodes={inodes},mode=0700", "none", world.spool)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(world.spool)], check=True)


def write_full(path):
    with contextlib.suppress(OSError), open(path, "wb", 0) as file:
        while True:
            file.write(bytes(512))


def give_in(world, messages):
    """Send them, the relay being down: those that are promised, and those that are not."""
    taken, refused = [], []
    for message in messages:
        run = world.send(message)
        (refused if run.status else taken).append(message)
    return taken, refused


def filled_up(folder, kib, inodes=100):
    with World(folder) as world, small_disk(world, kib, inodes):
        world.wants_relay(False)
        taken, refused = give_in(world, [Message(lines=300) for _ in range(20)])
        expect(refused, "the disk never was full")
        world.wants_relay(True)
        direct = Message(lines=300)
        run = world.send(direct)
        expect(run.status == 0, f"not sent because the disk is full: {run}")
        expect_once(world, [direct])
        world.drain()
        expect_once(world, taken)
        expect(not any(world.transactions(m) for m in refused), "reported as not sent, and sent")
        expect_empty(world)


@suite.case
def disk_fills_up(folder):
    gather((f"{kib} KiB", lambda k=kib: filled_up(folder, k)) for kib in SIZES)


@suite.case
def disk_without_inodes(folder):
    gather((f"{n} inodes", lambda n=n: filled_up(folder, 4096, n)) for n in range(1, 16))


@suite.case
def full_disk_lets_the_queue_go(folder):
    """What an attempt changes needs no room; a notice does, and waits until there is some."""
    def trial():
        with World(folder) as world, small_disk(world, 100):
            good, bad = [Message() for _ in range(3)], Message(["nobody@example.org"])
            world.wants_relay(False)
            expect(give_in(world, [*good, bad])[1] == [], "no room for four messages")
            world.wants_relay(True)
            world.play(NOBODY)
            write_full(world.spool / "filler")
            run = world.run(["-qf"])
            expect_once(world, good)
            expect(len(world.find(bad)) == 1, f"the refused one: {world.find(bad)}")
            (world.spool / "filler").unlink()
            world.drain()
            check_failed(world, bad, world.copies(bad), run)
            expect_once(world, good)
    gather([("full", trial)])


@suite.case
def read_only_disk(folder):
    def trial():
        with World(folder) as world, small_disk(world, 400):
            waiting = [Message(), Message()]
            world.wants_relay(False)
            give_in(world, waiting)
            mount("-o", "remount,ro", world.spool)
            lost = Message()
            expect(world.send(lost).status != 0, "promised what can't be kept")
            world.wants_relay(True)
            direct = Message()
            run = world.send(direct)
            expect(run.status == 0, f"not sent although the relay is there: {run}")
            expect_once(world, [direct])
            world.run(["-qf"])
            expect(all(len(world.find(m)) == 1 for m in waiting), "lost from a disk that can't be written")
            mount("-o", "remount,rw", world.spool)
            world.drain()
            expect_once(world, waiting)
            expect(not world.transactions(lost), "reported as not sent, and sent")
            expect_empty(world)
    gather([("read-only", trial)])


@suite.case
def no_place_for_a_queue(folder):
    """Below a file, or in a folder of somebody else."""
    def trial(make):
        with World(folder) as world:
            make(world.spool)
            message = Message()
            expect(world.send(message).status == 0, "not sent")
            expect_once(world, [message])
            world.wants_relay(False)
            expect(world.send(Message()).status != 0, "promised what can't be kept")
            os.chmod(world.spool, 0o700)
            world.spool.unlink() if world.spool.is_file() else world.spool.rmdir()

    def of_everybody(path):
        path.mkdir()
        path.chmod(0o777)
    gather([("a file", lambda: trial(lambda path: path.touch())), ("of everybody", lambda: trial(of_everybody))])


# No disk at all takes the message: it is held in memory, up to a bound

PLACES = ("/tmp", "/var/tmp")
MEMORY_MAX = 32 << 20


@contextlib.contextmanager
def copied(world):
    """The program and the shim as copies in the world's folder, as the tree may lie below /tmp."""
    before = worlds.PROGRAM, worlds.SHIM
    worlds.PROGRAM = shutil.copy(worlds.PROGRAM, world.folder / "mailchute")
    worlds.SHIM = shutil.copy(worlds.SHIM, world.folder)
    try:
        yield
    finally:
        worlds.PROGRAM, worlds.SHIM = before


@contextlib.contextmanager
def all_disks_full(world, room=0):
    """The queue, $TMPDIR, /tmp and /var/tmp each on a disk with room for so many KiB."""
    world.spool.mkdir(0o700, exist_ok=True)
    (world.folder / "tmpdir").mkdir(exist_ok=True)
    disks = [str(world.spool), str(world.folder / "tmpdir"), *PLACES]
    with copied(world), contextlib.ExitStack() as stack:
        for disk in disks:
            # folders and files without a name need a page each
            mount("-t", "tmpfs", "-o", f"size={room + 64}k,mode=0700", "none", disk)
            stack.callback(subprocess.run, ["umount", "-l", disk], check=True)
        world.run(["-q"])  # makes the queue's folders
        for disk in disks:
            write_full(f"{disk}/filler")
            with open(f"{disk}/filler", "rb+") as filler:
                filler.truncate(os.path.getsize(f"{disk}/filler") - room * 1024)
        yield


class Bare:
    """The program without the shim, with a limit on the size of files."""

    def __init__(self, world, size=None):
        self.world = world
        self.limit = ["prlimit", f"--fsize={size}"] if size is not None else []

    def run(self, args, stdin):
        words = [*self.limit, str(worlds.PROGRAM), "-C", str(self.world.config), *args]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.world.folder), "LC_ALL": "C.UTF-8",
                       "TMPDIR": str(self.world.folder / "tmpdir")}
        return subprocess.run(words, input=stdin, env=environment, capture_output=True, check=False)

    def send(self, message, *options):
        return self.run([*options, "-f", message.sender, "--", *message.recipients], message.text)


def check_directly(world, bare):
    """Sent while the relay is there; else kept, where there is room for it, or refused and sent never."""
    for lines in (1, 200, 20000):
        count()
        message = Message(lines=lines)
        done = bare.send(message)
        expect(done.returncode == 0, f"{lines} lines were not sent: {done}")
        expect_once(world, [message])
        world.wants_relay(False)
        other = Message(lines=lines)
        done = bare.send(other)
        waits = bool(world.find(other, ["q"]))
        expect(done.returncode == (0 if waits else 75), f"not the true status, it waits: {waits}; {done}")
        world.wants_relay(True)
        world.drain()
        expect(world.copies(other) == [waits], f"{world.copies(other)} copies: {done}")
        expect_empty(world)


@suite.case
def everything_is_full(folder):
    with World(folder) as world, all_disks_full(world):
        check_directly(world, Bare(world))


@suite.case
def everything_fills_up(folder):
    """What was read already moves from one disk to the next, and into memory."""
    for room in (4, 60, 100, 400):
        with World(folder) as world, all_disks_full(world, room):
            check_directly(world, Bare(world))


@suite.case
def no_file_may_grow(folder):
    for size in (0, 1, 4096, 5000, 100000):
        with World(folder) as world:
            check_directly(world, Bare(world, size))


@suite.case
def full_disks_and_the_server(folder):
    with World(folder) as world, all_disks_full(world):
        message = Message(lines=2000)
        content = re.sub(rb"(?m)^\.", b"..", message.wire)
        done = Bare(world).run(["-bs"], b"EHLO me\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
                               + content + b".\r\nQUIT\r\n")
        expect(b"250 2.0.0 sent" in done.stdout, f"{done}")
        expect_once(world, [message])
        count()


@suite.case
def full_disks_and_a_filter(folder):
    with World(folder, {"filter": "sed s/^line/LINE/"}) as world, all_disks_full(world):
        message = Message(lines=20000)
        message.wire = re.sub(rb"(?m)^line", b"LINE", message.wire)
        done = Bare(world).send(message)
        expect(done.returncode == 0, f"{done}")
        expect_once(world, [message])
        count()


@suite.case
def no_file_may_grow_for_a_filter(folder):
    """Not even memory can be its file then; one that leaves the most unread is content with a pipe, too."""
    for size in (0, 1, 4096, 100000):
        with World(folder, {"filter": "sed s/^line/LINE/"}) as world:
            for lines in (1, 200, 20000):
                count()
                message = Message(lines=lines)
                message.wire = re.sub(rb"(?m)^line", b"LINE", message.wire)
                done = Bare(world, size).send(message)
                expect(done.returncode == 0, f"{lines} lines were not sent: {done}")
                expect_once(world, [message])
    with World(folder, {"filter": "sed -n '1,/^$/p;/^$/q'"}) as world:
        done = Bare(world, 0).send(Message(lines=20000))
        expect(done.returncode == 0 and len(world.relay.received) == 1, f"{done}")


@suite.case
def full_disks_and_what_is_made(folder):
    """A text is read twice, and an attachment is as good as any other."""
    with World(folder) as world, all_disks_full(world):
        attached = world.folder / "attached.bin"
        attached.write_bytes(os.urandom(300000))
        for size in (None, 0):
            words = ["--subject=made", f"--attach={attached}", "bob@example.org"]
            done = Bare(world, size).run(words, "täxt\n".encode() * 50000)
            expect(done.returncode == 0, f"{done}")
            count()
        for taken in world.relay.received:
            parts = [part.get_payload(decode=True) for part in email.message_from_bytes(taken.content).walk()]
            expect(attached.read_bytes() in parts, "the attachment arrives otherwise")
            expect("täxt\n".encode() * 50000 in [(part or b"").replace(b"\r\n", b"\n") for part in parts], "the text")
        expect(len(world.relay.received) == 2, "not sent twice")


@suite.case
def memory_has_a_bound(folder):
    with World(folder) as world, all_disks_full(world):
        message = Message()
        for size, status in ((MEMORY_MAX - 100_000, 0), (MEMORY_MAX + 1, 74)):
            text = message.text + (b"x" * 69 + b"\n") * (size // 71)
            done = Bare(world).run(["-f", message.sender, "bob@example.org"], text + b"y" * (size % 71))
            expect(done.returncode == status, f"{size} bytes: {done.returncode}, {done.stderr}")
            expect((status == 0) != (b"memory only 32 MB" in done.stderr), f"{done.stderr}")
            expect(len(world.relay.received) == 1, "sent although there is no room")
            count()
