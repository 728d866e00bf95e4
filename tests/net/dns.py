# SPDX-License-Identifier: GPL-3.0-or-later
"""dns.py - a small name server: answers what a test has put into its zone, or misbehaves on request"""
import contextlib
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "AAAA": 28, "SRV": 33}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
CODES = {"SERVFAIL": SERVFAIL, "NXDOMAIN": NXDOMAIN, "REFUSED": REFUSED}
UDP_MAX = 512


def encode_name(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode("latin-1") for label in labels) + b"\0"


def encode_data(kind, value):
    """The data of a record: an address, a name, or (priority, weight, port, target)."""
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "CNAME":
        return encode_name(value)
    priority, weight, port, target = value
    return struct.pack("!HHH", priority, weight, port) + encode_name(target)


def read_question(query):
    """Name (in lower case), type and the question's own bytes."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
        at += 1 + query[at]
    kind, = struct.unpack("!H", query[at + 1:at + 3])
    return ".".join(labels).lower(), kind, query[12:at + 5]


class Names:
    """The server: `add` fills its zone; what is not there does not exist. `asked` holds every question."""

    def __init__(self, address="127.0.0.53"):
        self.zone, self.asked, self.lock = {}, [], threading.Lock()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, 53))
        self.tcp = socket.create_server((address, 53))
        for work in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=work, daemon=True).start()

    def add(self, name, kind, *values):
        """Records of a kind. Kind "FAULT" with SERVFAIL, NXDOMAIN, REFUSED or SILENCE is for all kinds."""
        if kind not in {*TYPES, "FAULT"} or kind == "FAULT" and not {*values} <= {*CODES, "SILENCE"}:
            raise ValueError(f"there is no {kind} {values}")
        with self.lock:
            self.zone.setdefault(name.lower(), {}).setdefault(kind, []).extend(values)

    def serve_udp(self):
        while True:
            query, client = self.udp.recvfrom(65535)
            answer = self.answer(query, UDP_MAX)
            if answer:
                self.udp.sendto(answer, client)

    def serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            with connection, contextlib.suppress(OSError):
                length, = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
                answer = self.answer(connection.recv(length, socket.MSG_WAITALL), 65535)
                if answer:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, query, room):
        """The whole message, None for silence. What has no room is left out: it is asked for by TCP."""
        name, kind, question = read_question(query)
        with self.lock:
            self.asked.append((name, kind))
            records = self.records(name, kind)
            fault = self.zone.get(name, {}).get("FAULT", [None])[0]
            code = CODES.get(fault, NOERROR if name in self.zone else NXDOMAIN)
        if fault == "SILENCE":
            return None
        is_cut = 12 + len(question) + sum(map(len, records)) > room
        records = [] if is_cut else records
        flags = 0x8400 | is_cut << 9 | (query[2] & 1) << 8 | 0x80 | code
        head = query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0)
        return head + question + b"".join(records)

    def records(self, name, kind):
        """The records of that type, after following CNAMEs."""
        found = []
        for _ in range(8):
            here = self.zone.get(name, {})
            for known, number in TYPES.items():
                if number == kind or known == "CNAME":
                    for value in here.get(known, []):
                        data = encode_data(known, value)
                        found.append(encode_name(name)
                                     + struct.pack("!HHIH", number, 1, 60, len(data)) + data)
            if "CNAME" not in here:
                break
            name = here["CNAME"][0]
        return found
