# SPDX-License-Identifier: GPL-3.0-or-later
"""powercut.py - the queue after a power cut, computed from a log of calls, and on real disks"""
import contextlib
import itertools
import os
import signal
import re
import subprocess
from tests.lib.harness import expect
from .cases import count, expect_once, fill, gather, suite
from .disks import mount
from .runners import wait_for_stop
from .user import Message, FaultUser


LEAST_IMAGE = {"ext4": "16M", "btrfs": "128M"}


class Disk:
    """Files by inode, and names by folder, of which any change may be missing until it is synced."""

    def __init__(self, user):
        self.folders = {(user.spool / name).stat().st_ino: name for name in ("q", "hold", "failed")}
        self.changes = []  # (inode that has to be synced, function of a state)

    def take_over(self, user):
        """The messages that are in the queue at first, and at last."""
        q = (user.spool / "q").stat().st_ino
        for path in (user.spool / "q").iterdir():
            inode = path.stat().st_ino
            self.changes += self.write(inode, 0, path.read_bytes().hex()) + self.link(q, path.name, inode)
        self.changes = [(None, change) for _, change in self.changes]

    def unsynced(self, inode):
        return sum(at == inode for at, _ in self.changes)

    def read(self, line):
        verb, *words = line.split(" ")
        if verb == "sync":
            self.changes = [(None if at == int(words[0]) else at, change) for at, change in self.changes]
        elif verb in ("write", "link", "unlink", "rename"):
            self.changes += getattr(self, verb)(*words)

    @staticmethod
    def write(inode, offset, data=""):
        def change(files, _):
            file, at, new = files.setdefault(int(inode), bytearray()), int(offset), bytes.fromhex(data)
            file.extend(bytes(max(0, at + len(new) - len(file))))
            file[at:at + len(new)] = new
        return [(int(inode), change)]

    def link(self, folder, name, inode):
        return [(int(folder), lambda _, names: names.update({(self.folders[int(folder)], name): int(inode)}))]

    def unlink(self, folder, name):
        where = self.folders.get(int(folder))
        return [(int(folder), lambda _, names: names.pop((where, name), None))] if where else []

    def rename(self, old, name, new, new_name):
        def change(_, names):
            names[self.folders[int(new)], new_name] = names.pop((self.folders[int(old)], name), 0)
        return [(int(new), change)]

    def states(self):
        """Every state that may be found: all, none, or any few of the changes that were not synced."""
        loose = [n for n, (at, _) in enumerate(self.changes) if at is not None]
        picks = {(), tuple(loose)}
        for few in range(1, 3):
            for pick in itertools.combinations(loose, few):
                picks |= {pick, tuple(n for n in loose if n not in pick)}
        for pick in sorted(picks):
            files, names = {}, {}
            for n, (at, change) in enumerate(self.changes):
                if at is None or n in pick:
                    change(files, names)
            yield {where: bytes(files.get(inode, b"")) for where, inode in names.items()}


def lay_out(user, state):
    user.restore("empty")
    user.forget()
    for (folder, name), data in state.items():
        path = user.spool / folder / name
        path.write_bytes(data)
        path.chmod(0o600)


def check_state(user, state, message, is_promised):
    lay_out(user, state)
    run = user.run(["-qf"])
    expect(run.status in (0, 75), f"{run}")
    user.relay.wait_idle()
    copies = user.copies(message)
    expect(copies == [1] or not is_promised, f"promised and lost: {sorted(state)}")
    expect(copies in ([0], [1]), f"{copies} copies")
    expect(len(user.relay.received) == sum(copies), "something else was sent")


@suite.case
def power_cut_after_every_call_freescout_5457(folder):
    cut_after_every_call(folder, [])


@suite.case
def power_cut_when_only_queued(folder):
    cut_after_every_call(folder, ["-odq"])


def cut_after_every_call(folder, more):
    """From the moment the caller knows the result, every possible state has the message."""
    with FaultUser(folder) as user:
        fill(user, [Message()])
        for name in user.names("q"):
            (user.spool / "q" / name).unlink()
        user.save("empty")
        message, disk, seen = Message(), Disk(user), {}
        user.wants_relay(False)
        run = user.run([*more, "-f", message.sender, *message.recipients], message.text, FAULT_LOG="1")
        expect(run.status == 0, f"{run}")
        user.wants_relay(True)
        lines, is_promised = run.told.splitlines(), False
        expect(sum(line.startswith("sync") for line in lines) >= 2, f"not synced twice: {len(lines)} changes")
        for line in lines:
            disk.read(line)
            is_promised |= line == "said"
            for state in disk.states():
                key = tuple(sorted(state.items()))
                seen[key] = seen.get(key, False) or is_promised
        gather((f"state {n}", lambda k=key, p=promised: check_state(user, dict(k), message, p))
               for n, (key, promised) in enumerate(seen.items()))


def lasts(user, run, name):
    """Whether the name has gone from q/, and that folder was synced after it."""
    folder = (user.spool / "q").stat().st_ino
    _, _, after = run.told.partition(f"unlink {folder} {name}\n")
    return f"sync {folder}\n" in after


@suite.case
def power_cut_after_a_removal(folder):
    """A message reported as removed or sent does not come back."""
    with FaultUser(folder) as user:
        message = Message()
        fill(user, [message])
        for option in ("--queue-remove", "--queue-retry"):
            user.restore()
            name, = user.names("q")
            run = user.run([f"{option}={name}"], FAULT_LOG="1")
            count()
            expect(run.status == 0 and lasts(user, run, name), f"{option}: its end may not last: {run}")
        run = user.send(Message(), FAULT_LOG="1")
        name = re.search(r"link \d+ ([0-9A-Z]{24}) ", run.told)[1]
        count()
        expect(run.status == 0 and lasts(user, run, name), f"sent, and may be there again: {run}")


@suite.case
def power_cut_in_a_run_of_forty(folder):
    """At whatever call the power fails, at most one message that was sent and removed is found again."""
    with FaultUser(folder) as user:
        messages = [Message() for _ in range(40)]
        fill(user, messages)
        disk = Disk(user)
        disk.take_over(user)
        q = (user.spool / "q").stat().st_ino
        run = user.run(["-qf"], FAULT_LOG="1")
        user.relay.wait_idle()
        expect_once(user, messages)
        cuts, removed = [], 0
        for line in run.told.splitlines():
            disk.read(line)
            removed += line.startswith(f"unlink {q} ")
            cuts.append((disk.unsynced(q), removed))
        expect(removed == 40, f"{removed} were removed")
        gather((f"cut {n}", lambda c=cut: expect(c[0] <= 1, f"{c[0]} of {c[1]} come back")) for n, cut in enumerate(cuts))
        expect(disk.unsynced(q) == 0, "the last removal is not synced")


@suite.case
def removals_are_synced_while_the_relay_decides(folder):
    """When a removal is synced, the relay already has all of the next message, so the sync costs no time."""
    with FaultUser(folder) as user:
        messages = [Message() for _ in range(3)]
        fill(user, messages)

        def trial(number):
            user.restore()
            user.forget()
            process = user.start(["-qf"], fault=("stop", number), FAULT_CALL="fsync")
            try:
                expect(wait_for_stop(process), "it never stopped")
                user.let_relay_read()
                arrived = [len(user.transactions(message)) for message in messages]
            finally:
                os.kill(process.pid, signal.SIGCONT)
                run = user.finish(process)
            expect(sum(arrived) == number + 1, f"{arrived} had arrived at sync {number}; {run}")
            expect_once(user, messages)
        gather((f"sync {number}", lambda n=number: trial(n)) for number in (1, 2))


@contextlib.contextmanager
def image_mounted(image, where):
    where.mkdir(exist_ok=True)
    mount("-o", "loop", image, where)
    try:
        yield
    finally:
        subprocess.run(["umount", str(where)], check=True)


def snapshots(user, folder, kind):
    """Messages queued on a file system, each with the image of the disk at that moment."""
    image, where = folder / "image", folder / "mounted"
    subprocess.run(["truncate", "-s", LEAST_IMAGE[kind], str(image)], check=True)
    made = subprocess.run([f"mkfs.{kind}", "-q", str(image)], capture_output=True, text=True)
    expect(made.returncode == 0, f"mkfs.{kind}: {made.stderr}")
    with image_mounted(image, where):
        user.settings["queue_folder"] = where / "spool"
        user.wants_relay(False)
        for number in range(4):
            message, cut = Message(), folder / f"cut{number}"
            run = user.send(message)
            subprocess.run(["cp", "--sparse=always", str(image), str(cut)], check=True)
            expect(run.status == 0, f"{run}")
            yield message, cut
    user.wants_relay(True)


def image_case(kind):
    def run(folder):
        with FaultUser(folder) as user:
            taken = list(snapshots(user, folder, kind))

            def trial(number):
                with image_mounted(taken[number][1], folder / "mounted"):
                    user.run(["-qf"])
                user.relay.wait_idle()
                for message, _ in taken[:number + 1]:
                    expect(user.copies(message) == [1], f"{user.copies(message)} copies after the cut")
                user.forget()
            gather((f"cut {n}", lambda n=n: trial(n)) for n in range(len(taken)))
    suite.add(f"power-cut-on-{kind}", run)


for each in LEAST_IMAGE:
    image_case(each)
