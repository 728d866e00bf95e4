# SPDX-License-Identifier: GPL-3.0-or-later
"""limits.py - every mode under resource limits: exit status, mailbox and queue agree"""
import json
import pathlib
import shutil
from tests.lib.harness import Failure, expect
from .allocations import surviving_crashes
from .cases import IS_FULL, check_alive, check_files, count, expect_empty, expect_once, fill, has_spoken, suite
from .sweeps import import_operation, run_operation, send_operation, server_operation
from .user import Message, FaultUser, sample


OPEN_FILES = range(3, 33)
MEMORY = range(0, 4096, 64 if IS_FULL else 512)  # KiB
SIZES = [0, 1, 511, 512, 513, 1024, 1500, 2047, 2048, 2049, 3000, 4095, 4096, 4097, 8192]


def limited(limit, values):
    """Faults for shoot: this limit with each of the values."""
    return [("", 0, {"FAULT_LIMIT": f"{limit} {value}"}) for value in values]


LIMITS = {
    "nofile": limited("nofile", OPEN_FILES),
    "fsize": limited("fsize", SIZES),
    "as": limited("as", MEMORY),
    "memlock": limited("memlock", [0, 4096, 65536]),
    "nproc": limited("nproc", range(3)),
}


def looking_operation(option, wants_id=False):
    """List, list as JSON, or show: all of it, or an exit status and a line."""
    def prepare(user):
        messages = [Message() for _ in range(3)]
        fill(user, messages)
        waiting = user.names("q")

        def shoot(fault):
            return user.run([option, waiting[0]] if wants_id else [option], fault=fault)

        def check(run):
            check_alive(run)
            check_files(user, run, messages)
            expect(user.names("q") == waiting, f"{user.names('q')}; {run}")
            expect(b"is empty" not in run.stdout, f"said to be empty: {run}")
            shown = run.stdout.decode()
            wanted = [f"Message-ID: <{messages[0].ident}>"] if wants_id else waiting
            expect(run.status != 0 or all(part in shown for part in wanted), f"not all is shown: {shown}; {run}")
            expect(run.status == 0 or has_spoken(run), f"failed without a word: {run}")
            if "json" in option and shown:
                json.loads(shown)
        return shoot, check
    return prepare


def change_operation(option, done, copies=0):
    """Hold, remove or retry: done, or not done and reported as not done."""
    def prepare(user):
        message = Message()
        fill(user, [message])
        waiting, = user.names("q")

        def shoot(fault):
            user.restore()
            user.forget()
            return user.run([option, waiting], fault=fault)

        def check(run):
            check_alive(run)
            user.relay.wait_idle()
            check_files(user, run, [message], may_hold="hold" in done)
            where = [folder for folder, _, status in user.find(message) if status != "D"]
            found = where, user.copies(message)[0]
            if run.status == 0:
                expect(found == (done, copies), f"{found}: {run}")
            else:
                expect(found == (["q"], 0), f"{found}: {run}")
                expect(has_spoken(run), f"failed without a word: {run}")
                user.drain()
                expect_once(user, [message])
                expect_empty(user)
        return shoot, check
    return prepare


OPERATIONS = {
    "send": send_operation(),
    "enqueue": send_operation(is_up=False),
    "sendmail": send_operation(program="sendmail"),
    "sendmail-enqueue": send_operation(program="sendmail", is_up=False),
    "sendmail-odq": send_operation(program="sendmail", options=("-odq",)),
    "sendmail-odb": send_operation(program="sendmail", options=("-odb",)),
    "server": server_operation([]),
    "server-odq": server_operation(["-odq"]),
    "run": run_operation(options=("-q",), FAULT_CLOCK="7200"),
    "run-all": run_operation(),
    "retry": change_operation("--queue-retry", [], copies=1),
    "hold": change_operation("--queue-hold", ["hold"]),
    "remove": change_operation("--queue-remove", []),
    "list": looking_operation("--queue-list"),
    "list-json": looking_operation("--queue-list=json"),
    "show": looking_operation("--queue-show", wants_id=True),
    "import": import_operation(False),
}


def name_to_look_up():
    """A name of 127.0.0.1 that needs a look-up, unlike localhost; None if /etc/hosts has no such name."""
    lines = [line.partition("#")[0].split() for line in pathlib.Path("/etc/hosts").read_text("utf-8").splitlines()]
    names = [name for line in lines if line[:1] == ["127.0.0.1"] for name in line[1:]]
    return next((name for name in names if name.split(".")[-1] != "localhost"), None)


HOST = name_to_look_up()
# the modes in which a child looks up the relay's name
FORKING = {"send", "enqueue", "sendmail", "sendmail-enqueue", "sendmail-odb", "server", "run", "run-all", "retry"}


def add_cases():
    for name, operation in OPERATIONS.items():
        for limit, faults in LIMITS.items():
            if limit == "nproc" and (name not in FORKING or not HOST):
                continue
            # a stack that can't grow ends in a crash
            operation = surviving_crashes(operation) if limit == "as" else operation

            def run(folder, operation=operation, faults=faults):
                with FaultUser(folder, {"host": HOST or "localhost"}) as user:
                    shoot, check = operation(user)
                    expect(shoot(("", 0)).status == 0, "fails without a limit")
                    count(sample(shoot, check, faults))
            suite.add(f"limit-{limit}-{name}", run, f"{name} under limits")


add_cases()


def without(call, error):
    """Each mode with a call that always fails; modes that do not make the call are left out."""
    def case(folder):
        with FaultUser(folder) as user:
            for name, operation in OPERATIONS.items():
                user.spool.exists() and shutil.rmtree(user.spool)
                shutil.rmtree(user.folder / "template", ignore_errors=True)
                shoot, check = operation(user)
                run = shoot((error, 1, {"FAULT_CALL": call, "FAULT_EVER": "1"}))
                count(run.is_hit)
                try:
                    check(run)
                except Failure as failure:
                    raise Failure(f"{name}: {failure}") from None
    return case


suite.add("limit-no-random-numbers", without("getrandom", "enosys"), "modes without getrandom")
suite.add("limit-no-poll", without("poll", "enomem"), "modes without poll")
