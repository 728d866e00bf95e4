# SPDX-License-Identifier: GPL-3.0-or-later
"""importing.py - cases: --queue-import takes over what msmtp's queue scripts have left"""
import os
import re
from tests.lib.harness import expect
from tests.lib.scene import MESSAGE, Scene


OLD, OLDER, UUID = "2026-03-02-10.00.00", "2026-03-02-10.00.00-1", "2026-03-01-1b4e28ba-2fa1-11d2-883f-0016d3cca427"
BOB = "bob@example.org"


class Import(Scene):
    """A scene with a folder of one of the scripts beside it."""

    def __init__(self, folder, config=(), **options):
        super().__init__(folder, config, **options)
        self.old = folder / "msmtp.queue"
        self.old.mkdir(mode=0o700)

    def add(self, name, words, message=MESSAGE):
        for ending, text in ((".msmtp", words.encode()), (".mail", message)):
            path = self.old / (name + ending)
            path.write_bytes(text)
            path.chmod(0o600)

    def take(self, *args, status=0):
        result = self.run(f"--queue-import={self.old}", *args)
        expect(result.status == status, f"expected exit {status}: {result}")
        return result

    def left(self):
        return sorted(path.name for path in self.old.iterdir())

    def envelopes(self):
        return [(r.sender, r.recipients) for r in self.spool.records()]

    def expect_left(self, name, words, status=65):
        """A pair that can't be taken over is named with the reason, and stays as it is."""
        before = self.left()
        result = self.take(status=status)
        said = result.stderr.decode()
        expect(f"{self.old}/{name}: " in said and words in said, f"no {words!r}: {result}")
        expect(result.stdout.endswith(b"0 imported, 1 left\n"), str(result))
        expect(self.left() == before and not self.spool.files(), f"left {self.left()}, was {before}")


# the arguments as the scripts wrote them, and the envelope that comes of them
PAIRS = {
    "plain": (f"{BOB}\n", ("alice@example.org", [BOB])),
    "sendmail": (f"-oi -oem -f carol@example.org -- {BOB} dave@example.org\n",
                 ("carol@example.org", [BOB, "dave@example.org"])),
    "from-the-message": ("-t\n", ("alice@example.org", [BOB])),
    "account": (f"-a other  --  {BOB}\n", ("other@example.org", [BOB])),
    "sender-from-the-message": (f"--read-envelope-from {BOB}\n", ("alice@example.org", [BOB])),
    "blanks": (f" \t-f\tcarol@example.org   {BOB}\r\n\n", ("carol@example.org", [BOB])),
    "no-final-newline": (BOB, ("alice@example.org", [BOB])),
    "stars": ("-f carol@example.org * ?\n", ("carol@example.org", ["*", "?"])),
    "quotes-are-letters": ('"b,b"@example.org\n', ("alice@example.org", ['"b,b"@example.org'])),
    "name-of-one-word": (f"-F Bob {BOB}\n", ("alice@example.org", [BOB])),
}


def taken_over(folder):
    """Of both kinds of names, the oldest first; each leaves its folder, and nothing is sent."""
    scene = Import(folder, ["account other : default", "from other@example.org"])
    for number, (words, _) in enumerate(PAIRS.values()):
        scene.add(f"{OLD}-{number}", words)
    scene.add(UUID, f"{BOB}\n")
    with scene.up() as relay:
        result = scene.take()
        expect(not relay.connections, "something is sent at once")
        expect(scene.left() == [], f"left: {scene.left()}")
        expect(result.stdout.decode().splitlines()[-1] == f"{len(PAIRS) + 1} imported, 0 left", str(result))
        wanted = [("alice@example.org", [BOB])] + [envelope for _, envelope in PAIRS.values()]
        expect(scene.envelopes() == wanted, f"{scene.envelopes()}, not {wanted}")
        ids = re.findall(r"^(\S+): queued as ([0-9A-Z]{24})$", result.stdout.decode(), re.M)
        expect(ids[0][0] == UUID and [i for _, i in ids] == [r.id for r in scene.spool.records()], str(ids))
        scene.flush()
        relay.wait_idle()
        expect(relay.received[0].content.endswith(b"\r\nHello Bob.\r\n"), "another content")


def nothing_there(folder):
    scene = Import(folder)
    expect(scene.take().stdout == b"0 imported, 0 left\n", "another text")
    expect(not scene.spool.path.exists() or not scene.spool.files(), "a message from nowhere")
    expect(scene.left() == [], "something stays behind")
    scene.old.rmdir()
    result = scene.take(status=66)
    expect(b"No such file" in result.stderr, str(result))


ODD = {
    "no-recipients": ("-oi\n", MESSAGE, ".msmtp: names no recipients", 65),
    "only-blanks": (" \n", MESSAGE, ".msmtp: names no recipients", 65),
    "nobody-in-the-header": ("-t\n", b"Subject: x\n\ny\n", "no recipients", 64),
    "unknown-option": (f"--nonsense {BOB}\n", MESSAGE, ".msmtp: --nonsense: there is no such option", 64),
    "other-mode": ("--version\n", MESSAGE, ".msmtp: these options send no message", 65),
    "server-mode": ("-bs\n", MESSAGE, ".msmtp: these options send no message", 65),
    "torn-name": (f"-F Bob Builder {BOB}\n", MESSAGE, ".msmtp: the name after -F can't be distinguished", 65),
    "nul": (f"{BOB}\0\n", MESSAGE, ".msmtp: there is a NUL", 65),
    "empty-arguments": ("", MESSAGE, ".msmtp: is empty", 65),
    "empty-message": (f"{BOB}\n", b"", ".mail: is empty", 65),
    "broken-address": ("bob@@example.org\n", MESSAGE, "recipient", 65),
    "unknown-account": (f"-a none {BOB}\n", MESSAGE, "account none", 78),
    "named-file-missing": (f"-C /nowhere/x {BOB}\n", MESSAGE, "/nowhere/x", 74),
}


def odd_ones_stay(folder):
    for name, (words, message, said, status) in ODD.items():
        place = folder / name
        place.mkdir()
        scene = Import(place)
        scene.add(OLD, words, message)
        scene.expect_left(OLD, said, status)


def half_a_pair_stays(folder):
    for ending, missing in ((".mail", ".msmtp"), (".msmtp", ".mail")):
        place = folder / ending[1:]
        place.mkdir()
        scene = Import(place)
        scene.add(OLD, f"{BOB}\n")
        (scene.old / (OLD + missing)).unlink()
        scene.expect_left(OLD, f"{missing}: No such file")


def odd_ones_do_not_hold_up(folder):
    scene = Import(folder)
    scene.add(OLD, "-t\n", b"Subject: x\n\ny\n")
    scene.add(OLDER, f"{BOB}\n")
    (scene.old / "notes.txt").write_text("mine")
    result = scene.take(status=64)
    expect(result.stdout.endswith(b"1 imported, 1 left\n") and len(scene.spool.files()) == 1, str(result))
    expect(scene.left() == [f"{OLD}.mail", f"{OLD}.msmtp", "notes.txt"], f"left {scene.left()}")


def files_of_strangers_stay(folder):
    """What others can write could make us run a command."""
    scene = Import(folder)
    scene.add(OLD, f"--passwordeval=touch\t{folder}/ran {BOB}\n")
    words = scene.old / f"{OLD}.msmtp"
    words.chmod(0o622)
    scene.expect_left(OLD, "is not a file that only you can write")
    words.rename(folder / "elsewhere")
    words.symlink_to(folder / "elsewhere")
    scene.expect_left(OLD, ".msmtp: ")
    words.unlink()
    os.mkfifo(words, 0o600)
    scene.expect_left(OLD, "is not a file that only you can write")
    scene.old.chmod(0o770)
    result = scene.take(status=71)
    expect(b"must belong to you" in result.stderr, str(result))


def locked(folder):
    """The scripts lock their folder by another one in it; a lock of ours that nobody holds is none."""
    scene = Import(folder)
    scene.add(OLD, f"{BOB}\n")
    lock = scene.old / ".lock"
    for make in (lock.mkdir, lock.touch):
        make()
        result = scene.take(status=75)
        expect(b"locked by another process" in result.stderr and not scene.spool.files(), str(result))
        (lock.rmdir if lock.is_dir() else lock.unlink)()
    lock.mkdir()
    (lock / "mailchute").touch(0o600)
    scene.take()
    expect(scene.left() == [] and len(scene.spool.files()) == 1, f"left {scene.left()}")


def interrupted(folder):
    """A pair whose message is in the queue goes; one whose message is not may have been sent, and stays."""
    scene = Import(folder)
    scene.add(OLD, f"{BOB}\n")
    scene.take()
    record = scene.spool.records()[0]
    marker = scene.old / f"{OLD}.mailchute"

    def leave_behind():
        scene.add(OLD, f"{BOB}\n")
        marker.write_text(f"{record.id} {scene.spool.path}\n")

    leave_behind()
    result = scene.take()
    expect(f"{OLD}: queued as {record.id}\n".encode() in result.stdout, str(result))
    expect(scene.left() == [] and len(scene.spool.files()) == 1, f"left {scene.left()}")
    leave_behind()
    (scene.old / f"{OLD}.msmtp").unlink()  # that was as far as it came
    scene.take()
    expect(scene.left() == [] and len(scene.spool.files()) == 1, f"left {scene.left()}")
    with scene.up():
        scene.flush()
    leave_behind()
    (scene.old / f"{OLD}.msmtp").unlink()  # what is gone was saved before
    scene.take()
    expect(scene.left() == [] and not scene.spool.files(), f"left {scene.left()}")
    leave_behind()
    scene.expect_left(OLD, f"message {record.id} is not in the queue")
    marker.unlink()
    scene.take()
    expect(scene.left() == [] and len(scene.spool.files()) == 1, f"left {scene.left()}")
    marker.write_text(f"{record.id} {scene.spool.path}\n")
    scene.take()
    expect(scene.left() == [], f"a marker alone stays: {scene.left()}")


def no_queue_no_import(folder):
    scene = Import(folder, ["queue off"])
    scene.add(OLD, f"{BOB}\n")
    scene.expect_left(OLD, "queue off", 78)
    scene.configure("queue_max 1")
    scene.queue()
    result = scene.take(status=71)
    expect(b"full" in result.stderr and len(scene.left()) == 2, str(result))


def options_of_the_import(folder):
    """They hold where a pair says nothing."""
    scene = Import(folder, ["account other : default", "from other@example.org"])
    scene.configure("from named@example.org", name="named")
    scene.add(OLD, f"{BOB}\n")
    scene.add(OLDER, f"-a default {BOB}\n")
    scene.take("-a", "other")
    expect([sender for sender, _ in scene.envelopes()] == ["other@example.org", "alice@example.org"],
           str(scene.envelopes()))
    scene.add(OLD, f"{BOB}\n")
    scene.take("-C", scene.home / "named", f"--queue-folder={folder}/elsewhere")
    expect(len(list((folder / "elsewhere/q").iterdir())) == 1, "not in the folder that was named")


def not_by_the_name_of_sendmail(folder):
    scene = Import(folder)
    scene.add(OLD, f"{BOB}\n")
    result = scene.run(f"--queue-import={scene.old}", name="sendmail")
    expect(result.status == 64 and len(scene.left()) == 2, str(result))


def add_cases(suite):
    for function in (taken_over, nothing_there, odd_ones_stay, half_a_pair_stays, odd_ones_do_not_hold_up,
                     files_of_strangers_stay, locked, interrupted, no_queue_no_import, options_of_the_import,
                     not_by_the_name_of_sendmail):
        suite.add(f"import-{function.__name__.replace('_', '-')}", function)
