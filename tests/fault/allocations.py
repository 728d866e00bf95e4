# SPDX-License-Identifier: GPL-3.0-or-later
"""allocations.py - every mode with each allocation failing, once and from then on: fate and status agree"""
import re
import signal
from tests.lib.harness import expect
from .cases import (IS_FULL, NOBODY, TWO, check_alive, check_files, check_queue_run, count, expect_empty, fill,
                    has_spoken, suite)
from .sweeps import LATER, import_operation, later_operation, run_operation, send_operation, server_operation
from .user import NO_MEMORY, SHIM, SIGKILL, SIGTERM, Message, Tally, FaultUser


SHIM_ORDERS = {"LD_PRELOAD": str(SHIM.with_name("memory-shim.so"))}
STRIDE = 1 if IS_FULL else 11
LONG_STRIDE = 7 if IS_FULL else 211  # where libraries allocate thousands of times
# GnuTLS and GMP do not survive it everywhere: their crash counts as a signal like others. The loader of
# shared libraries just exits
CRASHES = {-signal.SIGABRT: SIGTERM, -signal.SIGSEGV: SIGTERM, 127: SIGKILL}
TLS = {"tls": "on", "tls_certcheck": "off", "auth": "plain", "user": "tester", "password": "secret"}


def sweep(shoot, check, kind, stride):
    """Every allocation, or every n-th, until a run makes no more of them."""
    tally, number = Tally(), 1
    while tally.shoot(shoot, check, (kind, number, SHIM_ORDERS)):
        number += stride
    return tally.end()


def each_kind(mode, name, operation, expected=0, stride=STRIDE, settings=None, **options):
    """A case for each kind; operation(user) prepares, and returns shoot and check."""
    for kind in NO_MEMORY:
        def run(folder, kind=kind):
            with FaultUser(folder, settings, **options) as user:
                shoot, check = operation(user)
                whole = shoot((kind, 0, SHIM_ORDERS))
                expect(whole.status == expected, f"not as expected with memory: {whole}")
                check(whole)
                count(sweep(shoot, check, kind, stride))
        suite.add(f"memory-{name}-{kind}", run, mode)


def surviving_crashes(operation):
    """The operation; a library's crash counts as a signal."""
    def prepare(user):
        shoot, check = operation(user)

        def check_crashed(run):
            if run.status in CRASHES:
                run.status = CRASHES[run.status]
                run.told = f"hit malloc {'kill' if run.status == SIGKILL else 'term'}\n"
            check(run)
        return shoot, check_crashed
    return prepare


def helped(operation):
    """The operation with all other parts of a send: names, a filter, aliases, a log."""
    def prepare(user):
        (user.folder / "aliases").write_text("other: else@example.org\n")
        user.settings.update(host="localhost", filter="cat", aliases=user.folder / "aliases",
                             logfile=user.folder / "log")
        return operation(user)
    return prepare


def idn_operation(user):
    """A domain that needs libidn2: a lack of memory must not make it an invalid domain."""
    shoot_plain, check = send_operation(["bob@xn--bcher-kva.example"], program="sendmail")(user)

    def shoot(fault):
        send, user.send = user.send, lambda message, fault, options, program: user.run(
            ["-f", message.sender, "--", "bob@bücher.example"], message.text, fault, program=program)
        try:
            return shoot_plain(fault)
        finally:
            user.send = send
    return shoot, check


def made_operation(user):
    """A message that is made of options and files is sent whole or not at all."""
    attached = user.folder / "attached.bin"
    attached.write_bytes(bytes(range(256)) * 40)

    def shoot(fault):
        user.restore()
        user.forget()
        return user.run(["--subject=made", f"--attach={attached}", "bob@example.org"], b"text\n", fault)

    def check(run):
        check_alive(run)
        user.relay.wait_idle()
        first, extra = len(user.relay.received), sum("?" in user.record("q", n).status for n in user.names("q"))
        expect(run.status == 0 or not first, f"reported as not sent, but the relay took it: {run}")
        user.drain()
        sent = run.status == 0
        expect(sent <= len(user.relay.received) <= sent + extra, f"{len(user.relay.received)} arrived: {run}")
        expect(all(b"attached.bin" in t.content for t in user.relay.received), "sent without what was attached")
        expect_empty(user)
    return shoot, check


def change_operation(option, to):
    """The message is at its old place or at the ordered place; after exit 0, at the ordered place."""
    def prepare(user):
        message = Message()
        fill(user, [message])

        def shoot(fault):
            user.restore()
            user.forget()
            return user.run([option, user.find(message)[0][1]], fault=fault)

        def check(run):
            user.relay.wait_idle()
            if option == "--queue-retry":
                check_queue_run(user, run, [message])
                return
            check_alive(run)
            check_files(user, run, [message], may_hold=True)
            there = [folder for folder, _, _ in user.find(message)]
            expect(there == to or (run.status > 0 and there == ["q"]), f"it is in {there}: {run}")
            expect(run.status == 0 or has_spoken(run), f"nothing was said: {run}")
            expect(not any(user.copies(message)), "sent")
        return shoot, check
    return prepare


def look_operation(*args):
    """A mode that only reads prints everything, or an error; it changes nothing."""
    def prepare(user):
        messages = [Message(), Message(TWO)]
        fill(user, messages)
        words = [arg or user.find(messages[1])[0][1] for arg in args]
        reference, before = user.run(words).stdout, user.contents()

        def check(run):
            check_alive(run)
            expect(user.contents() == before, f"the queue has changed: {run}")
            if run.status == 0:
                expect(ageless(run.stdout) == ageless(reference), f"not all of it: {run.stdout}; {run}")
            else:
                expect(has_spoken(run), f"fails silently: {run}")
        return lambda fault: user.run(words, fault=fault), check
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
