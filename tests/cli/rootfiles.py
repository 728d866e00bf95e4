# SPDX-License-Identifier: GPL-3.0-or-later
"""rootfiles.py - what root takes from a file that another user could have written: no command, no secret"""
import os
from tests.lib.harness import PROGRAM, expect, run_program
from tests.lib.relay import Relay
from tests.lib.user import Home


STRANGER = 4001
MESSAGE = b"Subject: x\n\ny\n"
BAD = {"strangers": (STRANGER, 0o600, "chown root:root {path}"), "group-may-write": (0, 0o660, "chmod go-w {path}"),
       "others-may-write": (0, 0o646, "chmod go-w {path}"),
       "both": (STRANGER, 0o666, "chown root:root {path} && chmod go-w {path}")}


class Root(Home):
    """Root with a HOME in which a stranger could write; `ran` is made by every command that is run."""

    def __init__(self, folder, port=1):
        super().__init__(folder, folder / "home")
        self.ran = folder / "ran"
        self.plain = f"host localhost\nport {port}\nfrom a@b.example\nauth plain\nuser tester\ntls off\n"
        self.queue = folder / "queue"
        self.queue.mkdir(mode=0o700)

    def write(self, text, name=".mailchuterc", owner=0, mode=0o600):
        path = super().write(text, name=name)
        path.chmod(mode)
        os.chown(path, owner, owner)
        return path

    def run(self, *args, **more):
        return super().run(f"--queue-folder={self.queue}", *args, stdin=MESSAGE, **more)

    def expect_refused(self, path, cure, *args, **more):
        result = self.run(*(args or ("b@b.example",)), **more)
        text = result.stderr.decode()
        expect(result.status == 78, f"expected exit 78: {result}")
        expect(str(path) in text and cure.format(path=path) in text, f"no {cure} for {path}: {result}")
        expect(not self.ran.exists(), f"a command was run: {args}")
        return result


# Places of the file: each writes it, and returns its path and the arguments


def at_home(root, text, *owner):
    return root.write(text, ".mailchuterc", *owner), []


def at_msmtps_place(root, text, *owner):
    return root.write(text, ".msmtprc", *owner), []


def at_xdg_place(root, text, *owner):
    return root.write(text, ".config/mailchute/config", *owner), []


def named(root, text, *owner):
    path = root.write(text, "named", *owner)
    return path, ["-C", path]


def included(root, text, *owner):
    root.write("include sub/inner\n")
    return root.write(text, "sub/inner", *owner), []


def dropped_in(root, text, *owner):
    root.write("include sub\n")
    return root.write(text, "sub/a.conf", *owner), []


def linked(root, text, *owner):
    path = root.home / ".mailchuterc"
    root.write(text, "target", *owner)
    path.symlink_to("target")
    return path, []


PLACES = (at_home, at_msmtps_place, at_xdg_place, named, included, dropped_in, linked)


def place_and_owner(place, bad):
    owner, mode, cure = BAD[bad]

    def case(folder):
        if os.geteuid() != 0:
            return
        root = Root(folder)
        path, args = place(root, f"{root.plain}eval touch {root.ran}; echo timeout 5\n", owner, mode)
        root.expect_refused(path, cure, *args, "b@b.example")
    return case


def by_a_variable(folder):
    """XDG_CONFIG_HOME, or HOME, that root's process has kept from a stranger."""
    if os.geteuid() != 0:
        return
    root = Root(folder)
    path = root.write(f"{root.plain}eval touch {root.ran}; echo timeout 5\n", "theirs/mailchute/config", STRANGER)
    theirs = path.parent.parent
    for place in (theirs, path.parent):
        os.chown(place, STRANGER, STRANGER)
    root.expect_refused(path, BAD["strangers"][2], env={"XDG_CONFIG_HOME": str(theirs)})
    (theirs / ".mailchuterc").symlink_to("mailchute/config")
    for args in (["b@b.example"], ["-P"], ["-qf"], ["--queue-list"]):
        result = run_program([f"--queue-folder={root.queue}", *args], MESSAGE, home=theirs)
        expect(not root.ran.exists(), f"{args}: a command was run: {result}")


# Settings that root does not accept from such a file

GUARDED = ("eval touch {ran}; echo timeout 5", "password x", "passwordeval touch {ran}; echo x",
           "password_command touch {ran}", "token_command touch {ran}", "password_file /etc/hostname",
           "password_env MAIL_SECRET", "password_fd 9", "filter touch {ran}", "on_failure touch {ran}",
           "tls_key_file pkcs11:token=x?pin-value=1", "logfile {ran}", "queue_folder {ran}")


def every_guarded_setting(folder):
    if os.geteuid() != 0:
        return
    for number, line in enumerate(GUARDED):
        (folder / str(number)).mkdir()
        root = Root(folder / str(number))
        line = line.format(ran=root.ran)
        path = root.write(root.plain + line + "\n", owner=STRANGER)
        result = root.expect_refused(path, BAD["strangers"][2], "b@b.example")
        expect(f"{path}:7: {line.split()[0]}: ".encode() in result.stderr, str(result))


def what_an_including_file_says(folder):
    """A stranger's file can't make use of a command or secret in root's, whichever comes first."""
    if os.geteuid() != 0:
        return
    for number, text in enumerate(("include sub/secret\nhost evil.example\n", "host evil.example\ninclude sub/secret\n")):
        (folder / str(number)).mkdir()
        root = Root(folder / str(number))
        root.write("password x\n", "sub/secret")
        path = root.write(root.plain + text, owner=STRANGER)
        root.expect_refused(path, BAD["strangers"][2])
        path = root.write("host evil.example\n", "sub/secret", owner=STRANGER)
        for lines in ("password x\ninclude sub/secret\n", "include sub/secret\npassword x\n"):
            root.write(root.plain + lines)
            root.expect_refused(path, BAD["strangers"][2])


# Modes

ACTING = (["b@b.example"], ["-t"], ["--queue-run"], ["-qf"], ["--serverinfo"], ["--rmqs=x"])
LOOKING = (["-P"], ["--print-config"], ["--explain", "b@b.example"], ["--dry-run", "b@b.example"], ["-bv", "b@b.example"],
           ["-bi"])


def bare(root, *args, **more):
    """Without an option that says where the queue is, so that the config is asked."""
    return run_program(args, MESSAGE, home=root.home, env={"XDG_STATE_HOME": str(root.home / "state")}, **more)


def every_mode(folder):
    if os.geteuid() != 0:
        return
    root = Root(folder)
    path = root.write(f"{root.plain}eval touch {root.ran}; echo timeout 5\n", owner=STRANGER)
    for args in ACTING:
        result = bare(root, *args)
        expect(result.status == 78 and BAD["strangers"][2].format(path=path).encode() in result.stderr,
               f"{args}: {result}")
        expect(not root.ran.exists(), f"{args}: a command was run")
    for args in LOOKING:
        result = bare(root, *args)
        skipped = [line for line in result.stderr.decode().splitlines() if "skipped: " in line and str(path) in line]
        expect(len(skipped) == 1 and not root.ran.exists(), f"{args}: {result}")
        last = result.stderr.decode().splitlines()[-1]
        expect(args == ["-bi"] or (result.status == 78 and last.startswith("mailchute: account default: there is no other ")
                                   and last.endswith(f"if you trust it: chown root:root {path}")), f"{args}: {last}")


def the_queue_is_listed_without_it(folder):
    """A mode that only looks goes on, as if the file were not there."""
    if os.geteuid() != 0:
        return
    root = Root(folder)
    path = root.write(f"{root.plain}eval touch {root.ran}; echo timeout 5\n", owner=STRANGER)
    for args in (["--queue-list"], ["--queue-list=json"]):
        result = bare(root, *args)
        expect(result.status == 0 and b"skipped: " in result.stderr and str(path).encode() in result.stderr, str(result))
        expect(result.stderr.count(b"\n") == 1 and not root.ran.exists(), str(result))


def a_message_that_waits(folder):
    """A run takes it up by a config that has become a stranger's: it goes on waiting."""
    if os.geteuid() != 0:
        return
    root = Root(folder)
    with Relay(auth=["PLAIN"]) as relay:
        path = root.write(f"{root.plain}password x\n", "named")
        result = root.run("-C", path, "b@b.example")
        expect(result.status == 0 and b"queued as" in result.stderr, str(result))
        root.write(f"{root.plain}port {relay.port}\neval touch {root.ran}; echo password x\n", "named", STRANGER)
        result = root.run("-qf")
        expect(b"chown root:root" in result.stderr and not root.ran.exists(), str(result))
        expect(not relay.connections and len(list((root.queue / "q").iterdir())) == 1, "it does not wait")


def a_program_is_kept_waiting(folder):
    """Called as sendmail, and as a server: the message is kept, and nothing is run."""
    if os.geteuid() != 0:
        return
    root = Root(folder)
    root.write(f"{root.plain}eval touch {root.ran}; echo timeout 5\n", owner=STRANGER)
    (folder / "sendmail").symlink_to(os.path.realpath(PROGRAM))
    result = bare(root, "b@b.example", program=str(folder / "sendmail"))
    expect(result.status == 0 and not root.ran.exists(), str(result))
    dialogue = b"EHLO h\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nSubject: x\r\n\r\ny\r\n.\r\nQUIT\r\n"
    result = run_program(["-bs"], dialogue, home=root.home, env={"XDG_STATE_HOME": str(root.home / "state")})
    expect(result.status == 0 and not root.ran.exists(), str(result))


# Other files with a password


def netrc(folder):
    if os.geteuid() != 0:
        return
    for number, (owner, mode, cure) in enumerate(BAD.values()):
        (folder / str(number)).mkdir()
        with Relay(auth=["PLAIN"], auth_in_clear=True) as relay:
            root = Root(folder / str(number), relay.port)
            root.write(root.plain)
            path = root.write("machine localhost login tester password x\n", ".netrc", owner, mode)
            root.expect_refused(path, cure, "--queue=off", "b@b.example")
            expect(not relay.connections, "a connection was made")
            root.write("machine elsewhere login tester password x\n", ".netrc", owner, mode)
            expect(root.run("--queue=off", "b@b.example").status == 77, "a file without the password")


def password_file(folder):
    if os.geteuid() != 0:
        return
    for number, (owner, mode, cure) in enumerate(BAD.values()):
        (folder / str(number)).mkdir()
        root = Root(folder / str(number))
        path = root.write("x\n", "secret", owner, mode)
        root.write(f"{root.plain}password_file {path}\n")
        root.expect_refused(path, cure, "--queue=off", "b@b.example")


# Settings that are accepted as before


def expect_sent(root, relay, count, *args, **more):
    result = root.run("--queue=off", *args, "b@b.example", **more)
    expect(result.status == 0 and not result.stderr and len(relay.received) == count, str(result))


def what_is_roots(folder):
    if os.geteuid() != 0:
        return
    with Relay(auth=["PLAIN"], auth_in_clear=True, password="secret") as relay:
        root = Root(folder, relay.port)
        text = f"{root.plain}eval echo password secret\n"
        for number, (mode, group) in enumerate(((0o600, 0), (0o644, 0), (0o640, 8), (0o400, 0))):
            path = root.write(text, "named", 0, mode)
            os.chown(path, 0, group)
            expect_sent(root, relay, number + 1, "-C", path)
        (root.home / ".mailchuterc").symlink_to("named")
        os.chown(root.home / ".mailchuterc", STRANGER, STRANGER, follow_symlinks=False)
        expect_sent(root, relay, 5)
        read, write = os.pipe()
        os.write(write, text.encode())
        os.close(write)
        expect_sent(root, relay, 6, "-C", f"/dev/fd/{read}", pass_fds=[read])
        os.close(read)


def what_has_no_commands(folder):
    """A stranger's file may say where mail goes, but an empty value is no command either."""
    if os.geteuid() != 0:
        return
    with Relay() as relay:
        root = Root(folder, relay.port)
        root.write(f"{root.plain}auth off\npassword\npasswordeval\nfilter\n# eval touch {root.ran}\n", owner=STRANGER,
                   mode=0o666)
        expect_sent(root, relay, 1)


def null_device(folder):
    """All may write to it, and nothing comes of that."""
    if os.geteuid() != 0:
        return
    with Relay(auth=["PLAIN"], auth_in_clear=True, password="secret") as relay:
        root = Root(folder, relay.port)
        root.write(f"{root.plain}include /dev/null\npassword secret\n")
        expect_sent(root, relay, 1)


def add_cases(suite):
    for place in PLACES:
        for bad in BAD:
            suite.add(f"root-{place.__name__.replace('_', '-')}-{bad}", place_and_owner(place, bad))
    for case in (by_a_variable, every_guarded_setting, what_an_including_file_says, every_mode, the_queue_is_listed_without_it,
                 a_message_that_waits, a_program_is_kept_waiting, netrc, password_file, what_is_roots, what_has_no_commands, null_device):
        suite.add(f"root-{case.__name__.replace('_', '-')}", case)
