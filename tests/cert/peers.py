# SPDX-License-Identifier: GPL-3.0-or-later
"""peers.py - cases with openssl's server: OCSP responses stapled to a certificate, and client certificates"""
import dataclasses
import re
from tests.lib.forge import CLIENT, Cert, Key, ocsp_answer, openssl
from tests.lib.harness import expect
from . import table
from .client import expect_refusal, send
from .peer import Peer


ASKED = r">>> .*CertificateRequest"
SHOWN = r"<<< TLS 1\.\d, Handshake \[.*\], Certificate$"


def write_trust(folder):
    (folder / "trust.pem").write_text(table.ROOT.pem)
    return f"tls_trust_file {folder}/trust.pem"


def write_server(folder, cert):
    path = folder / "server.pem"
    path.write_text(cert.pem)
    return path, cert.key.path


def call(folder, peer, *settings):
    """Send a message to the peer without a login, and end the peer; returns the result."""
    result, place = send(folder, table.HOST, peer.port, "tls_starttls off", write_trust(folder), *settings, login=())
    peer.wait()
    return result, place


def judge(peer, result, place, why, status=69):
    if why:
        expect_refusal(result, place, why, status=status)
        expect("MAIL FROM" not in peer.output, f"the peer was told too much:\n{peer.output}")
    else:
        expect(result.status == 0 and "\nQUIT" in peer.output, f"expected success\n{result}\n{peer.output}")


def try_staple(case, folder):
    staple = ["-status_file", ocsp_answer(folder, case.about, case.revoked, case.clock)] if case.about else []
    with Peer(*write_server(folder, case.cert), case.tls_max, *staple) as peer:
        judge(peer, *call(folder, peer), case.why)


# The client's certificate

OURS = Cert(subject="ours", key=Key("rsa"), issuer=table.ROOT, purpose=CLIENT)
OTHERS = Cert(subject="ours", key=Key("ec"), issuer=table.UNKNOWN_ROOT, purpose=CLIENT)
PASSWORD = "correct horse"


@dataclasses.dataclass
class Shown:
    """The client's certificate and key, and the verdict of a server that demands a certificate by the root."""
    name: str
    cert: Cert
    key: str  # a key name of write_keys
    settings: tuple = ()
    why: str = ""
    status: int = 69
    tls_max: str = "-tls1_3"


WITHOUT = "set password or passwordeval"
SHOWINGS = [
    Shown("from-files", OURS, "plain"),
    Shown("from-files-tls-1.2", OURS, "plain", tls_max="-tls1_2"),
    Shown("key-encrypted", OURS, "pkcs8", (f"password {PASSWORD}",)),
    Shown("key-encrypted-openssl", OURS, "traditional", (f"password {PASSWORD}",)),
    Shown("key-encrypted-passwordeval", OURS, "pkcs8", (f"passwordeval echo {PASSWORD}",)),
    Shown("key-encrypted-other-password", OURS, "pkcs8", ("password x",), "does not decrypt the key", 77),
    Shown("key-encrypted-other-password-openssl", OURS, "traditional", ("password x",), "does not decrypt", 77),
    Shown("key-encrypted-no-password", OURS, "pkcs8", (), WITHOUT, 77),
    Shown("key-encrypted-empty-password", OURS, "pkcs8", ("password",), WITHOUT, 77),
    Shown("key-of-another", OURS, "other", (), "is not the key of the certificate", 66),
    Shown("key-missing", OURS, "missing", (), "tls_key_file .*missing", 66),
    Shown("key-garbage", OURS, "garbage", (), "tls_key_file .*garbage", 66),
    Shown("of-another-root", OTHERS, "other", (), "does not take our certificate in tls_cert_file"),
    Shown("none", None, "", (), "wants a client certificate: set tls_cert_file"),
]


def write_keys(folder):
    """Private keys in all forms, by name."""
    paths = {name: folder / f"{name}.key" for name in ("plain", "pkcs8", "traditional", "other", "missing", "garbage")}
    plain, secret = ["-in", OURS.key.path], f"pass:{PASSWORD}"
    paths["plain"].write_bytes(OURS.key.path.read_bytes())
    paths["other"].write_bytes(OTHERS.key.path.read_bytes())
    paths["garbage"].write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    openssl("pkcs8", "-topk8", *plain, "-passout", secret, "-out", paths["pkcs8"])
    openssl("rsa", "-traditional", "-aes128", *plain, "-passout", secret, "-out", paths["traditional"])
    return paths


def identity_settings(folder, case):
    """The settings for certificate and key, then the settings of the case."""
    if not case.cert:
        return []
    (folder / "ours.pem").write_text(case.cert.pem)
    return [f"tls_cert_file {folder}/ours.pem", f"tls_key_file {write_keys(folder)[case.key]}", *case.settings]


def demanding_peer(folder, cert, *options):
    write_trust(folder)
    return Peer(*write_server(folder, cert), "-CAfile", folder / "trust.pem", "-Verify", "2", "-verify_return_error",
                *options)


def try_showing(case, folder):
    with demanding_peer(folder, table.PLAIN_LEAF, case.tls_max) as peer:
        result, place = call(folder, peer, *identity_settings(folder, case))
        judge(peer, result, place, case.why, case.status)
        if not case.why:
            expect(re.search("depth=0 CN = ours", peer.output), f"nothing was shown:\n{peer.output}")


def not_shown_to_a_stranger(folder, tls_max):
    """An untrusted server does not get the client's certificate."""
    with demanding_peer(folder, table.ALONE, tls_max) as peer:
        result, place = call(folder, peer, *identity_settings(folder, SHOWINGS[0]))
        judge(peer, result, place, "self-signed")
        expect(re.search(ASKED, peer.output), f"it did not ask:\n{peer.output}")
        expect(not re.search(SHOWN, peer.output, re.MULTILINE), f"it was shown:\n{peer.output}")


def try_prime(folder, bits, why):
    """A TLS 1.2 server with a Diffie-Hellman key exchange, whose prime has about 2048 bits."""
    (folder / "trust.pem").write_text(table.RSA_ROOT.pem)
    with Peer(*write_server(folder, table.RSA_LEAF), "-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384") as peer:
        result, place = send(folder, table.HOST, peer.port, "tls_starttls off", f"tls_trust_file {folder}/trust.pem",
                             f"tls_min_dh_prime_bits {bits}", login=())
        peer.wait()
        judge(peer, result, place, why)


def add_cases(suite):
    suite.add("prime-large-enough", lambda folder: try_prime(folder, 1024, ""))
    suite.add("prime-too-small", lambda folder: try_prime(folder, 8192, "prime .*tls_min_dh_prime_bits"))
    for staple in table.STAPLES:
        suite.add(f"ocsp-{staple.name}", lambda folder, case=staple: try_staple(case, folder))
    for showing in SHOWINGS:
        suite.add(f"ours-{showing.name}", lambda folder, case=showing: try_showing(case, folder))
    for version in ("-tls1_2", "-tls1_3"):
        suite.add(f"ours-not-to-a-stranger{version}",
                  lambda folder, version=version: not_shown_to_a_stranger(folder, version))
