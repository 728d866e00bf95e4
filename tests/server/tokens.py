# SPDX-License-Identifier: GPL-3.0-or-later
"""tokens.py - our certificate and its key on a PKCS#11 token, presented to a Postfix that accepts no other client

The token is SoftHSM's. Between it and the program stands driver.c, which counts logins and signatures,
and can hang or crash; p11-kit loads it in a mount namespace where no other module is known.
"""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
from tests.lib import patience
from tests.lib.harness import PROGRAM, expect, run_program, wait_until, write_private
from tests.lib.relay import certtool, make_cert


DRIVER = pathlib.Path(PROGRAM).resolve().parent / "tests/server/driver.so"
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
MODULES = "/usr/share/p11-kit/modules"
PIN, WRONG_PIN = "1234", "4321"
KEY, CERT = "pkcs11:token=mc;object=ec", "pkcs11:token=mc;object=ec"
MESSAGE = b"From: Alice <alice@example.org>\nSubject: by token\n\nhello\n"
NAMESPACE = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
SLACK = 15
TEMPLATE_LOCK = threading.Lock()


def softhsm(folder, *command):
    environment = {**os.environ, "SOFTHSM2_CONF": str(folder / "softhsm.conf"), "GNUTLS_PIN": PIN}
    subprocess.run([*map(str, command)], env=environment, check=True, capture_output=True)


def configure(folder):
    (folder / "softhsm.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")


def add_object(folder, name, number, key, cert):
    """Put a key and its certificate onto the token."""
    certtool("--to-p8", "--load-privkey", key, "--password=", "--outfile", folder / f"{name}.p8")
    softhsm(folder, "softhsm2-util", "--import", folder / f"{name}.p8", "--token", "mc", "--label", name,
            "--id", f"0{number}", "--pin", PIN)
    softhsm(folder, "p11tool", "--provider", SOFTHSM, "--login", "--write", "--load-certificate", cert,
            "--label", name, "--id", f"0{number}", "pkcs11:token=mc")


@functools.cache
def make_template(site):
    """A token with an EC and an RSA key, from which every case gets a copy."""
    holder = tempfile.TemporaryDirectory(prefix="mailchute-token-")
    folder = pathlib.Path(holder.name)
    (folder / "tokens").mkdir()
    configure(folder)
    softhsm(folder, "softhsm2-util", "--init-token", "--free", "--label", "mc", "--pin", PIN, "--so-pin", "56785678")
    rsa_cert, rsa_key = make_cert(site.certs.ca.parent, "rsa-client", "cn=rsa\ntls_www_client\n", "ca", rsa=True)
    add_object(folder, "ec", 1, site.certs.client_key, site.certs.client_cert)
    add_object(folder, "rsa", 2, rsa_key, rsa_cert)
    return holder


def template(site):
    """Make the token once for all cases, while the other cases wait."""
    with TEMPLATE_LOCK:
        return pathlib.Path(make_template(site).name) / "tokens"


class Token:
    """A case's own token, and the program that uses it."""

    def __init__(self, folder, site):
        self.folder, self.site = folder, site
        shutil.copytree(template(site), folder / "tokens")
        configure(folder)
        (folder / "modules").mkdir()
        (folder / "modules/driver.module").write_text(f"module: {DRIVER}\n")
        self.log = folder / "driver.log"

    def run(self, *args, stdin=MESSAGE, **driver):
        """Run the program; a keyword `hang="C_Sign"` is DRIVER_HANG."""
        environment = {"SOFTHSM2_CONF": str(self.folder / "softhsm.conf"), "DRIVER_BELOW": SOFTHSM,
                       "DRIVER_LOG": str(self.log), **{f"DRIVER_{k.upper()}": v for k, v in driver.items()}}
        return run_program(["-m", "--propagation", "private", "sh", "-c", NAMESPACE, "sh", self.folder / "modules",
                            MODULES, PROGRAM, *args], stdin, home=self.folder, env=environment, program="unshare")

    def config(self, key, cert, *settings):
        lines = ["host localhost", f"port {self.site.ports['certificate']}", "tls on", "tls_starttls off",
                 f"tls_trust_file {self.site.certs.ca}", f"queue_folder {self.folder}/queue", "queue off",
                 f"tls_key_file {key}", f"tls_cert_file {cert}", *settings]
        return write_private(self.folder / "config", "\n".join([*lines, ""]))

    def send(self, sender, key, cert, *settings, **driver):
        return self.run("-C", self.config(key, cert, *settings), "-f", sender, "bob@example.net", **driver)

    def lines(self):
        return [line.split() for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def count(self, call):
        return sum(name == call for name, _, _ in self.lines())


def expect_counts(token, **counts):
    for call, count in counts.items():
        expect(token.count(f"C_{call}") == count, f"expected {count} C_{call}, got {token.lines()}")


# Accepted: the settings of key and certificate, and the place of the PIN; PINFILE is a file with the PIN

WORKING = {
    "password": (KEY, CERT, f"password {PIN}"),
    "passwordeval": (KEY, CERT, f"passwordeval echo {PIN}"),
    "pin-value": (f"{KEY}?pin-value={PIN}", CERT),
    "pin-value-of-the-certificate": (KEY, f"{CERT}?pin-value={PIN}"),
    "pin-value-before-password": (f"{KEY}?pin-value={PIN}", CERT, f"password {WRONG_PIN}"),
    "pin-source": (f"{KEY}?pin-source=file:PINFILE", CERT),
    "types": (f"{KEY};type=private", f"{CERT};type=cert", f"password {PIN}"),
    "rsa": ("pkcs11:token=mc;id=%02", "pkcs11:token=mc;id=%02", f"password {PIN}"),
    "rsa-tls-1.2": ("pkcs11:token=mc;object=rsa", "pkcs11:token=mc;object=rsa", f"password {PIN}",
                    "tls_priorities NORMAL:-VERS-ALL:+VERS-TLS1.2"),
    "ec-tls-1.2": (KEY, CERT, f"password {PIN}", "tls_priorities NORMAL:-VERS-ALL:+VERS-TLS1.2"),
    "certificate-in-a-file": (KEY, "CERTFILE", f"password {PIN}"),
}


def fill(token, settings):
    pin_file = token.folder / "pin"
    pin_file.write_text(f"{PIN}\n")
    return [text.replace("PINFILE", str(pin_file)).replace("CERTFILE", str(token.site.certs.client_cert))
            for text in settings]


def try_working(name, token):
    sender = f"token-{name}@example.org"
    result = token.send(sender, *fill(token, WORKING[name]))
    expect(result.status == 0 and not result.stderr, f"expected success, {result}")
    token.site.postfix.arrived(sender)
    expect_counts(token, Login=1, Sign=1)
    expect(all(sockets == "0" for _, _, sockets in token.lines()), f"a socket of ours is there: {token.lines()}")


# Refused: settings, exit status, a pattern for stderr, and the number of logins allowed

RIGHT = f"password {PIN}"
NO_PIN = "it asks for a PIN: set password or passwordeval"
FAILING = {
    "wrong-password": ((KEY, CERT, f"password {WRONG_PIN}"), 77, 'token "mc": the PIN is wrong; it is not tried', 1),
    "wrong-passwordeval": ((KEY, CERT, f"passwordeval echo {WRONG_PIN}"), 77, "the PIN is wrong", 1),
    "wrong-pin-value": ((f"{KEY}?pin-value={WRONG_PIN}", CERT, RIGHT), 77, "the PIN is wrong", 1),
    "wrong-pin-short": ((KEY, CERT, "password 1"), 77, "", 1),
    "no-pin": ((KEY, CERT), 77, NO_PIN, 0),
    "empty-pin": ((KEY, CERT, "password"), 77, NO_PIN, 0),
    "missing-pin-source": ((f"{KEY}?pin-source=/nowhere", CERT, RIGHT), 66, "pin-source: /nowhere", 0),
    "failing-passwordeval": ((KEY, CERT, "passwordeval false"), 78, "passwordeval", 0),
    "no-such-token": (("pkcs11:token=other;object=ec", CERT, RIGHT), 66, "tls_key_file pkcs11:token=other.*no such", 0),
    "no-such-key": (("pkcs11:token=mc;object=none", CERT, RIGHT), 66, "tls_key_file .*no such object", 1),
    "no-such-certificate": ((KEY, "pkcs11:token=mc;object=none", RIGHT), 66, "tls_cert_file .*no such object", 1),
    "key-of-another": (("pkcs11:token=mc;object=rsa", CERT, RIGHT), 66, "is not the key of the certificate", 1),
    "no-uri": (("pkcs11:nonsense", CERT, RIGHT), 66, "tls_key_file pkcs11:nonsense: ", 0),
}


def expect_failure(token, result, status, words, logins):
    expect(result.status == status, f"expected exit {status}, {result}")
    text = result.stderr.decode()
    expect(text.count("\n") == 1 and re.search(words, text), f"expected one line with /{words}/, {result}")
    expect(PIN not in text and WRONG_PIN not in text, f"the PIN is shown, {result}")
    expect_counts(token, Login=logins)


def try_failing(name, token):
    settings, status, words, logins = FAILING[name]
    expect_failure(token, token.send("nobody@example.org", *settings), status, words, logins)


def last_try(token):
    """If one more wrong PIN would lock the token, no PIN is tried."""
    result = token.send("nobody@example.org", KEY, CERT, RIGHT, final_try="yes")
    expect_failure(token, result, 77, "one more wrong PIN would lock it, so no PIN is tried", 0)


def right_after_wrong(token):
    """A single wrong PIN does not lock the token."""
    token.send("nobody@example.org", KEY, CERT, f"password {WRONG_PIN}")
    result = token.send("token-at-last@example.org", KEY, CERT, RIGHT)
    expect(result.status == 0, f"expected success, {result}")
    token.site.postfix.arrived("token-at-last@example.org")
    expect_counts(token, Login=2)


def key_of_a_like_certificate(token):
    """Two keys of one kind are told apart by what the wrong one signs; the server gets no signature."""
    cert, _ = make_cert(token.folder, "like", "cn=like\ntls_www_client\n")
    result = token.send("nobody@example.org", KEY, cert, RIGHT)
    expect_failure(token, result, 66, "is not the key of the certificate", 1)


def queue_run(token):
    """A run of the queue tries a wrong PIN once, for any number of messages."""
    config = token.config(KEY, CERT, f"password {WRONG_PIN}", "queue always")
    for sender in ("token-queue-1@example.org", "token-queue-2@example.org"):
        result = token.run("-C", config, "-f", sender, "bob@example.net", "-odq")
        expect(result.status == 0, f"expected it to be kept, {result}")
    expect_counts(token, Login=0)
    token.run("-C", config, "-qf", stdin=b"")
    expect_counts(token, Login=1)
    token.config(KEY, CERT, RIGHT, "queue always")
    token.run("-C", config, "-qf", stdin=b"")
    for sender in ("token-queue-1@example.org", "token-queue-2@example.org"):
        token.site.postfix.arrived(sender)
    expect_counts(token, Login=2)


def pin_stays_out_of_the_queue(token):
    config = token.config(KEY, CERT, "queue always")
    result = token.run("-C", config, f"--tls-key-file={KEY}?pin-value=9876543", "-f", "kept@example.org",
                       "bob@example.net", "-odq")
    expect(result.status == 0, f"expected it to be kept, {result}")
    kept = [path.read_bytes() for path in (token.folder / "queue").rglob("*") if path.is_file()]
    expect(any(b"object=ec" in text for text in kept), "the URI is not in the queue")
    expect(not any(b"9876543" in text for text in kept), "the PIN is in the queue")


def is_gone(pid):
    return not pathlib.Path(f"/proc/{pid}").exists()


def try_stuck(token, trouble, call):
    """A module that hangs or crashes costs only its time limit, and no process remains."""
    start = patience.now()
    result = token.send("nobody@example.org", KEY, CERT, RIGHT, "timeout 2", **{trouble: call})
    took = patience.now() - start
    words = "no answer in time" if trouble == "hang" else "the helper process failed"
    expect(result.status == 75, f"expected exit 75, {result}")
    expect(result.stderr.decode().rstrip().endswith(words), f"expected '{words}' at the end, {result}")
    expect(took < SLACK, f"it took {took:.1f} s")
    expect(token.count(call) == 1, f"expected one {call}, got {token.lines()}")
    for _, pid, _ in token.lines():
        wait_until(f"the end of {pid}", lambda pid=pid: is_gone(pid), 5)


def add_cases(suite, site):
    def add(name, function, *args):
        suite.add(f"token-{name}", lambda folder: function(*args, Token(folder, site())))

    for name in WORKING:
        add(name, try_working, name)
    for name in FAILING:
        add(name, try_failing, name)
    for function in (last_try, right_after_wrong, key_of_a_like_certificate, queue_run, pin_stays_out_of_the_queue):
        add(function.__name__.replace("_", "-"), function)
    for trouble in ("hang", "crash"):
        for call in ("C_Initialize", "C_Login", "C_Sign"):
            add(f"{trouble}-{call}", lambda trouble, call, token: try_stuck(token, trouble, call), trouble, call)
