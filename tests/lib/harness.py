# SPDX-License-Identifier: GPL-3.0-or-later
"""harness.py - shared by the Python suites: the program under test, and running cases in parallel

A suite is a script that adds named functions to a Suite and calls main(). A function passes by
returning and fails by raising. The output is one TAP line a case, which tests/all counts.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import traceback
from . import patience

TOP = pathlib.Path(__file__).resolve().parents[2]
SHARED_MEMORY = pathlib.Path("/dev/shm")
PROGRAM = os.environ.get("MAILCHUTE", str(TOP / "build" / "mailchute"))


# Mount a folder of the suite over /var/spool, with all of its files except mailchute's queue.
COVER = """mount --bind /var/spool /mnt; mount -t tmpfs -o mode=755 tmpfs /var/spool; mkdir -m 700 /var/spool/mailchute
for path in /mnt/*; do
    name=${path##*/}
    [ ! -d "$path" ] || [ "$name" = mailchute ] || { mkdir "/var/spool/$name"; mount --bind "$path" "/var/spool/$name"; }
done
umount /mnt; exec "$@" """
COVERED = "MAILCHUTE_TEST_COVERED"


class Failure(Exception):
    """Raised by a case when the program does not do what the case expects."""


def expect(condition, what):
    """Fail with the text `what` unless the condition holds."""
    if not condition:
        raise Failure(what)


def cover_spool():
    """As root, start this suite again with a /var/spool of its own, so that the system's queue is not touched."""
    if os.geteuid() != 0 or COVERED in os.environ:
        return
    os.environ[COVERED] = "1"
    unshare = ["unshare", "--mount"]
    if subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0:
        os.execvp("unshare", [*unshare, "sh", "-ec", COVER, "sh", sys.executable, *sys.orig_argv[1:]])


def with_queue(place, words):
    """A command as `words`, for which `place`, a path that ends in /mailchute, is the default queue.

    For root this needs a mount; other users get it by the environment, see environment_with_queue.
    """
    if os.geteuid() != 0:
        return [*words]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ["unshare", "--mount", "sh", "-ec", 'mount --bind "$0" /var/spool/mailchute; exec "$@"', place, *words]


def environment_with_queue(place):
    return {"XDG_STATE_HOME": str(place.parent)}


def mapped_files(pid):
    """The files that a process has mapped, as the text of /proc/PID/maps; "" where that can't be read."""
    try:
        return pathlib.Path(f"/proc/{pid}/maps").read_text(errors="replace")
    except OSError:
        return ""


def clear_faketime():
    """Remove the shared memory that killed runs of faketime have left.

    The names end with the process id of faketime. A later faketime with the same id would end with status 1.
    A program that lives longer than its faketime still has the memory mapped, and keeps it for its children.
    """
    found = SHARED_MEMORY.glob("*faketime_s*_*")
    left = [path for path in found if not os.path.exists(f"/proc/{path.name.rpartition('_')[2]}")]
    if left:
        mapped = "".join(mapped_files(name) for name in os.listdir("/proc") if name.isdigit())
        for path in left:
            if f"{path}\n" not in mapped:
                with contextlib.suppress(OSError):  # already removed, or owned by another user
                    path.unlink()


class Suite:
    """Named cases, run by a few threads at once; each case gets a temporary folder of its own."""

    def __init__(self, name):
        self.name = name
        self.cases = []

    def add(self, name, function):
        """A name that two cases have is an error: a row of a table may have been lost."""
        if any(name == known for known, _ in self.cases):
            raise ValueError(f"two cases have the name {name}")
        self.cases.append((name, function))

    def chosen(self):
        """The cases whose names contain a word of argv (all without words). A word in no name ends the suite."""
        words = sys.argv[1:]
        lost = [word for word in words if not any(word in name for name, _ in self.cases)]
        if lost or not self.cases:
            sys.exit(f"{self.name}: no case has in its name: {', '.join(lost) or 'anything'}")
        return [case for case in self.cases if not words or any(word in case[0] for word in words)]

    def case(self, function):
        """Decorator: the function's name is the name of the case."""
        self.add(function.__name__.replace("_", "-"), function)
        return function

    def report_of(self, function):
        """Run a case in a folder of its own; returns the failure as a text, "" for none."""
        try:
            # a run in the background may still write there, which is no failure of the case
            with tempfile.TemporaryDirectory(prefix=f"mailchute-{self.name}-", ignore_cleanup_errors=True) as folder:
                os.chmod(folder, 0o755)
                function(pathlib.Path(folder))
        except Failure as failure:
            return str(failure) or "a failure without a word"
        except Exception:  # a broken case is a failed case, with its place
            return traceback.format_exc()
        finally:
            clear_faketime()
        return ""

    def report_patiently(self, function, tell):
        """The same, repeated with longer time-outs if a busy machine may be the cause; `tell` gets the reason."""
        for factor in patience.STRETCHES:
            patience.begin(factor)
            report = self.report_of(function)
            if not report or not patience.may_stretch():
                break
            tell(f"is tried again with longer time-outs: {report.splitlines()[0][:100]}")
        return report

    def main(self, jobs=8):
        """Run the chosen cases and exit."""
        cover_spool()
        chosen = self.chosen()
        lock = threading.Lock()
        failed = []

        def run(case):
            name, function = case
            report = self.report_patiently(function, lambda why: print(f"# {self.name}/{name} {why}", flush=True))
            with lock:
                if report:
                    failed.append(name)
                    print(f"not ok - {self.name}/{name}")
                    print("".join(f"#   {line}\n" for line in report.splitlines()), end="")
                else:
                    print(f"ok - {self.name}/{name}")
                sys.stdout.flush()

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            list(pool.map(run, chosen))
        print(f"1..{len(chosen)}")
        sys.exit(1 if failed else 0)


class Result:
    """The result of a run of the program: status, stdout and stderr as bytes."""

    def __init__(self, status, stdout, stderr):
        self.status, self.stdout, self.stderr = status, stdout, stderr

    def __str__(self):
        return (f"exit {self.status}\nstdout:\n{self.stdout.decode(errors='replace')}"
                f"\nstderr:\n{self.stderr.decode(errors='replace')}")


def clean_environment(home=None, env=None):
    """An environment with a HOME of its own (an empty one without `home`) and nothing of the user's session."""
    clean = {k: v for k, v in os.environ.items()
             if k not in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
                          "SMTPSERVER", "EMAIL", "LANGUAGE")}
    clean.update({"HOME": str(home or "/nonexistent"), "LC_ALL": "C.UTF-8", **(env or {})})
    return clean


def run_program(args, stdin=b"", home=None, env=None, limit=60, program=PROGRAM, queue=None, **more):
    """Run the program with a HOME of its own (an empty one without `home`) and no other config.

    `queue` is for with_queue: a default queue of its own.
    `stdin` is bytes or an open file; `more` is for subprocess. A run that does nothing for `limit`
    machine seconds is killed and fails the case.
    """
    try:
        words = [program, *map(str, args)]
        if queue:
            words, env = with_queue(queue, words), {**environment_with_queue(queue), **(env or {})}
        done = patience.run(words, stdin, limit, env=clean_environment(home, env), **more)
    except patience.Stuck as stuck:
        raise Failure(f"{stuck}: {args}") from None
    except FileNotFoundError as missing:
        raise Failure(f"there is no program {missing.filename}: build it, or set MAILCHUTE") from None
    return Result(done.returncode, done.stdout, done.stderr)


def finish(process, stdin=None, limit=60):
    """The stdout and stderr of a process that has to end; fails the case if the process hangs, see patience.py."""
    try:
        return patience.finish(process, stdin, limit)
    except patience.Stuck as stuck:
        raise Failure(f"{stuck}: {process.args}") from None


def wait_until(what, question, limit=20):
    """The question's first true answer; fails the case, naming `what`, after `limit` machine seconds."""
    answer = patience.wait_until(question, limit)
    expect(answer, f"not within {limit} s: {what}")
    return answer


def copy_program(path, program=PROGRAM):
    """Copy the program to a path at which another user can run it; returns the path.

    The copy is written by a process of its own: the kernel runs no file that is open for writing, and a fork by
    another thread keeps a file of this process open.
    """
    subprocess.run(["cp", os.path.realpath(program), path], check=True)
    return path


def write_private(path, text):
    """Write a file that only its owner can read; a config with a password must be such a file."""
    path.write_text(text)
    path.chmod(0o600)
    return path
