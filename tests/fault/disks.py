# SPDX-License-Identifier: GPL-3.0-or-later
"""disks.py - a queue on a disk that is full, or read-only: the message is sent directly, none is lost"""
import contextlib
import os
import subprocess

from cases import IS_FULL, NOBODY, check_failed, expect_empty, expect_once, fill, gather, suite
from world import Message, World, expect

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
