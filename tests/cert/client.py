# SPDX-License-Identifier: GPL-3.0-or-later
"""client.py - runs the program against a server with TLS, and checks the form of its refusal"""
import re
from tests.lib.harness import expect, run_program, write_private


MESSAGE = b"Subject: certificate\n\nhello\n"
ADDRESSES = {"127.0.0.1", "::1"}
LINE_LIMIT = 1200


def address_of(host):
    return host if host in ADDRESSES else "127.0.0.1"


LOGIN = ("auth plain", "user tester", "password secret")


def send(folder, host, port, *settings, login=LOGIN, options=()):
    """Run the program once with a login over TLS, and with the settings of the case."""
    address = address_of(host)
    override = [] if address == host else [f"tls_host_override {host}"]
    lines = [f"host {address}", f"port {port}", "tls on", *override, *login, "from me@relay.example",
             "timeout 10", "queue off", *settings]
    config = write_private(folder / "config", "\n".join(["account default", *lines, ""]))
    recipients = [] if "--serverinfo" in options else ["you@relay.example"]
    return run_program(["-C", config, *options, *recipients], MESSAGE), f"{address}.*{port}"


def expect_refusal(result, place, why, tells="", status=69):
    """Check a refusal: one printable line on stderr with the given words, and the exit status."""
    text = result.stderr.decode()
    expect(result.status == status, f"expected exit {status}\n{result}")
    expect(text.count("\n") == 1, f"expected one line on stderr\n{result}")
    expect(text[:-1].isprintable() and len(text) < LINE_LIMIT, f"expected what a person can read\n{result}")
    for pattern in (place, why, tells):
        expect(re.search(pattern, text, re.IGNORECASE), f"expected /{pattern}/ on stderr\n{result}")


def write_chain(folder, chain):
    path = folder / "chain.pem"
    path.write_text("".join(cert.pem for cert in chain))
    return path
