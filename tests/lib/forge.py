# SPDX-License-Identifier: GPL-3.0-or-later
"""forge.py - makes certificates and revocation lists of any form, also wrong forms

The DER is written here, because the tools of certificate authorities refuse to write what a client has
to refuse. openssl makes the keys and the signatures.
"""
import base64
import dataclasses
import hashlib
import ipaddress
import itertools
import pathlib
import subprocess
import tempfile
import time

HOUR, DAY = 3600, 86400
NOW = int(time.time())
SERVER, CLIENT, EMAIL = (f"1.3.6.1.5.5.7.3.{n}" for n in (1, 2, 4))

_folder = tempfile.TemporaryDirectory(prefix="mailchute-forge-")
_numbers = itertools.count(1)
_signature_oids = {("ec", "sha256"): "1.2.840.10045.4.3.2", ("rsa", "sha256"): "1.2.840.113549.1.1.11",
                   ("rsa", "sha1"): "1.2.840.113549.1.1.5", ("rsa", "md5"): "1.2.840.113549.1.1.4"}


def tlv(tag, *parts):
    """A DER element with the parts as its content."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    return tlv(0x06, b"".join(map(_base128, [first * 40 + second, *rest])))


def _base128(value):
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | value & 0x7F)
    return bytes(reversed(octets))


def utc_time(seconds):
    return tlv(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(NOW + seconds)).encode())


def bits(content):
    return tlv(0x03, b"\0" + content)


def extension(dotted, content, critical=False):
    return sequence(oid(dotted), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, content))


def dns(name):
    """A host name as a subject alternative name or a name constraint."""
    return tlv(0x82, name.encode())


def email(address):
    return tlv(0x81, address.encode())


def uri(text):
    return tlv(0x86, text.encode())


def ip(address):
    return tlv(0x87, ipaddress.ip_address(address).packed)


def openssl(*args, stdin=b""):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=True).stdout


class Key:
    """A key pair: kind is ec, ed25519 or rsa, the last with a size; `path` is the private key's file."""

    def __init__(self, kind, size=2048):
        self.kind = kind
        self.path = pathlib.Path(_folder.name, f"{next(_numbers)}.key")
        option = {"ec": ["-pkeyopt", "ec_paramgen_curve:P-256"], "ed25519": [],
                  "rsa": ["-pkeyopt", f"rsa_keygen_bits:{size}"]}[kind]
        openssl("genpkey", "-algorithm", kind, *option, "-out", str(self.path))
        self.public = openssl("pkey", "-in", str(self.path), "-pubout", "-outform", "DER")

    @property
    def digest(self):
        return hashlib.sha256(self.public).digest()

    @property
    def pin(self):
        """The fingerprint of the public key, in the form of tls_pin."""
        return "pin-sha256:" + base64.b64encode(self.digest).decode()

    def algorithm(self, digest):
        null = tlv(0x05) if self.kind == "rsa" else b""
        return sequence(oid(_signature_oids[self.kind, digest]), null)

    def sign(self, content, digest):
        """The signed structure: the content, the algorithm, and the signature."""
        signature = openssl("dgst", f"-{digest}", "-sign", str(self.path), stdin=content)
        return sequence(content, self.algorithm(digest), bits(signature))


@dataclasses.dataclass(kw_only=True, eq=False)
class Cert:
    """The fields of a certificate; without an issuer it is self-signed. `valid` counts seconds from now."""
    subject: str
    key: Key
    issuer: "Cert" = None
    names: tuple = ()
    valid: tuple = (-DAY, 30 * DAY)
    is_ca: bool = False
    path_length: int = None
    purpose: str = SERVER
    permitted: tuple = ()
    excluded: tuple = ()
    extra: bytes = b""
    digest: str = "sha256"
    is_broken: bool = False
    serial: int = dataclasses.field(default_factory=lambda: next(_numbers))

    def __post_init__(self):
        issuer = self.issuer or self
        self.der = issuer.key.sign(sequence(
            tlv(0xA0, integer(2)), integer(self.serial), issuer.key.algorithm(self.digest), issuer.name,
            sequence(*map(utc_time, self.valid)), self.name, self.key.public,
            tlv(0xA3, sequence(*self._extensions()))), self.digest)
        if self.is_broken:
            self.der = self.der[:-1] + bytes([self.der[-1] ^ 1])

    @property
    def name(self):
        """A distinguished name that is only a common name."""
        return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, self.subject.encode()))))

    @property
    def pem(self):
        return armour("CERTIFICATE", self.der)

    @property
    def fingerprint(self):
        return hashlib.sha256(self.der).digest().hex(":").upper()

    def _extensions(self):
        if self.is_ca:
            limit = b"" if self.path_length is None else integer(self.path_length)
            yield extension("2.5.29.19", sequence(tlv(0x01, b"\xff"), limit), critical=True)
            yield extension("2.5.29.15", tlv(0x03, b"\x01\x06"), critical=True)
        else:
            usage = b"\x05\xa0" if self.key.kind == "rsa" else b"\x07\x80"
            yield extension("2.5.29.15", tlv(0x03, usage), critical=True)
            if self.purpose:
                yield extension("2.5.29.37", sequence(oid(self.purpose)))
        if self.names:
            yield extension("2.5.29.17", sequence(*self.names))
        if self.permitted or self.excluded:
            trees = [tlv(tag, *map(sequence, names)) for tag, names
                     in ((0xA0, self.permitted), (0xA1, self.excluded)) if names]
            yield extension("2.5.29.30", sequence(*trees), critical=True)
        yield self.extra


def revocation_list(issuer, *revoked):
    """The PEM of a CRL by the issuer, with the serial numbers of the revoked certificates."""
    entries = [sequence(integer(cert.serial), utc_time(-HOUR)) for cert in revoked]
    number = tlv(0xA0, sequence(extension("2.5.29.20", integer(1))))
    content = sequence(integer(1), issuer.key.algorithm("sha256"), issuer.name, utc_time(-HOUR), utc_time(DAY),
                       sequence(*entries) if entries else b"", number)
    return armour("X509 CRL", issuer.key.sign(content, "sha256"))


def ocsp_answer(folder, cert, revoked=False, clock=None):
    """The DER of an OCSP response of the certificate's issuer; `clock` is its time, in faketime's words."""
    issuer = cert.issuer
    for name, one in (("issuer", issuer), ("subject", cert)):
        (folder / f"{name}.pem").write_text(one.pem)
    state = ["R", "351231235959Z", "250101000000Z"] if revoked else ["V", "351231235959Z", ""]
    serial = f"{cert.serial:X}"
    (folder / "index").write_text("\t".join([*state, serial.zfill(len(serial) + len(serial) % 2), "unknown", "/CN=x"]) + "\n")
    answer = folder / "answer.der"
    past = ["faketime", "-f", clock] if clock else []
    subprocess.run([*past, "openssl", "ocsp", "-index", folder / "index", "-CA", folder / "issuer.pem", "-rsigner",
                    folder / "issuer.pem", "-rkey", issuer.key.path, "-issuer", folder / "issuer.pem", "-cert",
                    folder / "subject.pem", "-respout", answer, "-nmin", "60"], capture_output=True, check=True)
    return answer


def armour(label, der):
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"
