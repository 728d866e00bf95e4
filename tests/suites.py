#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""suites.py - builds mailchute in three ways, runs every suite on it side by side, and counts their cases

Called by tests/all. `python3 tests/suites.py [NAME...]` builds, and runs the suites of these names, which --list
prints. Each suite's output goes to build/log; printed are a line for each suite, its failures, and at last the sum.
A suite may take any time while it prints or works. A suite that hangs is ended.
"""
import collections
import glob
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
import threading
import time

from lib import patience

TOP = pathlib.Path(__file__).resolve().parent.parent
LOG = TOP / "build/log"
PYTHON = "/usr/bin/python3"
STUCK_AFTER = 120  # machine seconds without a line of output or work
WORK_LEAST = 0.02  # of a processor; a loop that only looks at the clock uses less
WATCHED = {
    # In a program with libraries that were loaded late the search for leaks crashes now and then,
    # unless it leaves thread-local memory alone.
    "LSAN_OPTIONS": f"use_tls=0:print_suppressions=0:suppressions={TOP}/tests/leaks",
    "MAILCHUTE": str(TOP / "build-sanitized/mailchute"),
}
OPTIONS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=1:detect_invalid_pointer_pairs=2",
           "UBSAN_OPTIONS": "exitcode=99:halt_on_error=1:print_stacktrace=1"}

# A suite: the commands, run one after the other, variables of the environment, and whether it needs root.
Suite = collections.namedtuple("Suite", "commands environment needs_root", defaults=({}, False))


def script(name, *words):
    return [[PYTHON, "-m", f"tests.{name}", *words]]


def build(compiler, folder, *options):
    """Configure the build folder if it is new, and build."""
    set_up = f"test -f {folder}/build.ninja || CC={compiler} meson setup -Dwerror=true {' '.join(options)} {folder}"
    return [["sh", "-c", f"{{ {set_up}; }} && ninja -C {folder} && echo 'ok - {folder}'"]]


def programs(prefix):
    """Every program whose path begins with this prefix; other files lie there, too."""
    return [[path] for path in sorted(glob.glob(str(TOP / prefix) + "*"))
            if os.path.isfile(path) and os.access(path, os.X_OK)]


def replays(prefix):
    """Each fuzz target on its corpus."""
    return [[path, *sorted(glob.glob(f"{TOP}/tests/fuzz/corpus/{path.rpartition('replay-')[2]}/*"))]
            for path, in programs(prefix)]


BUILDS = {
    "build-gcc": lambda: Suite(build("gcc", "build-gcc")),
    "build-clang": lambda: Suite(build("clang", "build-clang", "-Dfuzz=true", "-Db_lundef=false")),
    "build-sanitized": lambda: Suite(build("gcc", "build-sanitized", "-Db_sanitize=address,undefined",
                                           "-Dc_args=-fsanitize=address,pointer-compare")),
}

# The longest suites come first, so that no long one runs alone at the end.
SUITES = {
    "fault": lambda: Suite(script("fault"), needs_root=True),
    "server": lambda: Suite(script("server"), needs_root=True),
    "dialogue-sanitized": lambda: Suite(script("dialogue"), WATCHED),
    "corpus": lambda: Suite(script("corpus")),
    "corpus-sanitized": lambda: Suite(script("corpus", "offer-nothing", "smtputf8+chunking"), WATCHED),
    "cli-sanitized": lambda: Suite(script("cli"), WATCHED),
    "cert-sanitized": lambda: Suite(script("cert"), WATCHED),
    "secret-sanitized": lambda: Suite(script("secret"), WATCHED),
    "compose-sanitized": lambda: Suite(script("compose", "chance", "text-", "parts-", "files"), WATCHED),
    "stdio-sanitized": lambda: Suite(script("stdio"), WATCHED),
    "queue": lambda: Suite(script("queue")),
    "compose": lambda: Suite(script("compose")),
    "net": lambda: Suite(script("net"), needs_root=True),
    "dialogue": lambda: Suite(script("dialogue")),
    "cert": lambda: Suite(script("cert")),
    "cli": lambda: Suite(script("cli")),
    "secret": lambda: Suite(script("secret")),
    "stdio": lambda: Suite(script("stdio")),
    "check": lambda: Suite(script("check")),
    "relay": lambda: Suite(script("relay")),
    "unit-sanitized": lambda: Suite(programs("build-sanitized/tests/unit/test-")),
    "fuzz-sanitized": lambda: Suite(replays("build-sanitized/tests/fuzz/replay-")),
    "unit": lambda: Suite(programs("build-gcc/tests/unit/test-")),
    "fuzz": lambda: Suite(replays("build-gcc/tests/fuzz/replay-")),
}

running = set()
sums = collections.Counter()
printing = threading.Lock()


def complete(suite, command):
    """The command with its environment, with sudo if it needs root and this user is not root."""
    environment = {"MAILCHUTE": str(TOP / "build-gcc/mailchute"), **suite.environment}
    if suite.needs_root and os.geteuid() != 0:
        command = ["sudo", "-n", "env", *(f"{key}={value}" for key, value in environment.items()), *command]
    return command, {**OPTIONS, **os.environ, **environment}


def members(process):
    """The processes of a command: those of its session, and their children in other sessions."""
    everything = patience.processes()
    found = {}
    for pid, fields in everything.items():
        if int(fields[3]) == process.pid and pid not in found:
            found.update(patience.tree(pid, everything))
    return {**found, **patience.tree(process.pid, everything)}


def end(process):
    """Kill a command with all its processes; returns a line for each."""
    there = members(process)
    told = []
    for pid, fields in there.items():
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            told.append(f"{pid} {fields[0].decode()} {words[:150]}")
            os.kill(pid, signal.SIGKILL)
        except PermissionError:
            subprocess.run(["sudo", "-n", "kill", "-KILL", str(pid)], check=False)
        except OSError:
            pass
    return told


class Watch:
    """Tells when a command hangs: no output, and hardly any work."""

    def __init__(self, process, output):
        self.process, self.output = process, output
        self.size, self.work, self.since = 0, 0.0, patience.now()

    def is_stuck(self):
        now, size = patience.now(), self.output.stat().st_size
        if size == self.size and now - self.since < STUCK_AFTER:
            return False
        work = patience.work_of(members(self.process))
        is_stuck = size == self.size and work - self.work < STUCK_AFTER * WORK_LEAST
        self.size, self.work, self.since = size, work, now
        return is_stuck


def run_command(suite, command, output):
    """Run one command of a suite with its output appended to the file; the exit status."""
    words, environment = complete(suite, command)
    with open(output, "ab") as file:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                                   cwd=TOP, env=environment, start_new_session=True)
    running.add(process)
    watch = Watch(process, output)
    try:
        while True:
            try:
                return process.wait(1)
            except subprocess.TimeoutExpired:
                if watch.is_stuck():
                    told = "".join(f"#   {line}\n" for line in end(process))
                    with open(output, "a", encoding="utf-8") as file:
                        file.write(f"\nnot ok - nothing happens any more, ended:\n{told}")
    finally:
        running.discard(process)


def run_suite(suite, output):
    """Run all commands of the suite; returns the greatest exit status. A failure without a failed case gets a line."""
    worst = 0
    for command in suite.commands:
        status = run_command(suite, command, output)
        worst = worst or status
        if status not in (0, 1) and len(suite.commands) > 1:
            with open(output, "a", encoding="utf-8") as file:
                file.write(f"not ok - {command[0]}\n#   ended with {status}, see {output}\n")
    return worst


def failures_in(text):
    """The failed cases with their diagnostics."""
    is_shown = False
    for line in text.splitlines():
        if re.match(r"(not )?ok - ", line):
            is_shown = line.startswith("not")
        if is_shown and re.match(r"not ok - |#", line):
            yield line


def report(name, output, status, seconds):
    text = output.read_text(errors="replace")
    good = len(re.findall(r"^ok - ", text, re.M))
    bad = len(re.findall(r"^not ok - ", text, re.M))
    lines = list(failures_in(text))
    if bad == 0 and (status != 0 or good == 0):
        bad = 1
        lines = [f"# {name} ended with status {status} and names no failed case; the end of {output}:",
                 *(f"#   {line}" for line in text.splitlines()[-25:])]
    with printing:
        sums.update(passed=good, failed=bad)
        print(f"{name:20}{good:5} passed {bad:4} failed {seconds:5.0f} s", *lines, sep="\n", flush=True)


def do(name, make):
    output = LOG / name
    output.write_bytes(b"")
    begun = time.monotonic()
    status = run_suite(make(), output)
    report(name, output, status, time.monotonic() - begun)


def do_all(suites, side_by_side):
    left = queue.SimpleQueue()
    for item in suites.items():
        left.put(item)

    def work():
        while True:
            try:
                name, make = left.get_nowait()
            except queue.Empty:
                return
            do(name, make)

    workers = [threading.Thread(target=work) for _ in range(side_by_side)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def finish():
    print(f"{sums['passed']} passed, {sums['failed']} failed", flush=True)
    os._exit(1 if sums["failed"] else 0)


def stop(number, _):
    for process in list(running):
        end(process)
    os._exit(128 + number)


def stop_ignoring():
    """Undo what nohup and a shell's & have set: the program would inherit ignored signals."""
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ, signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def main():
    words = sys.argv[1:]
    if words == ["--list"]:
        print(*SUITES, sep="\n")
        return
    unknown = [word for word in words if word not in SUITES]
    if unknown:
        sys.exit(f"suites.py: there is no suite {', '.join(unknown)}")
    stop_ignoring()
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    LOG.mkdir(parents=True, exist_ok=True)
    do_all(BUILDS, 1)
    # no suite runs on an old program
    if not sums["failed"]:
        do_all({name: make for name, make in SUITES.items() if not words or name in words}, patience.PROCESSORS)
    finish()


if __name__ == "__main__":
    main()
