# SPDX-License-Identifier: GPL-3.0-or-later
"""importing.py - cases: --queue-import takes over what msmtp's queue scripts have left"""
import os
import re
from tests.lib.harness import expect
from tests.lib.user import MESSAGE, User


OLD, OLDER, UUID = "2026-03-02-10.00.00", "2026-03-02-10.00.00-1", "2026-03-01-1b4e28ba-2fa1-11d2-883f-0016d3cca427"
BOB = "bob@example.org"


class ImportUser(User):
    """A user who has a folder of one of the scripts."""

    def __init__(self, folder, *lines, **options):
        super().__init__(folder, *lines, **options)
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
    user = ImportUser(folder, "account other : default", "from other@example.org")
    for number, (words, _) in enumerate(PAIRS.values()):
        user.add(f"{OLD}-{number}", words)
    user.add(UUID, f"{BOB}\n")
    with user.up() as relay:
        result = user.take()
        expect(not relay.connections, "something is sent at once")
        expect(user.left() == [], f"left: {user.left()}")
        expect(result.stdout.decode().splitlines()[-1] == f"{len(PAIRS) + 1} imported, 0 left", str(result))
        wanted = [("alice@example.org", [BOB])] + [envelope for _, envelope in PAIRS.values()]
        expect(user.envelopes() == wanted, f"{user.envelopes()}, not {wanted}")
        ids = re.findall(r"^(\S+): queued as ([0-9A-Z]{24})$", result.stdout.decode(), re.M)
        expect(ids[0][0] == UUID and [i for _, i in ids] == [r.id for r in user.spool.records()], str(ids))
        user.flush()
        relay.wait_idle()
        expect(relay.received[0].content.endswith(b"\r\nHello Bob.\r\n"), "another content")


def nothing_there(folder):
    user = ImportUser(folder)
    expect(user.take().stdout == b"0 imported, 0 left\n", "another text")
    expect(not user.spool.path.exists() or not user.spool.files(), "a message from nowhere")
    expect(user.left() == [], "something stays behind")
    user.old.rmdir()
    result = user.take(status=66)
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
        user = ImportUser(place)
        user.add(OLD, words, message)
        user.expect_left(OLD, said, status)


def half_a_pair_stays(folder):
    for ending, missing in ((".mail", ".msmtp"), (".msmtp", ".mail")):
        place = folder / ending[1:]
        place.mkdir()
        user = ImportUser(place)
        user.add(OLD, f"{BOB}\n")
        (user.old / (OLD + missing)).unlink()
        user.expect_left(OLD, f"{missing}: No such file")


def odd_ones_do_not_hold_up(folder):
    user = ImportUser(folder)
    user.add(OLD, "-t\n", b"Subject: x\n\ny\n")
    user.add(OLDER, f"{BOB}\n")
    (user.old / "notes.txt").write_text("mine")
    result = user.take(status=64)
    expect(result.stdout.endswith(b"1 imported, 1 left\n") and len(user.spool.files()) == 1, str(result))
    expect(user.left() == [f"{OLD}.mail", f"{OLD}.msmtp", "notes.txt"], f"left {user.left()}")


def files_of_strangers_stay(folder):
    """A folder that other users can write to could make mailchute run a command."""
    user = ImportUser(folder)
    user.add(OLD, f"--passwordeval=touch\t{folder}/ran {BOB}\n")
    words = user.old / f"{OLD}.msmtp"
    words.chmod(0o622)
    user.expect_left(OLD, "is not a file that only you can write")
    words.rename(folder / "elsewhere")
    words.symlink_to(folder / "elsewhere")
    user.expect_left(OLD, ".msmtp: ")
    words.unlink()
    os.mkfifo(words, 0o600)
    user.expect_left(OLD, "is not a file that only you can write")
    user.old.chmod(0o770)
    result = user.take(status=71)
    expect(b"must belong to you" in result.stderr, str(result))


def locked(folder):
    """The scripts lock their folder by another one in it; a lock file that no process holds does not count."""
    user = ImportUser(folder)
    user.add(OLD, f"{BOB}\n")
    lock = user.old / ".lock"
    for make in (lock.mkdir, lock.touch):
        make()
        result = user.take(status=75)
        expect(b"locked by another process" in result.stderr and not user.spool.files(), str(result))
        (lock.rmdir if lock.is_dir() else lock.unlink)()
    lock.mkdir()
    (lock / "mailchute").touch(0o600)
    user.take()
    expect(user.left() == [] and len(user.spool.files()) == 1, f"left {user.left()}")


def interrupted(folder):
    """A pair whose message is in the queue goes; one whose message is not may have been sent, and stays."""
    user = ImportUser(folder)
    user.add(OLD, f"{BOB}\n")
    user.take()
    record = user.spool.records()[0]
    marker = user.old / f"{OLD}.mailchute"

    def leave_behind():
        user.add(OLD, f"{BOB}\n")
        marker.write_text(f"{record.id} {user.spool.path}\n")

    leave_behind()
    result = user.take()
    expect(f"{OLD}: queued as {record.id}\n".encode() in result.stdout, str(result))
    expect(user.left() == [] and len(user.spool.files()) == 1, f"left {user.left()}")
    leave_behind()
    (user.old / f"{OLD}.msmtp").unlink()  # that was as far as it came
    user.take()
    expect(user.left() == [] and len(user.spool.files()) == 1, f"left {user.left()}")
    with user.up():
        user.flush()
    leave_behind()
    (user.old / f"{OLD}.msmtp").unlink()  # what is gone was saved before
    user.take()
    expect(user.left() == [] and not user.spool.files(), f"left {user.left()}")
    leave_behind()
    user.expect_left(OLD, f"message {record.id} is not in the queue")
    marker.unlink()
    user.take()
    expect(user.left() == [] and len(user.spool.files()) == 1, f"left {user.left()}")
    marker.write_text(f"{record.id} {user.spool.path}\n")
    user.take()
    expect(user.left() == [], f"a marker alone stays: {user.left()}")


def no_queue_no_import(folder):
    user = ImportUser(folder, "queue off")
    user.add(OLD, f"{BOB}\n")
    user.expect_left(OLD, "queue off", 78)
    user.configure("queue_max 1")
    user.queue()
    result = user.take(status=71)
    expect(b"full" in result.stderr and len(user.left()) == 2, str(result))


def options_of_the_import(folder):
    """Options of the command line hold where a pair has none."""
    user = ImportUser(folder, "account other : default", "from other@example.org")
    user.configure("from named@example.org", name="named")
    user.add(OLD, f"{BOB}\n")
    user.add(OLDER, f"-a default {BOB}\n")
    user.take("-a", "other")
    expect([sender for sender, _ in user.envelopes()] == ["other@example.org", "alice@example.org"],
           str(user.envelopes()))
    user.add(OLD, f"{BOB}\n")
    user.take("-C", user.home / "named", f"--queue-folder={folder}/elsewhere")
    expect(len(list((folder / "elsewhere/q").iterdir())) == 1, "not in the folder that was named")


def not_by_the_name_of_sendmail(folder):
    user = ImportUser(folder)
    user.add(OLD, f"{BOB}\n")
    result = user.run(f"--queue-import={user.old}", name="sendmail")
    expect(result.status == 64 and len(user.left()) == 2, str(result))


def add_cases(suite):
    for function in (taken_over, nothing_there, odd_ones_stay, half_a_pair_stays, odd_ones_do_not_hold_up,
                     files_of_strangers_stay, locked, interrupted, no_queue_no_import, options_of_the_import,
                     not_by_the_name_of_sendmail):
        suite.add(f"import-{function.__name__.replace('_', '-')}", function)
