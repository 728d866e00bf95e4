# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp.py - the same config, command line and message given to msmtp and to mailchute, and compared

These have to be the same: the exit status, what --pretend shows under the keys that msmtp knows, the
account and its file, the envelope and the content that a relay gets, and the log line. Where
mailchute differs on purpose, a trial names the paragraph of mailchute-msmtp(7) that says so.
The cases are in msmtp_cases.py.
"""
import contextlib
import dataclasses
import functools
import os
import pathlib
import re
from tests.lib import commands
from tests.lib.harness import PROGRAM, TOP, copy_program, expect, run_program
from tests.lib.relay import Relay, default_certs

MSMTP = TOP / "build/servers/msmtp/usr/bin/msmtp"
# `undisclosed_recipients` became a value of set_to_header
NOT_COMPARED = ("undisclosed_recipients",)
MESSAGE = b"Subject: x\n\ny\n"
# {home}/etc becomes /etc, and the folder that mailchute was built with
ETC = """
for file in passwd group nsswitch.conf hosts ld.so.cache; do [ -e "$1/$file" ] || cp -a /etc/$file "$1"; done
mount --bind "$1" /etc && { [ "$2" = /etc ] || mount --bind "$1" "$2"; } && shift 2 && exec "$@"
"""
IN_ETC = ("unshare", "--mount", "--propagation", "private", "sh", "-c", ETC, "sh", "{home}/etc", "{etc}")
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
ACCOUNT = "host 127.0.0.1\nport {port}\nfrom a@b.example\n"


@dataclasses.dataclass
class Trial:
    """The input of both programs. With `relay` (its options, maybe empty) a message is sent.

    In texts and words {port}, {home}, {ca}, {cert} and {key} (a client's) stand for their values. `differs` is the
    title of a paragraph of the manual; the outcomes then differ, and mailchute's is what `ours` says.
    """
    name: str
    config: str = ACCOUNT
    args: tuple = ("-P",)
    message: bytes = MESSAGE
    files: dict = dataclasses.field(default_factory=dict)
    env: dict = dataclasses.field(default_factory=dict)
    relay: dict = None
    queue: bool = False  # whether mailchute has its queue; by default it is off
    called: str = ""  # the name by which mailchute is called
    before: tuple = ()  # a command that runs the program
    mode: int = 0o600  # of the config, and its owner
    owner: int = -1
    since: str = ""  # an older msmtp differs, and is not compared
    differs: str = ""
    ours: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        """check() compares `ours` only for a difference or an older msmtp; then `ours` must not be empty."""
        if bool(self.ours) != bool(self.differs or self.since):
            raise ValueError(f"{self.name}: nothing looks at what is expected of ours, or nothing is expected")


@dataclasses.dataclass
class Outcome:
    """The result of a run; the last three fields are for certain trials, and are not compared."""
    status: int
    settings: list
    account: str
    envelopes: list
    contents: list
    log: list
    result: object = None
    relay: object = None
    home: pathlib.Path = None

    COMPARED = ("status", "settings", "account", "envelopes", "contents", "log")

    def __str__(self):
        fields = "\n".join(f"{name}: {getattr(self, name)}" for name in self.COMPARED if getattr(self, name) != [])
        return f"{fields}\n{self.result.stderr.decode(errors='replace')}"


@functools.cache
def system_folder():
    """The folder of the system's config that mailchute was built with."""
    text = run_program(["--version"]).stdout.decode()
    return re.search(r"^System configuration file name: (\S+)/\w+$", text, re.M).group(1)


class TrialHome:
    """A home for one program's run, with the trial's files in it."""

    def __init__(self, home, trial, relay):
        self.home, self.trial, self.relay = home, trial, relay
        for name, text in {".msmtprc": trial.config, **trial.files}.items():
            if text is not None:
                self.write(name, text)
        if trial.owner >= 0:
            os.chown(home / ".msmtprc", trial.owner, -1)
            (home / ".msmtprc").chmod(trial.mode)

    def fill(self, text):
        words = {"home": self.home, "port": getattr(self.relay, "port", None) or 1, "etc": system_folder()}
        if "{ca}" in text or "{cert}" in text:
            certs = default_certs()
            words.update(ca=certs.ca, cert=certs.client_cert, key=certs.client_key)
        for name, value in words.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else self.fill(text).encode())
        path.chmod(0o600)

    def run(self, program, more):
        if AS_NOBODY[1] in self.trial.before:
            program = copy_program(self.home / pathlib.Path(program).name, program)
        words = [*self.trial.before, program, *more, *self.trial.args]
        program, *args = [self.fill(str(word)) for word in words]
        env = {name: self.fill(value) for name, value in self.trial.env.items()}
        queue = self.home / "state/mailchute" if self.trial.queue else None  # no setting: msmtp would refuse that
        return run_program(args, self.trial.message, home=self.home, env=env, program=program, queue=queue)


@contextlib.contextmanager
def relay_for(trial, home):
    """The relay of the trial, or None; `unix` is a relay on the socket {home}/s."""
    options = dict(trial.relay or {})
    if options.pop("unix", False):
        options["path"] = home / "s"
    if trial.relay is None:
        yield None
        return
    with Relay(**options) as relay:
        yield relay
        relay.wait_idle()


# Reading the results


def shown_settings(result, home):
    text = result.stdout.decode(errors="replace").replace(str(home), "HOME")
    return [pair for pair in re.findall(r"^([\w ]+) = (.*)$", text, re.M) if pair[0] not in NOT_COMPARED]


def used_account(result, home):
    found = re.search(r"^using account (.* from .*)$", result.stdout.decode(errors="replace"), re.M)
    return found.group(1).replace(str(home), "HOME").replace(f"{system_folder()}/", "/etc/") if found else ""


def without_extensions(line):
    """A command without the parts that msmtp never sends."""
    return re.sub(r" (?:SIZE=\d+|BODY=\w+|SMTPUTF8)(?= |$)", "", line)


def envelopes(relay):
    return [[without_extensions(t.mail), *(rcpt for rcpt, _ in t.rcpts)]
            for t in relay.transactions if t.is_complete] if relay else []


def plain_content(content, message):
    """The content without the parts that differ in each run."""
    def blank(found):
        return found[0] if found[0].rstrip(b"\r") in message else found[1] + b": made anew\r"
    return re.sub(rb"^(Date|Message-ID): [^\n]*", blank, content, flags=re.M)


def contents(relay, message):
    done = [t for t in relay.transactions if t.is_complete] if relay else []
    return [plain_content(t.content, message) for t in done]


def log_lines(home):
    """Without the time, the words of an error, and the size, which mailchute counts with every CR."""
    path = home / "log"
    text = path.read_text() if path.exists() else ""
    text = re.sub(r"mailsize=\d+", "mailsize=N", text)
    return re.sub(r"errormsg='[^']*'", "errormsg='...'", text).splitlines()


def outcome(program, more, home, trial):
    home.mkdir(mode=0o755)
    with relay_for(trial, home) as relay:
        result = TrialHome(home, trial, relay).run(program, more)
    return Outcome(result.status, shown_settings(result, home), used_account(result, home),
                   envelopes(relay), contents(relay, trial.message), log_lines(home), result, relay, home)


@functools.cache
def msmtp_version():
    found = re.search(rb"version (\d+)\.(\d+)\.(\d+)", run_program(["--version"], program=str(MSMTP)).stdout)
    return tuple(map(int, found.groups()))


def is_too_old(trial):
    return bool(trial.since) and msmtp_version() < tuple(map(int, trial.since.split(".")))


def named(home, name):
    """mailchute under another name."""
    if not name:
        return PROGRAM
    link = home.with_name(name)
    link.symlink_to(os.path.realpath(PROGRAM))
    return link


def theirs_and_ours(folder, trial):
    ours, more = folder / "ours", () if trial.queue else ("--queue=off",)
    return (outcome(MSMTP, (), folder / "theirs", trial),
            outcome(named(ours, trial.called), more, ours, trial))


def differing(theirs, ours):
    """The names of the differing fields. mailchute has further settings, and keys that msmtp got later."""
    keys = {key for key, _ in theirs.settings}
    ours = dataclasses.replace(ours, settings=[pair for pair in ours.settings if pair[0] in keys])
    return [name for name in Outcome.COMPARED if getattr(theirs, name) != getattr(ours, name)]


def tell(trial, theirs, ours, names):
    """Both outcomes for a reader, as far as they differ."""
    lines = [f"{trial}"]
    for name in names:
        pairs = getattr(theirs, name), getattr(ours, name)
        if name == "settings":
            keys = dict(pairs[0])
            pairs = [[p for p in a if p not in b and p[0] in keys] for a, b in (pairs, pairs[::-1])]
        lines += [f"{name} of msmtp: {pairs[0]}", f"{name} of ours:  {pairs[1]}"]
    for side in (theirs, ours):
        lines.append(side.result.stderr.decode(errors="replace").strip())
    return "\n".join(lines)


# Comparing


def check(trial, folder):
    theirs, ours = theirs_and_ours(folder, trial)
    names = differing(theirs, ours)
    if trial.differs and not is_too_old(trial):
        expect(names or hidden(trial, theirs) or unsaid(trial, theirs), f"no difference any more: {trial}")
    if trial.differs or is_too_old(trial):
        check_ours(trial, theirs, ours)
        return
    expect(not names, tell(trial, theirs, ours, names))


def check_made(trial, explain, folder):
    """A random trial: each difference has a reason."""
    theirs, ours = theirs_and_ours(folder, trial)
    names = differing(theirs, ours)
    if theirs.status < 0:  # msmtp crashed by its own fault
        return
    expect(not names or explain(trial, theirs, ours), tell(trial, theirs, ours, names))


def hidden(trial, theirs):
    """msmtp shows a text that mailchute must not show."""
    return [word for word in trial.ours.get("hides", ()) if word.encode() in theirs.result.stdout]


def unsaid(trial, theirs):
    """msmtp does not print mailchute's text on standard error."""
    return trial.ours.get("says", "").encode() not in theirs.result.stderr


def check_ours(trial, theirs, ours):
    """The trial's expectation of mailchute's outcome; for settings a part is enough."""
    content = b"".join(ours.contents)
    found = {"has": lambda parts: [p for p in parts if p in content],
             "lacks": lambda parts: [p for p in parts if p not in content],
             "hides": lambda parts: [p for p in parts if p.encode() not in ours.result.stdout],
             "says": lambda part: part if part.encode() in ours.result.stderr else "",
             "settings": lambda wanted: {key: value for key, value in ours.settings if key in wanted}}
    for name, wanted in trial.ours.items():
        seen = found[name](wanted) if name in found else getattr(ours, name)
        expect(seen == wanted, f"expected {name} {wanted}, not {seen}\n" + tell(trial, theirs, ours, Outcome.COMPARED))


# The table of the commands


def check_use(use, folder):
    """msmtp shows for a command what the table says, except where the table names a difference."""
    trial = Trial(str(use), use.config, ("-P", *([use.word] if use.word else [])))
    theirs, ours = theirs_and_ours(folder, trial)
    seen = [(side.status, dict(side.settings).get(use.key)) for side in (theirs, ours)]
    if use.key not in dict(theirs.settings) and theirs.status == 0:  # the command is newer
        seen = [status for status, _ in seen]
    expect((seen[0] != seen[1]) == bool(use.differs), f"{use}: msmtp {seen[0]}, ours {seen[1]}: {use.differs}")


def check_command(name, folder):
    for number, use in enumerate(commands.uses_of(name, commands.COMMANDS[name])):
        (folder / str(number)).mkdir(mode=0o755)
        check_use(use, folder / str(number))
