# SPDX-License-Identifier: GPL-3.0-or-later
"""remedies.py - what to do where a library can't be loaded, or the port is that between servers"""
import functools
import re
from tests.lib.harness import expect, run_program, write_private
from tests.lib.relay import Relay


NOWHERE = "127.0.0.25"  # nothing listens there
LOGIN = "user u\npassword p\nauth on\n"
PORT_25 = "port 25 is for mail between servers, and often blocked: set port "

# name: (the file that can't be loaded, lines of the account, the packages)
LIBRARIES = {
    "gnutls": ("libgnutls.so.30", "tls on\n", "libgnutls30t64 .Debian 12: libgnutls30. of Debian, gnutls of Alpine"),
    "gsasl": ("libgsasl.so.18", "auth plain\nuser u\npassword p\ntls off\n", "libgsasl18 of Debian, libgsasl of Alpine"),
    "idn2": ("libidn2.so.0", "host b\u00fccher.example\n", "libidn2-0 of Debian, libidn2 of Alpine"),
}


def try_library(folder, library, lines, packages):
    (folder / library).write_bytes(b"")
    with Relay(auth=("PLAIN",), auth_in_clear=True) as relay:
        config = write_private(folder / "config", f"host 127.0.0.1\nport {relay.port}\nfrom a@b.example\nqueue off\n" + lines)
        result = run_program(["-C", config, "c@d.example"], b"Subject: x\n\ny\n", env={"LD_LIBRARY_PATH": str(folder)})
        expect(result.status in (68, 71) and not relay.received, f"expected exit 71\n{result}")
        expect(re.search(f"cannot load a library: .*{re.escape(library)}.*; it is in the package {packages}$",
                         result.stderr.decode().rstrip()), f"expected the package\n{result}")


# name: (lines of the account, the end of the error, None: no hint)
PORTS = {
    "left": ("tls on\n" + LOGIN, PORT_25 + "587"),
    "written": ("port 25\ntls on\n" + LOGIN, PORT_25 + "587"),
    "written-with-tls-at-once": ("port 25\ntls on\ntls_starttls off\n" + LOGIN, PORT_25 + "465"),
    "another": ("port 26\ntls on\n" + LOGIN, None),
    "of-tls-at-once": ("tls on\ntls_starttls off\n" + LOGIN, None),
    "without-login": ("tls on\n", None),
    "without-tls": ("auth plain\nuser u\npassword p\n", None),
}


def try_port(folder, lines, says):
    config = write_private(folder / "config", f"host {NOWHERE}\nfrom a@b.example\nqueue off\n{lines}")
    result = run_program(["-C", config, "c@d.example"], b"Subject: x\n\ny\n")
    text = result.stderr.decode().rstrip()
    expect(result.status == 75 and "Connection refused" in text, f"expected exit 75\n{result}")
    expect(text.endswith(says) if says else "set port" not in text, f"expected {says!r}\n{result}")


# name: (the greeting of a server that is none for SMTP, its name in the hint, None: no hint)
GREETINGS = {
    "imap": ("* OK [CAPABILITY IMAP4rev1] ready", "IMAP"), "imap-bye": ("* BYE too many connections", "IMAP"),
    "pop3": ("+OK POP3 ready", "POP3"), "http": ("HTTP/1.1 400 Bad Request", "HTTP"), "ssh": ("SSH-2.0-OpenSSH_9.2", "SSH"),
    "other": ("hello", None), "in-the-middle": ("220x * OK", None),
}


def try_greeting(folder, greeting, service):
    with Relay(dialogue=f"greeting: raw {greeting}\\r\\n") as relay:
        config = write_private(folder / "config", f"host 127.0.0.1\nport {relay.port}\nfrom a@b.example\nqueue off\n")
        result = run_program(["-C", config, "c@d.example"], b"Subject: x\n\ny\n")
    hint = f"; this is the port of another service ({service}): set port 587 or 465"
    text = result.stderr.decode()
    expect(result.status == 76 and (hint in text if service else "another service" not in text), f"expected {service}\n{result}")


def add_cases(suite):
    for name, (greeting, service) in GREETINGS.items():
        suite.add(f"greeting-of-{name}", functools.partial(try_greeting, greeting=greeting, service=service))
    for name, (library, lines, packages) in LIBRARIES.items():
        suite.add(f"library-{name}", functools.partial(try_library, library=library, lines=lines, packages=packages))
    for name, (lines, says) in PORTS.items():
        suite.add(f"port-25-{name}", functools.partial(try_port, lines=lines, says=says))
