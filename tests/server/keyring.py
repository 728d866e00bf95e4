# SPDX-License-Identifier: GPL-3.0-or-later
"""keyring.py - cases: the password in a real keyring, on a session bus without a screen"""
import os
import pathlib
import re
import signal
import subprocess
from tests.lib.harness import PROGRAM, expect, run_program, wait_until, write_private
from .dovecot import PASSWORD


MESSAGE = b"From: alice@example.org\nSubject: from a keyring\n\nHello.\n"
SECRETS = "org.freedesktop.secrets"
OURS = {"service": "smtp", "host": "localhost", "user": "tester"}
OLD = {"protocol": "smtp", "server": "localhost", "user": "tester"}


class Desktop:
    """A home, a session bus, and a keyring that is open. All of it ends with the `with`."""

    def __init__(self, folder, has_keyring=True):
        self.folder, self.has_keyring = folder, has_keyring
        self.processes = []
        # without a separate folder the bus would start the machine's services
        self.env = {"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                    "XDG_DATA_DIRS": str(folder / "none")}

    def __enter__(self):
        bus = self.start("dbus-daemon", "--session", "--nofork", "--print-address=1",
                         f"--address=unix:dir={self.folder}")
        address = bus.stdout.readline().decode().strip()
        expect(address, "there is no session bus")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        if self.has_keyring:
            self.open_keyring()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()

    def start(self, *args):
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *args], env=self.env, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def open_keyring(self):
        self.keyring = self.start("gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets")
        self.keyring.stdin.write(b"password of the keyring")
        self.keyring.stdin.close()
        self.keyring.stdin = None
        # a call to a name without an owner would start another keyring
        wait_until("the keyring", lambda: b"boolean true" in self.call(
            "org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", f"string:{SECRETS}"), 20)
        wait_until("its collection", lambda: b"/login" in self.call(
            SECRETS, "/org/freedesktop/secrets", "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Service", "string:Collections"), 20)

    def add_service(self, name, command):
        """A program that the bus starts at a call to this name."""
        services = pathlib.Path(self.env["XDG_DATA_DIRS"]) / "dbus-1/services"
        services.mkdir(parents=True)
        (services / f"{name}.service").write_text(f"[D-BUS Service]\nName={name}\nExec={command}\n")
        self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ReloadConfig")

    def call(self, name, path, method, *args):
        done = subprocess.run(["dbus-send", "--session", "--print-reply", f"--dest={name}", path, method, *args],
                              env=self.env, capture_output=True, check=False)
        return done.stdout

    def store(self, password, attributes):
        words = [word for pair in attributes.items() for word in pair]
        subprocess.run(["secret-tool", "store", "--label=a password", *words], input=password.encode(), env=self.env,
                       check=True, capture_output=True)

    def lock(self):
        collection = "/org/freedesktop/secrets/collection/login"
        answer = self.call(SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
                           f"array:objpath:{collection}")
        expect(collection.encode() in answer, f"not locked: {answer}")


def account(folder, site, *lines):
    """An account without any password."""
    return write_private(folder / "config", "\n".join(
        ["queue off", "host localhost", f"port {site.ports['submission']}", "tls on", f"tls_trust_file {site.certs.ca}",
         "auth on", "user tester", *lines]) + "\n")


def send(folder, site, desktop, sender, *lines, program=PROGRAM):
    """Send, by default without a person to ask; returns the words of --debug about the password."""
    config = account(folder, site, *lines)
    result = run_program(["-C", config, "-f", sender, "--debug", "bob@example.net"], MESSAGE, home=folder,
                         env={"DBUS_SESSION_BUS_ADDRESS": desktop.env["DBUS_SESSION_BUS_ADDRESS"]}, program=program)
    expect(PASSWORD.encode() not in re.sub(rb"^password.*$", b"", result.stderr, flags=re.M), "it is shown")
    told = [line for line in result.stdout.decode().splitlines() if line.startswith(("keyring: ", "password from"))]
    return result, told


def expect_found(folder, site, desktop, sender, *told, **more):
    result, found = send(folder, site, desktop, sender, **more)
    expect(result.status == 0 and found == list(told), f"told {found}: {result}")
    site.postfix.arrived(sender)


def netrc(folder):
    write_private(folder / ".netrc", f"machine localhost login tester password {PASSWORD}\n")


def as_sendmail(folder):
    """Called as sendmail, which asks no person and does not accept -C."""
    program = folder / "sendmail"
    program.symlink_to(pathlib.Path(PROGRAM).absolute())
    (folder / ".mailchuterc").symlink_to("config")
    return str(program)


def found_by_our_attributes(folder, site):
    with Desktop(folder) as desktop:
        desktop.store("wrong", {**OURS, "user": "other"})
        desktop.store("wrong", {**OURS, "host": "127.0.0.1"})
        desktop.store("wrong", {**OURS, "service": "imap"})
        desktop.store("wrong", OLD)
        desktop.store(PASSWORD, OURS)
        expect_found(folder, site, desktop, "keyring@example.org", "password from: keyring")


def found_by_old_attributes(folder, site):
    with Desktop(folder) as desktop:
        desktop.store(PASSWORD, OLD)
        expect_found(folder, site, desktop, "old-keyring@example.org", "password from: keyring")


def after_what_is_set(folder, site):
    with Desktop(folder) as desktop:
        desktop.store("wrong", OURS)
        result, told = send(folder, site, desktop, "set@example.org", f"passwordeval echo {PASSWORD}")
        expect(result.status == 0 and told == ["password from: passwordeval"], f"told {told}: {result}")


def nothing_in_it(folder, site):
    with Desktop(folder) as desktop:
        netrc(folder)
        expect_found(folder, site, desktop, "nothing@example.org", "keyring: there is no such password in it",
                     "password from: ~/.netrc")


def no_keyring_on_the_bus(folder, site):
    with Desktop(folder, has_keyring=False) as desktop:
        netrc(folder)
        result, told = send(folder, site, desktop, "no-keyring@example.org")
        expect(result.status == 0 and told[-1] == "password from: ~/.netrc", f"told {told}: {result}")
        expect(told[0].startswith("keyring: "), f"told {told}")


def no_bus(folder, site):
    """The bus address leads to no bus."""
    desktop = Desktop(folder)
    desktop.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/nowhere"
    netrc(folder)
    result, told = send(folder, site, desktop, "no-bus@example.org")
    expect(result.status == 0 and told[-1] == "password from: ~/.netrc", f"told {told}: {result}")


def locked(folder, site):
    """A person is asked to open the keyring (which fails without a screen); a program's message asks no person."""
    asked = folder / "asked"
    with Desktop(folder) as desktop:
        desktop.add_service("org.gnome.keyring.SystemPrompter", f"/usr/bin/touch {asked}")
        desktop.store("wrong", OURS)
        desktop.lock()
        netrc(folder)
        account(folder, site)
        env = {"DBUS_SESSION_BUS_ADDRESS": desktop.env["DBUS_SESSION_BUS_ADDRESS"]}
        result = run_program(["-v", "-f", "locked@example.org", "bob@example.net"], MESSAGE, home=folder, env=env,
                             program=as_sendmail(folder))
        expect(result.status == 0 and not asked.exists(), f"somebody was asked: {result}")
        site.postfix.arrived("locked@example.org")
        told = ("keyring: Cannot get secret of a locked object", "password from: ~/.netrc")
        expect_found(folder, site, desktop, "locked-person@example.org", *told)
        expect(asked.exists(), "nobody was asked")


def stuck(folder, site):
    """A keyring that does not answer delays the message only for a short time, and no process remains."""
    with Desktop(folder) as desktop:
        desktop.store("wrong", OURS)
        netrc(folder)
        account(folder, site)
        os.kill(desktop.keyring.pid, signal.SIGSTOP)
        env = {"DBUS_SESSION_BUS_ADDRESS": desktop.env["DBUS_SESSION_BUS_ADDRESS"]}
        result = run_program(["--debug", "-f", "stuck@example.org", "bob@example.net"], MESSAGE, home=folder, env=env,
                             program=as_sendmail(folder), limit=30)
        expect(result.status == 0 and b"keyring: no answer in time\n" in result.stdout, str(result))
        site.postfix.arrived("stuck@example.org")


CASES = [found_by_our_attributes, found_by_old_attributes, after_what_is_set, nothing_in_it, no_keyring_on_the_bus,
         no_bus, locked, stuck]


def add_cases(suite, get_site):
    for function in CASES:
        name = "keyring-" + function.__name__.replace("_", "-")
        suite.add(name, lambda folder, function=function: function(folder, get_site()))
