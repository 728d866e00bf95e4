# SPDX-License-Identifier: GPL-3.0-or-later
"""spool.py - the files of a queue for tests: read, found, changed, locked

src/queue/record.h describes the format.
"""
import dataclasses
import fcntl
import os
import pathlib
import re
import struct

BLOCK = 4096
KEY_WIDTH = 9
NUMBER_LINE = KEY_WIDTH + 15 + 1
PROGRESS = ("begun", "ended", "doubts", "counted", "last", "next", "flags")
ID = re.compile(r"[0-9A-F]{16}[A-Z2-7]{8}")


def crc32c_of_byte(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


CRC32C = [crc32c_of_byte(byte) for byte in range(256)]


def crc32c(data):
    """The checksum of RFC 3720."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def decode(text):
    return re.sub(r"%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text)


@dataclasses.dataclass
class Record:
    """The content of a queue file."""
    path: pathlib.Path
    block: dict
    progress: dict
    body: bytes
    header: bytes
    envelope: list  # (key, the rest of the line)
    status: str
    notes: list
    trailer_at: int
    is_whole: bool  # both checksums and the trailer are right

    @property
    def id(self):
        return self.path.name

    @property
    def sender(self):
        return dict(self.envelope)["sender"][1:-1]

    @property
    def recipients(self):
        return [decode(rest.split(">")[0][1:]) for key, rest in self.envelope if key == "recipient"]

    @property
    def message_id(self):
        return re.search(rb"(?im)^Message-ID:\s*(<[^>]*>)", self.header)[1].decode()

    @property
    def is_notice(self):
        return b"multipart/report" in self.header

    @property
    def delay(self):
        """Seconds from the last attempt, which wrote the last note, to the next one."""
        return self.progress["next"] - int(self.notes[-1].split()[0])

    def change(self, **values):
        """Write other numbers into the progress, with the right checksum."""
        self.progress.update(values)
        lines = "".join(f"{key:<{KEY_WIDTH}}{self.progress[key]:015}\n" for key in PROGRESS).encode()
        data = self.path.read_bytes()
        at = data.index(b"\nbegun ") + 1
        with self.path.open("r+b") as file:
            file.seek(at)
            file.write(lines + b"%-*s%08x\n" % (KEY_WIDTH, b"check", crc32c(lines)))


def is_whole(name, data, status_at):
    """Whether the two checksums hold, and the trailer bears the file's name."""
    checked, begun, check = (data.index(word) + 1 for word in (b"\ncrc ", b"\nbegun ", b"\ncheck "))
    sums = [int(data[at + KEY_WIDTH:].split(b"\n", 1)[0], 16) for at in (checked, check)]
    wanted = [crc32c(data[:checked] + data[BLOCK:status_at]), crc32c(data[begun:check])]
    return sums == wanted and data[status_at:].split(b"\n", 2)[1] == b"END " + name.encode()


def read(path):
    data = path.read_bytes()
    lines = data[:BLOCK].decode().rstrip().split("\n")
    block = {words[0]: words[1:] for words in map(str.split, lines[1:])}
    header_at, header_len = map(int, block["header"])
    envelope_at, envelope_len = map(int, block["envelope"])
    status_at, notes_at = int(block["status"][0]), int(block["notes"][0])
    envelope = data[envelope_at:envelope_at + envelope_len].decode().splitlines()
    return Record(path, block, {key: int(block[key][0]) for key in PROGRESS}, data[BLOCK:header_at],
                  data[header_at:header_at + header_len], [tuple(line.split(" ", 1)) for line in envelope],
                  data[status_at:].split(b"\n", 1)[0].decode(), data[notes_at:].decode().splitlines(),
                  data.index(b"\nEND ", status_at), is_whole(path.name, data, status_at))


class Spool:
    """A queue's folder. Bounces are listed apart from the messages of users."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def files(self, folder="q"):
        where = self.path / folder
        return sorted(where.iterdir()) if where.is_dir() else []

    def records(self, folder="q"):
        """All files; a file that is removed meanwhile is left out."""
        found = []
        for path in self.files(folder):
            try:
                found.append(read(path))
            except FileNotFoundError:
                pass
        return found

    def messages(self, folder="q"):
        return [r for r in self.records(folder) if r.sender]

    def notices(self, folder="q"):
        return [r for r in self.records(folder) if not r.sender]

    def make_due(self):
        for record in self.records():
            record.change(next=0)


class Locked:
    """Lock a message, as another process would."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.fd = os.open(self.path, os.O_RDWR)
        whole = struct.pack("hhlli", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        fcntl.fcntl(self.fd, fcntl.F_OFD_SETLK, whole)
        return self

    def __exit__(self, *_):
        os.close(self.fd)
