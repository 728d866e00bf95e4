# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp_generator.py - random config files, command lines and messages, the same every time

They are mostly correct, with some faults. If the two programs differ, one of the
predicates has to give the reason; each has the name of the paragraph of mailchute-msmtp(7) that explains it.
"""
import random
import re
from tests.lib.commands import COMMANDS
from .msmtp import Trial


COUNT_PRETENDED, COUNT_SENT = 300, 200
NAMES = ("default", "work", "home", "x y", "a.b-c_d", "Default", "ö")
ADDRESSES = ("alice@example.org", "Bob@Example.Net", "carol+list@example.org", "carol@example.org",
             "*@pattern.example",
             "d?ve@example.org", "root", "%U@example.org", "")
SENDERS = (*ADDRESSES[:4], "x@pattern.example", "dave@example.org", "carol+other@example.org",
           "nobody@else.example", "")
# for messages that are sent: nothing that keeps them from their relay
HARMLESS = ("domain", "from", "maildomain", "auto_from", "allow_from_override", "set_from_header", "set_date_header",
            "set_msgid_header", "remove_bcc_headers", "keepbcc", "dsn_notify", "dsn_return", "user", "password",
            "add_missing_from_header", "add_missing_date_header", "logfile_time_format", "tls_starttls",
            "tls_force_sslv3", "timeout", "connect_timeout", "source_ip")
# the outcome depends on the network, or on a command
UNSAFE = {"source_ip": ("x", "::1"), "auth": (), "passwordeval": ()}


class Maker:
    """Random choices with a seed; `faults` is the rate of faults."""

    def __init__(self, seed, faults):
        self.chance, self.faults = random.Random(seed), faults

    def pick(self, values):
        return self.chance.choice(list(values))

    def is_so(self, probability):
        return self.chance.random() < probability

    def blanks(self):
        return self.pick(("", "", "", " ", "\t", "  "))

    # config files

    def argument(self, name):
        command = COMMANDS[name]
        if name == "from":
            return self.pick(ADDRESSES)
        left_out = (*command.differs, *UNSAFE.get(name, ()))
        good, bad = ([v for v in values if v not in left_out and f"{name} {v}" not in left_out]
                     for values in (command.good, command.bad))
        return self.pick(bad if bad and self.is_so(self.faults) else good)

    def quoted(self, argument):
        return f'"{argument}"' if self.is_so(0.1) else argument

    def setting(self, names):
        name = self.pick(names)
        if self.is_so(self.faults / 3):
            return self.pick((name.upper(), "nonsense x", "host", f"{name}x y", "eval true", "account", "defaults x"))
        return f"{name}{self.pick((' ', ' ', chr(9), '  '))}{self.quoted(self.argument(name))}"

    def line(self, names):
        kind = self.chance.random()
        if kind < 0.08:
            return self.pick(("", "# a comment", "#", "  # indented", "\t"))
        if kind < 0.12:
            return f"eval echo '{self.setting([n for n in names if n != 'password'])}'"
        return self.setting(names)

    def account(self, known):
        name = self.pick(NAMES)
        bases = self.chance.sample(known, self.chance.randrange(min(3, len(known)) + 1)) if self.is_so(0.5) else []
        if self.is_so(self.faults):
            bases.append(self.pick(("nobody", "", name)))
        if name in known and not self.is_so(self.faults):
            name = f"{name}{len(known)}"
        known.append(name)
        return f"account {name}" + (f"{self.blanks()}:{self.blanks()}" + f"{self.blanks()},{self.blanks()}".join(bases)
                                    if bases else "")

    def sections(self, names):
        known = []
        for number in range(self.chance.randrange(1, 6)):
            kind = self.chance.random()
            if kind < 0.25:
                yield "defaults"
            elif kind < 0.9 or number:
                yield self.account(known)
            else:
                known.append("default")
            yield f"host h{number}.example"
            for _ in range(self.chance.randrange(8)):
                yield self.line(names)

    def config(self, names):
        end = "\r\n" if self.is_so(0.1) else "\n"
        lines = [f"{self.blanks()}{line}{self.blanks()}" for line in self.sections(names)]
        if "account default" not in " ".join(lines) and self.is_so(0.8):
            lines += ["account default", "host d.example"]
        return end.join(lines) + (end if self.is_so(0.9) else "")

    # command lines

    def option(self, names):
        name = self.pick(n for n in names if COMMANDS[n].option and n != "host")
        argument, word = self.argument(name), "--" + name.replace("_", "-")
        if COMMANDS[name].option == "alone":
            return [f"{word}={argument}"] if argument else [word]
        if argument and self.is_so(0.3):
            return [word, argument]
        return [f"{word}={argument}"]

    def choice(self):
        return self.pick(([], [], ["-a", self.pick(NAMES)], [f"--account={self.pick(NAMES)}"],
                          ["-f", self.pick(SENDERS)],
                          [f"--from={self.pick(SENDERS)}"], ["-F", "Full Name"], ["-oi"], ["-t"], ["-i", "-n"],
                          ["--acc", self.pick(NAMES)], ["-N", "never"], ["-R", "full"], ["r@s"], ["-d"], ["-v"]))

    def words(self, names):
        found = self.choice() + self.choice()
        for _ in range(self.chance.randrange(3)):
            found = self.option(names) + found
        return found + self.pick(([], [], ["--", "-t"]))

    # messages

    def field(self):
        fields = ("From: Alice <alice@example.org>", "From: carol@example.org (Carol)", "From:",
                  "from: bob@example.net",
                  "To: Bob <bob@example.net>", "To: a@b.example,\n c@d.example", "To:", "Cc: x@y.example, z@y.example",
                  "CC: <x@y.example>", "Bcc: hidden@example.org", "Bcc: hidden@example.org,\n\tmore@example.org",
                  "bcc:", "Subject: s", "Subject: a\n folded one", "Date: Mon, 02 Mar 2026 10:00:00 +0000", "Date:",
                  "Message-ID: <given@example.org>", "X-Long: " + "word " * 30, "Received: from x\n\tby y; z",
                  "Reply-To: r@s.example", "Sender: s@t.example", "Resent-To: q@r.example", "To: group: g@h.example;",
                  'To: "Doe, John" <j@d.example>', "Cc: (comment) c@c.example", "X-From: From: x@y")
        return self.pick(fields)

    def message(self):
        end = self.pick(("\n", "\n", "\r\n"))
        lines = [line for _ in range(self.chance.randrange(7)) for line in self.field().split("\n")]
        body = [self.pick(("text", ".", "..x", "", "Bcc: x@y.example", "From here", "w" * 300)) for _ in
                range(self.chance.randrange(5))]
        text = end.join([*lines, "", *body])
        return (text + (end if self.is_so(0.8) else "")).encode()

    def recipients(self):
        return self.chance.sample(["r@s.example", "Bob <bob@example.net>", "a@b.example, c@d.example", "root",
                                   "u: v@w.example;", "<x@y.example>"], self.chance.randrange(1, 4))


def pretended(seed):
    maker = Maker(f"pretended {seed}", 0.04)
    names = [name for name in COMMANDS if name not in UNSAFE or UNSAFE[name]]
    return Trial(f"made-pretended-{seed:03}", maker.config(names), ("-P", *maker.words(names)), maker.message())


def sent(seed):
    """An account that leads to the relay, and further settings."""
    maker = Maker(f"sent {seed}", 0.02)
    lines = [maker.line(HARMLESS) for _ in range(maker.chance.randrange(10))]
    config = "\n".join(["account default", *lines, "host 127.0.0.1", "port {port}", "source_ip 127.0.0.1",
                        f"from {maker.pick(ADDRESSES)}" if maker.is_so(0.5) else "", "logfile {home}/log"]) + "\n"
    words = ["--logfile-time-format=T", *maker.recipients(), *maker.pick(([], ["-t"]))]
    words += maker.pick(([], ["-f", maker.pick(SENDERS)], ["-F", "Full Name"]))
    message = maker.message()
    if "-f" not in words and re.search(rb"^from: *\S", message.split(b"\n\n")[0], re.M | re.I):
        words += maker.pick(([], ["--read-envelope-from"]))
    return Trial(f"made-sent-{seed:03}", config, tuple(words), message, relay={})


def trials():
    return [pretended(seed) for seed in range(COUNT_PRETENDED)] + [sent(seed) for seed in range(COUNT_SENT)]


# Reasons for a difference in a random trial


def is_pattern_sent(_, theirs, ours):
    return ours.status == 78 and b"from: is a pattern" in ours.result.stderr


def is_only_logged(_, theirs, ours):
    """Failures before the connection to the relay."""
    return theirs.status == ours.status != 0 and not theirs.log and len(ours.log) == 1 and not ours.envelopes


def is_without_empty_line(trial, theirs, ours):
    """A header that is followed by nothing, or stands below an empty line."""
    is_header_below = re.match(rb"(\r?\n)+(From |Bcc:)", trial.message)
    has_end = re.search(rb"(^|\n)\r?\n", trial.message)
    return (is_header_below or not has_end) and theirs.envelopes == ours.envelopes


def once(lines):
    return list(dict.fromkeys(lines))


def is_supplied_field(trial, theirs, ours):
    """A From field for the null sender, and a From, Date or Message-ID field for an empty one."""
    without = [[re.sub(rb"(?mi)^(From|Date|Message-ID):.*\r\n", b"", c) for c in side.contents]
               for side in (theirs, ours)]
    is_empty = re.search(rb"(?mi)^(From|Date|Message-ID):[ \t]*\r?$", trial.message)
    return (is_empty or "MAIL FROM:<>" in str(ours.envelopes)) and without[0] == without[1] and \
        list(map(once, theirs.envelopes)) == ours.envelopes


def is_empty_default(trial, theirs, ours):
    """Of an empty tls_trust_file among the defaults."""
    found = [dict(side.settings).get("tls_trust_file") for side in (theirs, ours)]
    return found == ["system", "(not set)"] and "defaults" in trial.config


def is_named_twice(_, theirs, ours):
    """A recipient that is named several times gets the message once."""
    return list(map(once, theirs.envelopes)) == ours.envelopes != theirs.envelopes and theirs.contents == ours.contents


def is_name_kept(_, theirs, ours):
    """The name in a From field whose address is replaced."""
    without = [[re.sub(rb"(?m)^From: .*\r\n", b"", c) for c in side.contents] for side in (theirs, ours)]
    return without[0] == without[1] and theirs.envelopes == ours.envelopes and theirs.contents != ours.contents


PREDICATES = {
    "An empty trust file": is_empty_default,
    "Senders that can't be sent": is_pattern_sent,
    "The log": is_only_logged,
    "Fields that are added": is_supplied_field,
    "Broken messages": is_without_empty_line,
    "Recipients named twice": is_named_twice,
    "A From field that is replaced": is_name_kept,
}


def reason(trial, theirs, ours):
    """The title that explains a difference, or ""."""
    return next((title for title, holds in PREDICATES.items() if holds(trial, theirs, ours)), "")
