# SPDX-License-Identifier: GPL-3.0-or-later
"""table.py - the certificates that a client has to accept for a name, and those that it has to refuse

`why` is a regexp for the words of the refusal, empty if the certificate is good; `tells` is a regexp for
the further facts that a user needs: which certificate, its dates or names, the setting. The rules are
those of RFC 5280 (chains), RFC 9525 (names: no common name, wildcards only as a whole first label)
and RFC 9325 (strength).
"""
import dataclasses
import re
from tests.lib.forge import (CLIENT, DAY, EMAIL, HOUR, Cert, Key, dns, email, extension, integer, ip, revocation_list,
                             sequence, uri)


HOST, UNDER = "relay.example", "mx.relay.example"
IDN, IDN_ASCII, OTHER_IDN_ASCII = "bücher.example", "xn--bcher-kva.example", "xn--bcher-gra.example"
HOMOGRAPH = "r\u0435lay.example"  # the second letter is Cyrillic
LOCAL = "127.0.0.1"

LEAF_KEY = Key("ec")
ROOT = Cert(subject="test root", key=Key("ec"), is_ca=True)
RSA_ROOT = Cert(subject="test RSA root", key=Key("rsa"), is_ca=True)
UNKNOWN_ROOT = Cert(subject="another root", key=Key("ec"), is_ca=True)
IMPOSTOR_ROOT = Cert(subject=ROOT.subject, key=Key("ec"), is_ca=True)


def authority(subject="test intermediate", issuer=ROOT, **what):
    return Cert(subject=subject, key=Key("ec"), issuer=issuer, **({"is_ca": True} | what))


def leaf(*names, subject="a relay", key=LEAF_KEY, issuer=ROOT, **what):
    return Cert(subject=subject, key=key, issuer=issuer, names=names, **what)


def good_leaf(**what):
    return leaf(dns(HOST), **what)


@dataclasses.dataclass
class Case:
    """A server that sends `chain`, and a client that wants `host` and trusts `trust`.

    With `revoked` the client also has a revocation list of these certificates.
    """
    name: str
    chain: list
    why: str = ""
    host: str = HOST
    trust: Cert = ROOT
    revoked: tuple = None
    tls_max: str = "1.3"
    tells: str = ""

    @property
    def crl(self):
        """The text of the revocation list, or None if the client has none."""
        return None if self.revoked is None else revocation_list(self.trust, *self.revoked)


def below(*authorities, **what):
    """A chain: a good leaf, the authority that issued it, and so on up to one issued by the root."""
    return [good_leaf(issuer=authorities[0], **what), *authorities]


INTERMEDIATE = authority()
REVOKED = good_leaf()
RSA_LEAF = good_leaf(key=Key("rsa"), issuer=RSA_ROOT)
ALONE = good_leaf(issuer=None)
STRANGER = leaf(dns("other.example"), issuer=None)

GOOD = [
    Case("ec", [good_leaf()]),
    Case("rsa", [RSA_LEAF], trust=RSA_ROOT),
    Case("ed25519", [good_leaf(key=Key("ed25519"))]),
    Case("chain", below(INTERMEDIATE)),
    Case("chain-with-root", [*below(INTERMEDIATE), ROOT]),
    Case("chain-with-stray-ca", [good_leaf(), UNKNOWN_ROOT]),
    Case("wildcard", [leaf(dns("*.relay.example"))], host=UNDER),
    Case("case-in-certificate", [leaf(dns("RELAY.Example"))]),
    Case("case-in-host", [good_leaf()], host="Relay.EXAMPLE"),
    Case("final-dot-in-host", [good_leaf()], host=HOST + "."),
    Case("second-name", [leaf(dns("other.example"), dns(HOST))]),
    Case("120-names", [leaf(*(dns(f"mx{n}.example") for n in range(119)), dns(HOST))]),
    Case("ipv4", [leaf(ip(LOCAL))], host=LOCAL),
    Case("ipv6", [leaf(ip("::1"))], host="::1"),
    Case("idn-by-u-label", [leaf(dns(IDN_ASCII))], host=IDN),
    Case("idn-by-a-label", [leaf(dns(IDN_ASCII))], host=IDN_ASCII),
    Case("idn-sharp-s", [leaf(dns("xn--strae-oqa.example"))], host="straße.example"),
    Case("no-purpose", [good_leaf(purpose=None)]),
    Case("permitted-name", below(authority(permitted=[dns(HOST)]))),
    Case("not-revoked", [good_leaf()], revoked=(REVOKED,)),
]

LEAF = r'the certificate "CN=a relay", issued by "CN=test root": '
SECOND = r'number 2 of the 2 certificates that it shows, "CN=test intermediate", issued by "CN=test root": '
DATE = r"\w{3}, \d\d? \w{3} \d{4} [\d:]{8} [+-]\d{4}"
DATES = [
    Case("expired", [good_leaf(valid=(-30 * DAY, -DAY))], "expired",
         tells=f"{LEAF}it expired on {DATE} .this system's clock says {DATE}"),
    Case("expired-an-hour-ago", [good_leaf(valid=(-DAY, -HOUR))], "expired"),
    Case("not-yet-valid", [good_leaf(valid=(DAY, 30 * DAY))], "not (yet|activated)|future",
         tells=f"{LEAF}it is not yet valid, but from {DATE} on .this system's clock says {DATE}"),
    Case("expired-intermediate", below(authority(valid=(-30 * DAY, -DAY))), "expired",
         tells=f"{SECOND}it expired on {DATE}"),
    Case("not-yet-valid-intermediate", below(authority(valid=(DAY, 30 * DAY))), "not (yet|activated)|future",
         tells=f"{SECOND}it is not yet valid"),
]

NAME = "name|not for"
NAMES = [
    Case("other-name", [leaf(dns("other.example"))], NAME,
         tells=f'{LEAF}it is for "other.example", not for relay.example; .*tls_host_override'),
    Case("other-names", [leaf(*(dns(f"mx{n}.example") for n in range(120)))], NAME,
         tells=f'{LEAF}it is for "mx0.example", "mx1.example", .*"mx5.example", and others, not for'),
    Case("parent-name", [good_leaf()], NAME, host=UNDER),
    Case("cn-beside-other-name", [leaf(dns("other.example"), subject=HOST)], NAME),
    Case("cn-only", [leaf(subject=HOST)], NAME),
    Case("cn-beside-uri", [leaf(uri(f"smtp://{HOST}"), subject=HOST)], NAME),
    Case("cn-beside-ip", [leaf(ip(LOCAL), subject=HOST)], NAME),
    Case("cn-beside-email", [leaf(email(f"me@{HOST}"), subject=HOST)], NAME),
    Case("wildcard-two-levels", [leaf(dns("*.relay.example"))], NAME, host="a.b.relay.example"),
    Case("wildcard-for-parent", [leaf(dns("*.relay.example"))], NAME),
    Case("wildcard-partial", [leaf(dns("m*.relay.example"))], NAME, host=UNDER),
    Case("wildcard-in-the-middle", [leaf(dns("mx.*.example"))], NAME, host=UNDER),
    Case("wildcard-star", [leaf(dns("*"))], NAME, host="relay"),
    Case("wildcard-top-level", [leaf(dns("*.example"))], NAME),
    Case("wildcard-double", [leaf(dns("*.*.example"))], NAME, host=UNDER),
    Case("wildcard-ip", [leaf(dns("*.0.0.1"))], NAME, host=LOCAL),
    Case("wildcard-idn", [leaf(dns("xn--*.relay.example"))], NAME, host="bücher.relay.example"),
    Case("ip-as-dns", [leaf(dns(LOCAL))], NAME, host=LOCAL,
         tells=f'it is for "{LOCAL}", not for IP {LOCAL};'),
    Case("ip-as-dns-beside-other-ip", [leaf(dns(LOCAL), ip("127.0.0.2"))], NAME, host=LOCAL),
    Case("ip-as-cn", [leaf(subject=LOCAL)], NAME, host=LOCAL),
    Case("ip-for-name", [leaf(ip(LOCAL))], NAME),
    Case("other-ip", [leaf(ip("127.0.0.2"), ip("::2"))], NAME, host=LOCAL,
         tells=f"it is for IP 127.0.0.2, IP ::2, not for IP {LOCAL};"),
    Case("idn-other", [leaf(dns(OTHER_IDN_ASCII))], NAME, host=IDN),
    Case("idn-homograph", [good_leaf()], NAME, host=HOMOGRAPH),
    Case("idn-sharp-s-as-ss", [leaf(dns("strasse.example"))], NAME, host="straße.example"),
    Case("nul-in-cn", [leaf(subject=f"{HOST}\0.evil.example")], NAME),
    Case("nul-in-name", [leaf(dns(f"{HOST}\0.evil.example"))], NAME),
    Case("email-for-name", [leaf(email(f"me@{HOST}"))], NAME),
    Case("uri-for-name", [leaf(uri(f"smtp://{HOST}"))], NAME),
    Case("no-name", [leaf()], NAME, tells=r"no name \(subjectAltName\) to compare with relay.example"),
]

UNKNOWN, BAD_CHAIN = "issuer|authority|self-signed", "constraint|not an? (CA|authority)"
NOT_A_CA = good_leaf(subject="not an authority", key=Key("ec"))
EXCLUDING = authority("excluding", excluded=[dns(HOST)])
SHORT_PATH = authority("short path", path_length=0)
PURPOSE = "purpose"
TRUST = [
    Case("self-signed", [ALONE], UNKNOWN,
         tells=f"it is self-signed, .*only if .*tells you the same.* set tls_fingerprint {ALONE.fingerprint}$"),
    Case("unknown-root", [good_leaf(issuer=UNKNOWN_ROOT)], UNKNOWN,
         tells='the certificate "CN=a relay", issued by "CN=another root": its issuer .*set tls_trust_file'),
    Case("unknown-root-sent", [good_leaf(issuer=UNKNOWN_ROOT), UNKNOWN_ROOT], UNKNOWN),
    Case("impostor-root", [good_leaf(issuer=IMPOSTOR_ROOT)], "signature|" + UNKNOWN),
    Case("missing-intermediate", [good_leaf(issuer=INTERMEDIATE)], UNKNOWN,
         tells='issued by "CN=test intermediate": .*leaves out a certificate in between'),
    Case("missing-upper-intermediate", below(authority("lower", issuer=INTERMEDIATE)), UNKNOWN,
         tells='number 2 of the 2 .*, "CN=lower", issued by "CN=test intermediate": '),
    Case("issuer-is-no-ca", below(NOT_A_CA), BAD_CHAIN),
    Case("path-too-long", below(authority("too deep", issuer=SHORT_PATH), SHORT_PATH), BAD_CHAIN),
    Case("name-not-permitted", below(authority(permitted=[dns("other.example")])), BAD_CHAIN),
    Case("name-excluded", below(authority(excluded=[dns(HOST)])), BAD_CHAIN),
    Case("name-excluded-other-case", below(authority(excluded=[dns("RELAY.Example")])), BAD_CHAIN),
    Case("name-excluded-then-permitted",
         below(authority("permitting", issuer=EXCLUDING, permitted=[dns(HOST)]), EXCLUDING), BAD_CHAIN),
    Case("purpose-client", [good_leaf(purpose=CLIENT)], PURPOSE),
    Case("purpose-email", [good_leaf(purpose=EMAIL)], PURPOSE),
    Case("unknown-critical-extension",
         [good_leaf(extra=extension("1.3.6.1.4.1.55555.1", sequence(), critical=True))], "extension"),
    Case("broken-signature", [good_leaf(is_broken=True)], "signature"),
    Case("revoked", [REVOKED], "revoked", revoked=(REVOKED,)),
]

STRENGTH = "insecure|weak|algorithm|strength|too (small|short)"
WEAK = [
    Case("sha1", [good_leaf(issuer=RSA_ROOT, digest="sha1")], STRENGTH, trust=RSA_ROOT,
         tells="signed with RSA-SHA1"),
    Case("md5", [good_leaf(issuer=RSA_ROOT, digest="md5")], STRENGTH, trust=RSA_ROOT),
    Case("rsa-512", [good_leaf(key=Key("rsa", 512))], STRENGTH, tls_max="1.2"),  # too short for PSS, so for TLS 1.3
    Case("rsa-1024", [good_leaf(key=Key("rsa", 1024))], STRENGTH, tells="RSA key of 1024 bits"),
]

# A subject and a name that try to imitate other text, and to fill the screen.
JOKE = "\n\u001b[31m\u202e" + "x" * 4000
HOSTILE = [
    Case("hostile-subject", [leaf(dns("other.example"), subject=JOKE)], NAME),
    Case("hostile-name", [leaf(dns("\n\033[2J" + "y" * 200), dns("z" * 4000))], NAME),
    Case("hostile-issuer", [good_leaf(issuer=Cert(subject=JOKE, key=Key("ec"), is_ca=True))], UNKNOWN),
]

CASES = [*GOOD, *DATES, *NAMES, *TRUST, *WEAK, *HOSTILE]


@dataclasses.dataclass
class Stapled:
    """A server that sends a certificate, and an OCSP response about `about` (None: no response)."""
    name: str
    cert: Cert
    about: Cert
    why: str = ""
    revoked: bool = False
    clock: str = None
    tls_max: str = "-tls1_3"


MUST_STAPLE = extension("1.3.6.1.5.5.7.1.24", sequence(integer(5)))
PLAIN_LEAF, STAPLING = good_leaf(), good_leaf(extra=MUST_STAPLE)
STAPLES = [
    Stapled("good", PLAIN_LEAF, PLAIN_LEAF),
    Stapled("good-tls-1.2", PLAIN_LEAF, PLAIN_LEAF, tls_max="-tls1_2"),
    Stapled("revoked", PLAIN_LEAF, PLAIN_LEAF, "its issuer has revoked it", revoked=True),
    Stapled("revoked-tls-1.2", PLAIN_LEAF, PLAIN_LEAF, "its issuer has revoked it", revoked=True, tls_max="-tls1_2"),
    Stapled("stale", PLAIN_LEAF, PLAIN_LEAF, "OCSP answer with it is out of date", clock="-9h"),
    Stapled("of-another", PLAIN_LEAF, STAPLING, "OCSP answer"),
    Stapled("demanded", STAPLING, STAPLING),
    Stapled("demanded-but-none", STAPLING, None, "demands an OCSP answer with it, and the relay sent none"),
    Stapled("demanded-but-stale", STAPLING, STAPLING, "out of date", clock="-9h"),
    Stapled("demanded-but-revoked", STAPLING, STAPLING, "revoked", revoked=True),
]


@dataclasses.dataclass
class Pinned:
    """A server that sends `chain`, and a client with these settings; TRUST stands for a file with the root."""
    name: str
    chain: list
    settings: tuple
    why: str = ""
    host: str = HOST


NO_CA, CA = "tls_trust_file", "tls_trust_file TRUST"
OTHER = Key("ec")
RSA_ALONE = good_leaf(issuer=None, key=Key("rsa"))
EDWARDS_ALONE = good_leaf(issuer=UNKNOWN_ROOT, key=Key("ed25519"))
EXPIRED_STRANGER = leaf(dns("other.example"), issuer=None, valid=(-30 * DAY, -DAY))
NOT_PINNED = f"public key has the pin {re.escape(LEAF_KEY.pin)}, which is not in tls_pin"
PINS = [
    Pinned("ec", [ALONE], (NO_CA, f"tls_pin {LEAF_KEY.pin}")),
    Pinned("rsa", [RSA_ALONE], (NO_CA, f"tls_pin {RSA_ALONE.key.pin}")),
    Pinned("ed25519", [EDWARDS_ALONE], (NO_CA, f"tls_pin {EDWARDS_ALONE.key.pin}")),
    Pinned("decides-alone", [EXPIRED_STRANGER], (NO_CA, f"tls_pin {LEAF_KEY.pin}")),
    Pinned("in-hexadecimal", [ALONE], (NO_CA, f"tls_pin sha256:{LEAF_KEY.digest.hex(':')}")),
    Pinned("second-of-two", [ALONE], (NO_CA, f"tls_pin {OTHER.pin}, {LEAF_KEY.pin}")),
    Pinned("wrong", [ALONE], (NO_CA, f"tls_pin {OTHER.pin}"), NOT_PINNED),
    Pinned("two-wrong", [ALONE], (NO_CA, f"tls_pin {OTHER.pin} {ROOT.key.pin}"), NOT_PINNED),
    Pinned("of-another-in-the-chain", below(INTERMEDIATE), (NO_CA, f"tls_pin {INTERMEDIATE.key.pin}"), NOT_PINNED),
    Pinned("and-trust", below(INTERMEDIATE), (CA, f"tls_pin {LEAF_KEY.pin}")),
    Pinned("wrong-with-trust", [good_leaf()], (CA, f"tls_pin {OTHER.pin}"), NOT_PINNED),
    Pinned("of-the-authority", below(INTERMEDIATE), (CA, f"tls_pin {INTERMEDIATE.key.pin} {ROOT.key.pin}"),
           NOT_PINNED),
    Pinned("without-the-trust", [ALONE], (CA, f"tls_pin {LEAF_KEY.pin}"), UNKNOWN),
    Pinned("without-system-trust", [ALONE], (f"tls_pin {LEAF_KEY.pin}",), UNKNOWN),
    Pinned("with-trust-for-another-name", [good_leaf()], (CA, f"tls_pin {LEAF_KEY.pin}"), NAME, UNDER),
    Pinned("with-trust-but-expired", [good_leaf(valid=(-30 * DAY, -DAY))], (CA, f"tls_pin {LEAF_KEY.pin}"), "expired"),
    Pinned("and-fingerprint", [STRANGER], (f"tls_fingerprint {STRANGER.fingerprint}", f"tls_pin {LEAF_KEY.pin}")),
    Pinned("wrong-with-fingerprint", [STRANGER], (f"tls_fingerprint {STRANGER.fingerprint}", f"tls_pin {OTHER.pin}"),
           NOT_PINNED),
    Pinned("with-wrong-fingerprint", [ALONE], (f"tls_fingerprint {STRANGER.fingerprint}", f"tls_pin {LEAF_KEY.pin}"),
           "fingerprint"),
]
