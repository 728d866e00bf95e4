# SPDX-License-Identifier: GPL-3.0-or-later
"""files.py - named files that are something else than a file: nothing hangs, and the error names the file"""
import os
import pathlib
import socket
import threading
from tests.lib.harness import expect, run_program
from tests.lib.relay import Relay, default_certs
from tests.lib.user import Home


SPARSE = 10 << 30
MESSAGE = b"From: a@b.example\nSubject: x\n\ny\n"


class NamingUser(Home):
    """A user whose account is at a relay with TLS, and a name for the file in question."""

    def __init__(self, folder):
        super().__init__(folder)
        self.path = folder / "named"
        self.certs = default_certs()

    def lines(self, port, *more):
        return [f"host localhost\nport {port}\nfrom a@b.example\nqueue off\ntls on\ntls_trust_file {self.certs.ca}\n"
                "auth plain\nuser tester", *more]


# Ways to name the file: each writes the config, and returns the arguments


def as_config(user, port):
    return ["-C", user.path]


def as_default_config(user, port):
    (user.folder / ".mailchuterc").symlink_to(user.path)
    return []


def as_include(user, port):
    user.write(*user.lines(port), f"include {user.path}")
    return []


def as_drop_in(user, port):
    (user.folder / "drop").mkdir()
    (user.folder / "drop/x.conf").symlink_to(user.path)
    user.write(*user.lines(port), "include drop")
    return []


def as_setting(name, *more):
    def write(user, port):
        user.write(*user.lines(port, "password secret", *(line.format(certs=user.certs) for line in more)),
                   f"{name} {user.path}")
        return []
    return write


def as_password_file(user, port):
    user.write(*user.lines(port), f"password_file {user.path}")
    return []


def as_option(name):
    def write(user, port):
        user.write(*user.lines(port, "password secret"))
        return ["--to", "b@b.example", name, user.path]
    return write


# name: what names it, exit status, whether a pipe will do
NAMED = {
    "config": (as_config, 74, True),
    "default-config": (as_default_config, 74, True),
    "include": (as_include, 78, True),
    "drop-in": (as_drop_in, 78, True),
    "trust-file": (as_setting("tls_trust_file"), 66, True),
    "crl-file": (as_setting("tls_crl_file"), 66, True),
    "key-file": (as_setting("tls_key_file", "tls_cert_file {certs.client_cert}"), 66, True),
    "cert-file": (as_setting("tls_cert_file", "tls_key_file {certs.client_key}"), 66, True),
    "password-file": (as_password_file, 78, True),
    "aliases": (as_setting("aliases"), 78, False),
    "attachment": (as_option("--attach"), 66, False),
    "body-file": (as_option("--body-file"), 66, False),
    "html-file": (as_option("--html-file"), 66, False),
}


# Objects that are there instead of a file


def pipe(path):
    os.mkfifo(path, 0o600)


def folder_of_that_name(path):
    path.mkdir()


def socket_of_that_name(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def sparse(path):
    path.touch(0o600)
    os.truncate(path, SPARSE)


def endless(path):
    path.symlink_to("/dev/zero")


def loop(path):
    path.symlink_to(path)


THINGS = {"pipe-without-writer": pipe, "folder": folder_of_that_name, "socket": socket_of_that_name,
          "sparse": sparse, "endless": endless, "loop": loop}
# A folder is what `include` may name; an attachment may be large; aliases that can't be opened may not be needed.
MEANT = {("include", "folder"), ("aliases", "loop"), ("attachment", "sparse"), ("body-file", "sparse"), ("html-file", "sparse")}


def strange_thing(name, make):
    write, status, _ = NAMED[name]
    if "config" in name and make in (sparse, endless):
        status = 78

    def case(folder):
        user = NamingUser(folder)
        make(user.path)
        with Relay(tls="starttls", auth=["PLAIN"]) as relay:
            args = write(user, relay.port)
            words = args if "--to" in args else [*args, "b@b.example"]
            result = run_program(words, MESSAGE, home=folder)
            if name == "default-config" and make in (loop, socket_of_that_name):
                # as one that can't be read: passed over, and named where an account is missed
                expect(result.status == 78 and b".mailchuterc: " in result.stderr, str(result))
                return
            expect(result.status == status, f"expected exit {status}: {result}")
            shown = {"default-config": b"/.mailchuterc: ", "drop-in": b"drop/x.conf: "}.get(name, b"/named")
            expect(shown in result.stderr, f"the file is not named: {result}")
            expect(not relay.received, f"something was sent: {result}")
    return case


# A pipe that ends is as good as a file


def good_content(name, user, port):
    certs = user.certs
    if name in ("config", "default-config"):
        return "\n".join(user.lines(port, "password secret")) + "\n"
    if name in ("include", "drop-in"):
        return "password secret\n"
    return {"trust-file": lambda: pathlib.Path(certs.ca).read_text(),
            "key-file": lambda: pathlib.Path(certs.client_key).read_text(),
            "cert-file": lambda: pathlib.Path(certs.client_cert).read_text(),
            "password-file": lambda: "secret\n"}[name]()


def feed(path, text):
    """Write to a pipe once, when a process opens it."""
    writer = threading.Thread(target=path.write_text, args=(text,), daemon=True)
    writer.start()
    return writer


def fed_pipe(name):
    def case(folder):
        user = NamingUser(folder)
        pipe(user.path)
        with Relay(tls="starttls", auth=["PLAIN"], password="secret") as relay:
            args = NAMED[name][0](user, relay.port)
            feed(user.path, good_content(name, user, relay.port))
            result = run_program([*args, "b@b.example"], MESSAGE, home=folder)
            expect(result.status == 0 and len(relay.received) == 1, str(result))
    return case


def substituted_pipe(folder):
    """As the shell's <( ) gives one: without a name, and often with a writer that has ended already."""
    user = NamingUser(folder)
    with Relay(tls="starttls", auth=["PLAIN"], password="secret") as relay:
        for text, more in (("\n".join(user.lines(relay.port, "password secret")) + "\n", ()),
                           ("", ("--host=localhost", f"--port={relay.port}"))):
            read, write = os.pipe()
            os.write(write, text.encode())
            os.close(write)
            result = run_program(["-C", f"/dev/fd/{read}", *more, "b@b.example"], MESSAGE, home=folder,
                                 pass_fds=[read])
            os.close(read)
            expect(result.status in (0, 78), str(result))
        expect(len(relay.received) == 1, "it was not sent")


def pipe_with_a_silent_writer(folder):
    user = NamingUser(folder)
    pipe(user.path)
    fd = os.open(user.path, os.O_RDWR)
    result = run_program(["-C", user.path, "b@b.example"], MESSAGE, home=folder)
    os.close(fd)
    expect(result.status == 74 and b"/named: its content did not end in time" in result.stderr, str(result))


def pipe_without_end(folder):
    """An endless file is read up to a limit, however fast the data comes."""
    user = NamingUser(folder)
    pipe(user.path)

    def pour():
        with open(user.path, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"# more\n" * 1000)
            except BrokenPipeError:
                pass
    threading.Thread(target=pour, daemon=True).start()
    result = run_program(["-C", user.path, "b@b.example"], MESSAGE, home=folder)
    expect(result.status == 78 or result.status == 74, str(result))
    expect(b"/named: File too large" in result.stderr, str(result))


def null_device(folder):
    """As an empty file."""
    user = NamingUser(folder)
    with Relay(tls="starttls", auth=["PLAIN"]) as relay:
        user.write(*user.lines(relay.port), "include /dev/null", "password secret")
        result = run_program(["b@b.example"], MESSAGE, home=folder)
        expect(result.status == 0 and len(relay.received) == 1, str(result))
        for name, words in (("tls_trust_file", b"no certificate in it"), ("tls_crl_file", b"no revocation list in it")):
            user.write(*user.lines(relay.port, "password secret"), f"{name} /dev/null")
            result = run_program(["b@b.example"], MESSAGE, home=folder)
            expect(result.status == 66 and words in result.stderr, str(result))


def netrc_that_is_none(folder):
    """A .netrc that is no file is ignored."""
    user = NamingUser(folder)
    for make in (pipe, folder_of_that_name, socket_of_that_name, endless):
        user = NamingUser(folder / make.__name__)
        make(user.folder / ".netrc")
        with Relay(tls="starttls", auth=["PLAIN"]) as relay:
            user.write(*user.lines(relay.port))
            result = run_program(["b@b.example"], MESSAGE, home=user.folder)
            expect(result.status == 77 and b"no password for user tester" in result.stderr, str(result))


def log_that_is_none(folder):
    """The message goes all the same, and the error is told."""
    for make in (pipe, folder_of_that_name, socket_of_that_name, loop):
        user = NamingUser(folder / make.__name__)
        make(user.path)
        with Relay(tls="starttls", auth=["PLAIN"], password="secret") as relay:
            user.write(*user.lines(relay.port, "password secret"), f"logfile {user.path}")
            result = run_program(["b@b.example"], MESSAGE, home=user.folder)
            expect(result.status == 0 and len(relay.received) == 1, str(result))
            expect(b"/named: " in result.stderr, str(result))


def media_types_that_are_none(folder):
    user = NamingUser(folder)
    (folder / "mime").mkdir()
    pipe(folder / "mime/globs2")
    fd = os.open(folder / "mime/globs2", os.O_RDWR)
    (folder / "a.pdf").write_text("x")
    user.write("host localhost\nfrom a@b.example")
    result = run_program(["--dry-run", "--to", "b@b.example", "--attach", folder / "a.pdf"], b"text\n", home=folder,
                         env={"XDG_DATA_HOME": str(folder)})
    os.close(fd)
    expect(result.status == 0 and b"application/pdf" in result.stdout, str(result))


def add_cases(suite):
    for name in NAMED:
        for thing, make in THINGS.items():
            if (name, thing) not in MEANT:
                suite.add(f"file-{name}-{thing}", strange_thing(name, make))
        if NAMED[name][2] and name != "crl-file":
            suite.add(f"file-{name}-pipe-with-writer", fed_pipe(name))
    for case in (substituted_pipe, pipe_with_a_silent_writer, pipe_without_end, null_device, netrc_that_is_none,
                 log_that_is_none, media_types_that_are_none):
        suite.add(f"file-{case.__name__.replace('_', '-')}", case)
