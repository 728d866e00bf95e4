# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - the servers that the program trusts: every certificate of table.py, and broken TLS

A trusted server gets the message. An untrusted server gets neither a credential nor an address,
and the user reads one line that names the server and the reason.
"""
import functools
import hashlib
import re
import warnings
from tests.lib.harness import Suite, expect
from tests.lib.relay import Relay
from . import files, peers, remedies, table
from .client import address_of, expect_refusal, send, write_chain


suite = Suite("cert")
warnings.simplefilter("ignore", DeprecationWarning)  # this relay needs TLS 1.1


def relay_showing(folder, chain, address="127.0.0.1", tls="starttls", **options):
    """A relay that demands a login and presents this chain."""
    return Relay(tls=tls, hosts=(address,), auth=("PLAIN",), cert=write_chain(folder, chain),
                 key=chain[0].key.path, **options)


def judge(relay, result, place, why, tells=""):
    """Without a reason to refuse, the message has arrived; otherwise the relay has learnt nothing."""
    relay.wait_idle()
    if why:
        expect_refusal(result, place, why, tells)
        expect(relay.connections, "the relay was not called")
        expect(not re.search(b"AUTH |MAIL FROM", relay.clear), f"the relay was told {relay.clear}")
        expect(not any(c.secure for c in relay.connections), "the relay was spoken to under TLS")
    else:
        expect(result.status == 0, f"expected exit 0\n{result}")
        expect(len(relay.received) == 1, f"expected one message at the relay\n{result}")


def try_chain(case, folder):
    (folder / "trust.pem").write_text(case.trust.pem)
    settings = [f"tls_trust_file {folder}/trust.pem"]
    if case.crl:
        (folder / "crl.pem").write_text(case.crl)
        settings.append(f"tls_crl_file {folder}/crl.pem")
    with relay_showing(folder, case.chain, address_of(case.host), tls_max=case.tls_max) as relay:
        judge(relay, *send(folder, case.host, relay.port, *settings), case.why, case.tells)


for entry in table.CASES:
    suite.add(entry.name, lambda folder, case=entry: try_chain(case, folder))


def try_alone(folder, cert, why, *settings):
    """A server whose certificate has no issuer in the client's trust files."""
    with relay_showing(folder, [cert]) as relay:
        judge(relay, *send(folder, table.HOST, relay.port, *settings), why)


suite.add("check-off", lambda folder: try_alone(folder, table.STRANGER, "", "tls_certcheck off"))
suite.add("system-trust", lambda folder: try_alone(folder, table.ALONE, table.UNKNOWN))
suite.add("fingerprint", lambda folder: try_alone(
    folder, table.STRANGER, "", f"tls_fingerprint {table.STRANGER.fingerprint}"))
suite.add("fingerprint-wrong", lambda folder: try_alone(
    folder, table.ALONE, f"fingerprint .*but {table.ALONE.fingerprint};",
    f"tls_fingerprint {table.STRANGER.fingerprint}"))


def try_pinned(folder, case):
    """A server, and a client that checks a pin, alone or together with authorities."""
    (folder / "trust.pem").write_text(table.ROOT.pem)
    with relay_showing(folder, case.chain) as relay:
        settings = [line.replace("TRUST", str(folder / "trust.pem")) for line in case.settings]
        judge(relay, *send(folder, case.host, relay.port, *settings), case.why)


for pinned in table.PINS:
    suite.add(f"pin-{pinned.name}", lambda folder, case=pinned: try_pinned(folder, case))


def expect_description(text, cert):
    """The lines of --serverinfo and --debug about a certificate."""
    for line in (r"TLS session: \(TLS1\.3\)-.*-\(AES-256-GCM\)", r'subject: "CN=a relay"', f'issuer: "CN={cert.subject}"',
                 r'names: "relay\.example", IP 127\.0\.0\.1', r"valid from: \w{3}, ", r"valid until: \w{3}, ",
                 r"EC/ECDSA key of 256 bits, signed with ECDSA-SHA256", f"SHA-256: {cert.fingerprint}",
                 f"SHA-1: {hashlib.sha1(cert.der).digest().hex(':').upper()}", f"public key: {re.escape(cert.key.pin)}"):
        expect(re.search(f"^ *{line}$" if line[-1] != " " else line, text, re.MULTILINE), f"no /{line}/ in\n{text}")


def shown(folder, option):
    """The certificate is shown on standard output, with a pin that can be copied into the config."""
    cert = table.leaf(table.dns(table.HOST), table.ip(table.LOCAL), issuer=None)
    with relay_showing(folder, [cert]) as relay:
        result, _ = send(folder, table.HOST, relay.port, "tls_certcheck off", options=[option])
        expect(result.status == 0, f"expected exit 0\n{result}")
        expect_description(result.stdout.decode(), cert)
    pin = re.search(r"pin-sha256:\S+", result.stdout.decode())[0]
    try_alone(folder, cert, "", "tls_trust_file", f"tls_pin {pin}")


suite.add("serverinfo", lambda folder: shown(folder, "--serverinfo"))
suite.add("debug", lambda folder: shown(folder, "--debug"))


def try_file(folder, setting, content, why):
    """A setting names an unusable file: exit 66, without a connection."""
    path = folder / "the-file.pem"
    if content is not None:
        path.write_text(content)
    (folder / "trust.pem").write_text(table.ROOT.pem)
    with relay_showing(folder, table.GOOD[0].chain) as relay:
        result, _ = send(folder, table.HOST, relay.port, f"tls_trust_file {folder}/trust.pem", f"{setting} {path}")
        expect_refusal(result, f"{setting} {path}: {why}$", "", status=66)
        expect(not relay.connections, f"it connected first\n{result}")


MISSING = "No such file or directory"
for kind, text, authorities, revocations in (("missing", None, MISSING, MISSING),
                                             ("empty", "", "no certificate in it, as it is empty", "no revocation list in it"),
                                             ("without-any", "# none\n", "no certificate in it",
                                              "no revocation list in it")):
    suite.add(f"trust-file-{kind}", functools.partial(try_file, setting="tls_trust_file", content=text,
                                                      why=authorities))
    suite.add(f"crl-file-{kind}", functools.partial(try_file, setting="tls_crl_file", content=text, why=revocations))


def try_offer(folder, why, options):
    """A relay with a good certificate whose TLS is too old, too weak, or none at all."""
    (folder / "trust.pem").write_text(table.RSA_ROOT.pem)
    with relay_showing(folder, [table.RSA_LEAF], tls="implicit", **options) as relay:
        judge(relay, *send(folder, table.HOST, relay.port, "tls_starttls off",
                           f"tls_trust_file {folder}/trust.pem"), why)
        expect(not any(c.tls_version for c in relay.connections), "the handshake went through")


# A record with a ServerHello of TLS 1.0, from a time before clients listed their versions in an extension.
OLD_HELLO = r"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" + r"\x55" * 32 + r"\x00\x00\x2f\x00"
OFFERS = {
    "tls-1.1": ("no version of TLS that mailchute accepts", {"tls_min": "1.0", "tls_max": "1.1"}),
    "tls-1.0-hello": ("no version of TLS that mailchute accepts", {"dialogue": f"handshake: raw {OLD_HELLO} ; hang"}),
    "anonymous": ("no algorithm that both sides accept", {"tls_max": "1.2", "ciphers": "ADH:AECDH"}),
    "null-cipher": ("no algorithm that both sides accept", {"tls_max": "1.2", "ciphers": "eNULL"}),
    "static-rsa": ("no algorithm that both sides accept", {"tls_max": "1.2", "ciphers": "kRSA"}),
    "plain-text": ("set tls_starttls on", {"dialogue": "handshake: 220 relay.example ESMTP ; hang"}),
}
for kind, (wanted, offered) in OFFERS.items():
    suite.add(f"only-{kind}", lambda folder, why=wanted, options=offered: try_offer(folder, why, options))

peers.add_cases(suite)
remedies.add_cases(suite)
files.add_cases(suite)

if __name__ == "__main__":
    suite.main()
