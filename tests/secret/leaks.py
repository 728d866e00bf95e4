# SPDX-License-Identifier: GPL-3.0-or-later
"""leaks.py - cases: where a secret must not get: to children, into the queue, into output, into memory of others"""
import base64
import os
import pathlib
import re
from tests.lib.harness import PROGRAM, expect, wait_until, write_private
from .login import BOB, Pipe, LoginUser, passwords


SECRET = "s3cret-of-tester"
TRACES = [SECRET.encode(), base64.b64encode(b"\0tester\0" + SECRET.encode())]


def expect_clean(data, where):
    for trace in TRACES:
        expect(trace not in data, f"the secret is in {where}")


def queue_text(user):
    return b"".join(path.read_bytes() for path in (user.folder / "spool").rglob("*") if path.is_file())


# The queue


def waits_for_another_source(user, result, source):
    """The record says that the password is gone; the message waits, and is sent once there is a password."""
    text = result.stderr.decode()
    expect(result.status == 0 and text.count("\n") == 1, str(result))
    expect(f": kept without its password, which came from {source}: " in text, str(result))
    expect_clean(queue_text(user), "the queue")
    with user.up(password=SECRET) as relay:
        user.flush()
        record, = user.spool.messages()
        expect(record.status == "." and "no password for user tester" in record.notes[-1], str(record.notes))
        expect(not relay.connections, "a connection was made")
        user.login(f"password_file {write_private(user.home / 'secret', SECRET)}")
        user.flush()
        expect(passwords(relay) == [SECRET] and len(relay.received) == 1, "it was not sent in the end")
    user.expect_empty()
    return record


def descriptor_is_not_kept(folder):
    user = LoginUser(folder)
    with Pipe(SECRET.encode()) as fd:
        result = user.give(f"--password-fd={fd}", pass_fds=[fd])
    record = waits_for_another_source(user, result, "password_fd")
    expect("(password_fd gave it when the message was taken)" in record.notes[-1], record.notes[-1])


def a_descriptor_of_a_later_process(folder):
    """Another file may have that descriptor by now."""
    user = LoginUser(folder)
    with Pipe(SECRET.encode()) as fd:
        user.give(f"--password-fd={fd}", pass_fds=[fd])
        with user.up(password=SECRET) as relay, Pipe(SECRET.encode()) as other:
            os.dup2(other, fd)
            user.run("-qf", pass_fds=[fd])
            expect(not relay.connections, "a descriptor of a later process was read")
            expect(os.read(fd, 100) == SECRET.encode(), "a descriptor of a later process was read")


def variable_is_not_kept(folder):
    user = LoginUser(folder)
    result = user.give("--password-env=MAIL_SECRET", env={"MAIL_SECRET": SECRET})
    record = waits_for_another_source(user, result, "password_env")
    expect("(password_env: MAIL_SECRET is not set)" in record.notes[-1], record.notes[-1])


def a_variable_that_the_later_process_has(folder):
    """As in a container, where all have it."""
    user = LoginUser(folder, "password_env MAIL_SECRET")
    user.give(env={"MAIL_SECRET": SECRET})
    with user.up(password=SECRET) as relay:
        user.run("-qf", env={"MAIL_SECRET": SECRET})
        expect(len(relay.received) == 1, "it was not sent")
    user.expect_empty()


def only_put_into_the_queue(folder):
    user = LoginUser(folder)
    with user.up(password=SECRET) as relay, Pipe(SECRET.encode()) as fd:
        result = user.give("-odq", f"--password-fd={fd}", pass_fds=[fd])
        words = b": kept without its password, which came from password_fd: nothing was tried yet"
        expect(result.status == 0 and words in result.stderr, str(result))
        expect("came from password_fd" in user.spool.messages()[0].notes[-1], "it is not in the file")
        expect(not relay.connections, "it was tried")


def sent_in_the_background(folder):
    """The child has what its parent was given."""
    for more in ({"env": {"MAIL_SECRET": SECRET}}, {}):
        here = folder / ("variable" if more else "descriptor")
        here.mkdir()
        user = LoginUser(here)
        with user.up(password=SECRET) as relay, Pipe(SECRET.encode()) as fd:
            option = "--password-env=MAIL_SECRET" if more else f"--password-fd={fd}"
            result = user.give("-odb", option, pass_fds=[fd], **more)
            expect(result.status == 0 and not result.stderr, str(result))
            wait_until("it has arrived", lambda: len(relay.received) == 1)


def kept_after_the_background(folder):
    user = LoginUser(folder)
    with user.up("mail: 451 4.3.0 not now", password=SECRET), Pipe(SECRET.encode()) as fd:
        user.give("-odb", f"--password-fd={fd}", pass_fds=[fd])
        words = "kept without its password, which came from password_fd: "
        wait_until(words, lambda: [r for r in user.spool.messages() if any(words in n for n in r.notes)])


def nothing_is_said_of_what_lasts(folder):
    """A password that the next attempt finds again needs no warning."""
    write_private(folder / "secret", SECRET)
    for line in (f"password {SECRET}", f"password_file {folder}/secret", f"passwordeval echo {SECRET}", "auth off"):
        here = folder / line.split()[0]
        here.mkdir()
        user = LoginUser(here, "password_env MAIL_SECRET", line)
        result = user.give(env={"MAIL_SECRET": "other"})
        expect(result.status == 0 and b"kept without" not in result.stderr, str(result))


def command_of_the_command_line(folder):
    """The reference is stored as it was given: without it there is no later attempt."""
    user = LoginUser(folder)
    for option in (f"--passwordeval=echo {SECRET}", f"--password-command=echo '{SECRET}'"):
        expect(b"kept without" not in user.give(option).stderr, "it is not kept")
    for path in user.spool.files():
        expect(path.stat().st_mode & 0o777 == 0o600, "others can read it")
    with user.up(password=SECRET) as relay:
        user.flush()
        expect(passwords(relay) == [SECRET, SECRET], f"heard: {passwords(relay)}")


# Children


def on_failure_sees_nothing(folder):
    """Everything that a child could read: environment, descriptors, and the words of mailchute's processes."""
    user = LoginUser(folder)
    seen = user.folder / "seen"
    look = f"(env; ls -l /proc/self/fd; cat /proc/$PPID/environ /proc/$PPID/cmdline /proc/$$/cmdline) >{seen} 2>/dev/null"
    with user.up(f"rcpt <{BOB}>: 550 5.1.1 no", password=SECRET), Pipe(SECRET.encode()) as fd:
        for line in ("password_env MAIL_SECRET", f"password_fd {fd}"):
            user.login(f"on_failure {look}", line)
            user.give(env={"MAIL_SECRET": SECRET} if "env" in line else {}, pass_fds=[fd], name="sendmail")
            text = seen.read_bytes()
            expect(b"MAILCHUTE_ID" in text, f"on_failure was not run: {text}")
            expect_clean(text, "what a child sees")
            expect(b"MAIL_SECRET=" not in text.split(b"MAILCHUTE_ID")[0], "the variable is still there")
            expect(not re.search(rb" %d -> pipe" % fd, text), "the descriptor is still there")
            seen.unlink()


def filter_sees_nothing(folder):
    """Nor does an eval after the line that names the variable."""
    later, filtered = folder / "later", folder / "filtered"
    user = LoginUser(folder, "password_env MAIL_SECRET", f"filter sh -c 'env >{filtered}; cat'",
                     f"eval env >{later}; echo timeout 5")
    with user.up(password=SECRET) as relay:
        for name in ("mailchute", "sendmail"):
            user.give(env={"MAIL_SECRET": SECRET}, name=name)
            for seen in (later, filtered):
                expect(b"HOME=" in seen.read_bytes(), f"{seen} was not run")
                expect(b"MAIL_SECRET" not in seen.read_bytes(), f"{seen} sees the variable")
        expect(passwords(relay) == [SECRET, SECRET], f"heard: {passwords(relay)}")


def eval_sees_nothing(folder):
    user = LoginUser(folder, f"eval env >{folder}/seen; echo timeout 5")
    with user.up(password=SECRET) as relay:
        user.give("--password-env=MAIL_SECRET", env={"MAIL_SECRET": SECRET})
        expect(len(relay.received) == 1, "it was not sent")
    expect_clean((folder / "seen").read_bytes(), "what eval's command sees")


# Output


def debug_and_logs(folder):
    user = LoginUser(folder, f"password {SECRET}", f"logfile {folder}/log")
    for status, dialogue in ((0, ()), (77, ("auth: 535 5.7.8 no",)), (0, ("mail: 451 4.3.0 later",))):
        with user.up(*dialogue, password=SECRET):
            result = user.give("--debug")
            expect(result.status == status and b"password from: password" in result.stdout, str(result))
            expect_clean(result.stdout + result.stderr, "the output")
    expect_clean((folder / "log").read_bytes(), "the log")
    expect_clean(queue_text(user), "the queue")


# Memory; only root can look into that of another process, and sanitizers keep what is freed

def can_look():
    return os.geteuid() == 0 and b"__asan_init" not in pathlib.Path(PROGRAM).read_bytes()


def regions(pid):
    """The writable memory of a process, as (first, last, name)."""
    for line in (pathlib.Path("/proc") / str(pid) / "maps").read_text().splitlines():
        span, rights, _, _, _, *name = line.split(maxsplit=5)
        if "w" in rights:
            first, last = (int(part, 16) for part in span.split("-"))
            yield first, last, "".join(name)


def copies(pid, *texts):
    """The places of each text in the memory of a process: {text: [(address, name of the region)]}."""
    found = {text: [] for text in texts}
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for first, last, name in regions(pid):
            memory.seek(first)
            data = memory.read(last - first)
            for text in texts:
                found[text] += [(first + m.start(), name) for m in re.finditer(re.escape(text), data)]
    return found


def locked(pid):
    """The regions that are locked into memory and left out of a dump."""
    text = (pathlib.Path("/proc") / str(pid) / "smaps").read_text()
    entries = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) .*?^VmFlags: (.*?)$", text, re.MULTILINE | re.DOTALL)
    return [(int(a, 16), int(b, 16)) for a, b, flags in entries if {"lo", "dd"} <= set(flags.split())]


LONG = "a-Long-secret-of-tester-0123456789-abcdefghijklmnopqrstuvwxyz"


# Copies that libgsasl frees without wiping; mailchute leaves none.
NOT_OURS = {"PLAIN": 1, "LOGIN": 1, "SCRAM-SHA-256": 2}
SOURCES = ["password", "password_file", "password_command", "passwordeval", "password_env"]


def account_with(folder, source, **options):
    """A LoginUser whose password comes from this source, and its environment."""
    folder.mkdir()
    file = write_private(folder / "secret", LONG)
    more = write_private(folder / "more", LONG + "\n" + "more\n" * 600)
    lines = {"password": LONG, "password_file": file, "password_command": f"cat {more}",
             "passwordeval": f"cat {file}", "password_env": "MAIL_SECRET"}
    user = LoginUser(folder, f"{source} {lines[source]}", **options)
    return user, {"MAIL_SECRET": LONG} if source == "password_env" else {}


def copies_outside(pid):
    """The copies of the secret, plain and in base64, that are not in locked memory; and that there is some.

    The allocator writes over the beginning of what is freed, so that the end is looked for.
    """
    texts = (LONG.encode()[36:], base64.b64encode(b"\0tester\0" + LONG.encode())[-32:],
             base64.b64encode(LONG.encode())[-32:])
    safe = locked(pid)
    found = [(text, at, name) for text, spots in copies(pid, *texts).items() for at, name in spots]
    outside = [(text, hex(at), name) for text, at, name in found if not any(a <= at < b for a, b in safe)]
    return outside, len(found) - len(outside)


def scan(user, env, step, **options):
    """The copies while the program waits for the relay at this step."""
    with user.up(f"{step}: hang", password=LONG, **options) as relay:
        process = user.start_with(BOB, env=env)
        try:
            wait_until(f"{step} has come", lambda: any(step.upper() in c.verbs for c in relay.connections))
            return copies_outside(process.pid)
        finally:
            process.kill()
            process.communicate()


def memory_before_login(folder):
    """All copies are in locked pages."""
    if not can_look():
        return
    for source in SOURCES:
        user, env = account_with(folder / source, source)
        outside, inside = scan(user, env, "ehlo")
        expect(inside > 0 and not outside, f"{source}: {inside} locked, and {outside}")


def memory_after_login(folder):
    """mailchute leaves no copy."""
    if not can_look():
        return
    for number, (mechanism, known) in enumerate(NOT_OURS.items()):
        for source in ("password_file", "password_command"):
            for tls in ("none", "starttls"):
                user, env = account_with(folder / f"{number}-{source}-{tls}", source, tls=tls)
                outside, inside = scan(user, env, "mail", auth=(mechanism,), tls=tls)
                expect(inside == 0 and len(outside) <= known, f"{mechanism}, {tls}: {inside} locked, and {outside}")


# How a config file comes to a password: lines of the config, and what else is written below home
IN_CONFIG = {"password": (f"password {LONG}", {}), "eval": (f"eval cat {{home}}/line", {"line": f"password {LONG}\n"}),
             "include": ("include more", {"more": f"# more\npassword {LONG}\n"}),
             "defaults": ("", {}),
             "netrc": ("", {".netrc": f"machine localhost login tester password {LONG}\n"})}


def account_by(folder, name, **options):
    folder.mkdir()
    line, files = IN_CONFIG[name]
    user = LoginUser(folder, **options)
    for file, text in files.items():
        write_private(user.home / file, text)
    config = (user.home / ".mailchuterc").read_text()
    if name == "defaults":
        config = f"defaults\npassword {LONG}\naccount other\nhost h\n{config}"
    else:
        config += line.format(home=user.home) + "\n"
    write_private(user.home / ".mailchuterc", config)
    return user


def memory_after_login_by_config(folder):
    """A config's password is wiped after its last use: that of the account, and those of all others."""
    if not can_look():
        return
    for name in IN_CONFIG:
        for tls in ("none", "starttls"):
            user = account_by(folder / f"{name}-{tls}", name, tls=tls)
            outside, inside = scan(user, {}, "mail", auth=("PLAIN",), tls=tls)
            expect(inside == 0 and len(outside) <= NOT_OURS["PLAIN"], f"{name}, {tls}: {inside} locked, and {outside}")


def memory_of_other_accounts(folder):
    """Their passwords are gone as soon as an account is chosen."""
    if not can_look():
        return
    user = LoginUser(folder, "password other", "account second", "host h", f"password {LONG}")
    outside, inside = scan(user, {}, "ehlo")
    expect(inside == 0 and not outside, f"{inside} locked, and {outside}")


def memory_of_a_run(folder):
    """A route that is done needs its password no more, while another one goes on."""
    if not can_look():
        return
    for name in ("first", "second"):
        (folder / name).mkdir()
    # routes go in the order of their hosts and ports
    done, waits = sorted((LoginUser(folder / "first"), LoginUser(folder / "second")), key=lambda user: str(user.port))
    done.login(f"password {LONG}")
    waits.login("password other")
    lines = (waits.home / ".mailchuterc").read_text().replace("account default", "account waits")
    write_private(done.home / ".mailchuterc", (done.home / ".mailchuterc").read_text() + lines)
    for account in ("default", "waits"):
        done.queue(options=("-a", account))
    with done.up(password=LONG) as relay, waits.up("ehlo: hang") as other:
        process = done.start_with("-qf")
        try:
            wait_until("the second relay is asked", lambda: any("EHLO" in c.verbs for c in other.connections))
            expect(len(relay.received) == 1, "the first message has not come")
            outside, inside = copies_outside(process.pid)
            expect(inside == 0 and len(outside) <= NOT_OURS["PLAIN"], f"{inside} locked, and {outside}")
        finally:
            process.kill()
            process.communicate()


def add_cases(suite):
    for case in (descriptor_is_not_kept, a_descriptor_of_a_later_process, variable_is_not_kept,
                 a_variable_that_the_later_process_has, only_put_into_the_queue, sent_in_the_background,
                 kept_after_the_background, nothing_is_said_of_what_lasts, command_of_the_command_line,
                 on_failure_sees_nothing, eval_sees_nothing, filter_sees_nothing, debug_and_logs, memory_before_login,
                 memory_after_login, memory_after_login_by_config, memory_of_other_accounts, memory_of_a_run):
        suite.case(case)
