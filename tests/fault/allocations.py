# SPDX-License-Identifier: GPL-3.0-or-later
"""allocations.py - every mode with each allocation failing, once and from then on: fate and status agree"""
import re
import signal
from tests.lib.harness import expect
from .cases import (IS_FULL, NOBODY, TWO, check_alive, check_files, check_queue_run, count, expect_empty, fill,
                    has_spoken, suite)
from .sweeps import LATER, import_operation, later_operation, run_operation, send_operation, server_operation
from .world import NO_MEMORY, SHIM, SIGKILL, SIGTERM, Message, Tally, World


SHIM_ORDERS = {"LD_PRELOAD": str(SHIM.with_name("memory-shim.so"))}
STRIDE = 1 if IS_FULL else 11
LONG_STRIDE = 7 if IS_FULL else 211  # where libraries allocate thousands of times
# GnuTLS and GMP do not survive it everywhere: what ends us so is a signal as others are, but the loader of
# shared libraries just exits
CRASHES = {-signal.SIGABRT: SIGTERM, -signal.SIGSEGV: SIGTERM, 127: SIGKILL}
TLS = {"tls": "on", "tls_certcheck": "off", "auth": "plain", "user": "tester", "password": "secret"}


def sweep(shoot, check, kind, stride):
    """Every allocation, or one in so many, until a run makes no more of them."""
    tally, number = Tally(), 1
    while tally.shoot(shoot, check, (kind, number, SHIM_ORDERS)):
        number += stride
    return tally.end()


def each_kind(mode, name, operation, expected=0, stride=STRIDE, settings=None, **options):
    """A case for each kind; operation(world) prepares, and returns shoot and check."""
    for kind in NO_MEMORY:
        def run(folder, kind=kind):
            with World(folder, settings, **options) as world:
                shoot, check = operation(world)
                whole = shoot((kind, 0, SHIM_ORDERS))
                expect(whole.status == expected, f"not as expected with memory: {whole}")
                check(whole)
                count(sweep(shoot, check, kind, stride))
        suite.add(f"memory-{name}-{kind}", run, mode)


def surviving_crashes(operation):
    """The operation, with a library's crash taken for a signal."""
    def prepare(world):
        shoot, check = operation(world)

        def check_crashed(run):
            if run.status in CRASHES:
                run.status = CRASHES[run.status]
                run.told = f"hit malloc {'kill' if run.status == SIGKILL else 'term'}\n"
            check(run)
        return shoot, check_crashed
    return prepare


def helped(operation):
    """The operation with what else takes part in a send: names, a filter, aliases, a log."""
    def prepare(world):
        (world.folder / "aliases").write_text("other: else@example.org\n")
        world.settings.update(host="localhost", filter="cat", aliases=world.folder / "aliases",
                              logfile=world.folder / "log")
        return operation(world)
    return prepare


def idn_operation(world):
    """A domain that only libidn2 can write: without memory it must not be taken for a wrong one."""
    shoot_plain, check = send_operation(["bob@xn--bcher-kva.example"], program="sendmail")(world)

    def shoot(fault):
        send, world.send = world.send, lambda message, fault, options, program: world.run(
            ["-f", message.sender, "--", "bob@bücher.example"], message.text, fault, program=program)
        try:
            return shoot_plain(fault)
        finally:
            world.send = send
    return shoot, check


def made_operation(world):
    """A message that is made of options and files is sent whole or not at all."""
    attached = world.folder / "attached.bin"
    attached.write_bytes(bytes(range(256)) * 40)

    def shoot(fault):
        world.restore()
        world.forget()
        return world.run(["--subject=made", f"--attach={attached}", "bob@example.org"], b"text\n", fault)

    def check(run):
        check_alive(run)
        world.relay.wait_idle()
        first, extra = len(world.relay.received), sum("?" in world.record("q", n).status for n in world.names("q"))
        expect(run.status == 0 or not first, f"reported as not sent, but the relay took it: {run}")
        world.drain()
        sent = run.status == 0
        expect(sent <= len(world.relay.received) <= sent + extra, f"{len(world.relay.received)} arrived: {run}")
        expect(all(b"attached.bin" in t.content for t in world.relay.received), "sent without what was attached")
        expect_empty(world)
    return shoot, check


def change_operation(option, to):
    """The message is where it was or where it should be, and the latter if that was said."""
    def prepare(world):
        message = Message()
        fill(world, [message])

        def shoot(fault):
            world.restore()
            world.forget()
            return world.run([option, world.find(message)[0][1]], fault=fault)

        def check(run):
            world.relay.wait_idle()
            if option == "--queue-retry":
                check_queue_run(world, run, [message])
                return
            check_alive(run)
            check_files(world, run, [message], may_hold=True)
            there = [folder for folder, _, _ in world.find(message)]
            expect(there == to or (run.status > 0 and there == ["q"]), f"it is in {there}: {run}")
            expect(run.status == 0 or has_spoken(run), f"nothing was said: {run}")
            expect(not any(world.copies(message)), "sent")
        return shoot, check
    return prepare


def look_operation(*args):
    """What only looks says all that there is, or that it can't; it changes nothing."""
    def prepare(world):
        messages = [Message(), Message(TWO)]
        fill(world, messages)
        words = [arg or world.find(messages[1])[0][1] for arg in args]
        reference, before = world.run(words).stdout, world.contents()

        def check(run):
            check_alive(run)
            expect(world.contents() == before, f"the queue has changed: {run}")
            if run.status == 0:
                expect(ageless(run.stdout) == ageless(reference), f"not all of it: {run.stdout}; {run}")
            else:
                expect(has_spoken(run), f"fails silently: {run}")
        return lambda fault: world.run(words, fault=fault), check
    return prepare


def ageless(listing):
    return re.sub(rb'\b\d+ ?(s|min)\b|"age": \d+', b"", listing)


OTHER = "nobody@example.org"

each_kind("send", "send", send_operation())
each_kind("send", "enqueue", send_operation(is_up=False))
each_kind("send", "send-two", send_operation(TWO))
each_kind("send", "send-deferred", send_operation(TWO, dialogue=LATER))
each_kind("send", "send-refused", send_operation(["bob@example.org", OTHER], dialogue=NOBODY), expected=65)
each_kind("send", "send-tls", surviving_crashes(send_operation()), stride=LONG_STRIDE, settings=TLS, tls="starttls",
          auth=("PLAIN",))
each_kind("send", "send-helped", helped(send_operation()))
each_kind("sendmail", "sendmail-helped", helped(send_operation(program="sendmail")))
each_kind("-qf", "run-helped", helped(run_operation(2)))
each_kind("sendmail", "sendmail", send_operation(program="sendmail"))
each_kind("sendmail", "sendmail-enqueue", send_operation(program="sendmail", is_up=False))
each_kind("sendmail", "sendmail-refused", send_operation(["bob@example.org", OTHER], program="sendmail", dialogue=NOBODY,
                                                         later=NOBODY, refused=[OTHER]))
each_kind("sendmail", "sendmail-idn", idn_operation)
each_kind("send -odq", "only-queue", send_operation(options=["-odq"]))
each_kind("sendmail -odq", "only-queue-sendmail", send_operation(options=["-odq"], program="sendmail"))
each_kind("sendmail -odb", "background", send_operation(options=["-odb"], program="sendmail"))
each_kind("send", "made", made_operation)
each_kind("send --at", "later", later_operation)
each_kind("-bs", "server", server_operation(["-odq"], is_strict=True))
each_kind("-bs", "server-run", server_operation([], is_strict=True))
each_kind("-qf", "run", run_operation(2))
each_kind("-q", "run-when-due", run_operation(2, options=["-q"], FAULT_CLOCK="7200"))
each_kind("-qf", "run-refused", run_operation(1, dialogue=NOBODY, also=[OTHER], refused=[OTHER]))
each_kind("--queue-retry", "retry", change_operation("--queue-retry", []))
each_kind("--queue-hold", "hold", change_operation("--queue-hold", ["hold"]))
each_kind("--queue-remove", "remove", change_operation("--queue-remove", []))
each_kind("--queue-list", "list", look_operation("--queue-list"))
each_kind("--queue-list", "list-json", look_operation("--queue-list=json"))
each_kind("--queue-show", "show", look_operation("--queue-show", ""))
each_kind("--queue-import", "import", import_operation(False))
