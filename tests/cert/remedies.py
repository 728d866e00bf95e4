# SPDX-License-Identifier: GPL-3.0-or-later
"""remedies.py - the suggestions about an unusable certificate or file, each of which must help

A suggestion is copied from the error's text, as a person would do, and tried: then the message
has to arrive. If no name of the certificate can be configured, the suggestion is to pin its public key.
"""
import re
from tests.lib.harness import expect
from tests.lib.relay import Relay
from . import table
from .client import address_of, expect_refusal, send, write_chain
from .table import HOST, LOCAL, UNDER, Case, dns, email, ip, leaf, uri


PIN, OVERRIDE, FINGERPRINT, TRUST = "tls_pin", "tls_host_override", "tls_fingerprint", "tls_trust_file"

# The certificate of a case, and the setting that the error has to suggest.
CASES = [
    (Case("wud-352-ip-as-dns", [leaf(dns(LOCAL))], host=LOCAL), PIN),
    (Case("ip-as-dns-self-signed", [leaf(dns(LOCAL), issuer=None)], host=LOCAL), PIN),
    (Case("ip-as-dns-unknown-issuer", [leaf(dns(LOCAL), issuer=table.UNKNOWN_ROOT)], host=LOCAL), PIN),
    (Case("ipv6-as-dns", [leaf(dns("::1"))], host="::1"), PIN),
    (Case("ipv6-as-dns-in-brackets", [leaf(dns("[::1]"))], host="::1"), PIN),
    (Case("other-ip-as-dns", [leaf(dns("10.1.2.3"))], host=LOCAL), PIN),
    (Case("ip-as-dns-for-a-name", [leaf(dns(LOCAL))]), PIN),
    (Case("ip-as-dns-beside-a-name", [leaf(dns(LOCAL), dns(HOST))], host=LOCAL), OVERRIDE),
    (Case("ip-as-dns-beside-other-ip", [leaf(dns(LOCAL), ip("127.0.0.2"))], host=LOCAL), OVERRIDE),
    (Case("ip-as-uri", [leaf(uri(f"smtp://{LOCAL}"))], host=LOCAL), PIN),
    (Case("check_ssl_cert-60-cn-only", [leaf(subject=HOST)]), PIN),
    (Case("cn-only-self-signed", [leaf(subject=HOST, issuer=None)]), PIN),
    (Case("cn-only-unknown-issuer", [leaf(subject=HOST, issuer=table.UNKNOWN_ROOT)]), PIN),
    (Case("cn-only-unknown-root-sent", [leaf(subject=HOST, issuer=table.UNKNOWN_ROOT), table.UNKNOWN_ROOT]), PIN),
    (Case("cn-only-intermediate", [leaf(subject=HOST, issuer=table.INTERMEDIATE), table.INTERMEDIATE]), PIN),
    (Case("ip-as-cn", [leaf(subject=LOCAL)], host=LOCAL), PIN),
    (Case("cn-beside-email", [leaf(email(f"me@{HOST}"), subject=HOST)]), PIN),
    (Case("cn-beside-other-name", [leaf(dns("other.example"), subject=HOST)]), OVERRIDE),
    (Case("no-name-at-all", [leaf()]), PIN),
    (Case("nul-in-name", [leaf(dns(f"{HOST}\0.evil.example"))]), PIN),
    (Case("other-name", [leaf(dns("other.example"))]), OVERRIDE),
    (Case("ip-for-name", [leaf(ip(LOCAL))]), OVERRIDE),
    (Case("wildcard", [leaf(dns("*.relay.example"))]), OVERRIDE),
    (Case("wildcard-top-level", [leaf(dns("*.example"))]), PIN),
    (Case("wildcard-partial", [leaf(dns("m*.relay.example"))], host=UNDER), PIN),
    (Case("wildcard-star", [leaf(dns("*"))], host="relay"), PIN),
    (Case("purpose-client", [table.good_leaf(purpose=table.CLIENT)]), PIN),
    (Case("purpose-email-and-cn-only", [leaf(subject=HOST, purpose=table.EMAIL)]), PIN),
    (Case("self-signed", [table.ALONE]), FINGERPRINT),
    (Case("self-signed-for-others", [table.STRANGER]), FINGERPRINT),
    (Case("unknown-root", [table.good_leaf(issuer=table.UNKNOWN_ROOT)]), TRUST),
    (Case("unknown-root-sent", [table.good_leaf(issuer=table.UNKNOWN_ROOT), table.UNKNOWN_ROOT]), TRUST),
]


def suggested_settings(case, text, folder):
    """The config lines that a person would write after reading the error, for the setting that it names."""
    if pin := re.search(r"tls_trust_file \(with nothing after it\) and (tls_pin \S+)$", text):
        return PIN, ["tls_trust_file", pin[1]]
    if fingerprint := re.search(r"set (tls_fingerprint \S+)$", text):
        return FINGERPRINT, [fingerprint[1]]
    if "set tls_trust_file to a file with its certificate" in text:
        (folder / "other.pem").write_text(case.chain[0].issuer.pem)
        return TRUST, [f"tls_trust_file {folder}/other.pem"]
    name = re.search(r'.*(?:name is|it is for) (?:"([^"]+)"|IP ([^ ,]+)),?.* set tls_host_override', text)
    expect(name, f"expected a setting to be suggested in\n{text}")
    return OVERRIDE, [f"tls_host_override {(name[1] or name[2]).replace('*', 'x')}"]


def follow(folder, case, setting):
    """The first attempt is refused with a suggestion; the second attempt follows it and succeeds."""
    (folder / "trust.pem").write_text(case.trust.pem)
    trust = f"tls_trust_file {folder}/trust.pem"
    with Relay(tls="starttls", hosts=(address_of(case.host),), auth=("PLAIN",), cert=write_chain(folder, case.chain),
               key=case.chain[0].key.path) as relay:
        result, place = send(folder, case.host, relay.port, trust)
        expect_refusal(result, place, "not trusted", "only if|if you")
        found, lines = suggested_settings(case, result.stderr.decode().rstrip("\n"), folder)
        expect(found == setting, f"expected {setting} to be suggested\n{result}")
        result, _ = send(folder, case.host, relay.port, trust, *lines)
        expect(result.status == 0, f"expected exit 0 with {lines}\n{result}")


def add_cases(suite):
    for case, setting in CASES:
        suite.add(f"remedy-{case.name}", lambda folder, case=case, setting=setting: follow(folder, case, setting))
