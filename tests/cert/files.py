# SPDX-License-Identifier: GPL-3.0-or-later
"""files.py - the files for tls_trust_file: forms that are read, and forms that are refused with their name"""
import base64
import os
import subprocess
from tests.lib.forge import openssl, revocation_list
from tests.lib.harness import PROGRAM, expect, run_program, write_private
from tests.lib.relay import Relay
from . import table
from .client import MESSAGE, expect_refusal, send, write_chain


ROOT, OTHER = table.ROOT, table.UNKNOWN_ROOT
KEY = ROOT.key.path
WRITE_PEM = '"openssl .*" writes the certificates? in it as PEM'


def pkcs12(folder):
    (folder / "root.pem").write_text(ROOT.pem)
    return openssl("pkcs12", "-export", "-in", str(folder / "root.pem"), "-inkey", str(KEY), "-passout", "pass:x")


def damaged(folder):
    return ROOT.pem.replace("M", "?", 3).encode()


# name: the content, as bytes or a function of a folder; a regexp for the refusal, None if the file is read
FORMS = {
    "der": (ROOT.der, None),
    "pem": (ROOT.pem.encode(), None),
    "crlf": (ROOT.pem.replace("\n", "\r\n").encode(), None),
    "text-before": (b"Issuer: CN=test root\n  Validity\n\n" + ROOT.pem.encode(), None),
    "text-before-and-crlf": (b"# ours\r\n" + ROOT.pem.replace("\n", "\r\n").encode(), None),
    "text-behind": (ROOT.pem.encode() + b"\nthat was it\n", None),
    "byte-order-mark": (b"\xef\xbb\xbf" + ROOT.pem.encode(), None),
    "no-final-line-end": (ROOT.pem.rstrip().encode(), None),
    "second-of-two": ((OTHER.pem + ROOT.pem).encode(), None),
    "beside-its-key": (lambda folder: KEY.read_bytes() + ROOT.pem.encode(), None),
    "x509-certificate": (ROOT.pem.replace("BEGIN CERT", "BEGIN X509 CERT").replace("END CERT", "END X509 CERT").encode(),
                         None),
    "empty": (b"", "no certificate in it, as it is empty"),
    "blanks": (b"\n \n", "no certificate in it"),
    "pkcs12": (pkcs12, "it is a PKCS#12 file; " + WRITE_PEM),
    "pkcs7-der": (lambda folder: openssl("crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile", "/dev/stdin",
                                         stdin=ROOT.pem.encode()), "it is a PKCS#7 file; " + WRITE_PEM),
    "pkcs7-pem": (lambda folder: openssl("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", stdin=ROOT.pem.encode()),
                  "it is a PKCS#7 file; " + WRITE_PEM),
    "private-key": (lambda folder: KEY.read_bytes(), "it is a private key, and no certificate"),
    "private-key-pkcs1": (lambda folder: openssl("rsa", "-in", str(table.RSA_ROOT.key.path), "-traditional"),
                          "it is a private key, and no certificate"),
    "private-key-der": (lambda folder: openssl("pkey", "-in", str(KEY), "-outform", "DER"),
                        "it is a private key, and no certificate"),
    "private-key-ec-der": (lambda folder: openssl("ec", "-in", str(KEY), "-outform", "DER"),
                           "it is a private key, and no certificate"),
    "public-key": (lambda folder: openssl("pkey", "-in", str(KEY), "-pubout"), "it is a public key, and no"),
    "request": (lambda folder: openssl("req", "-new", "-key", str(KEY), "-subj", "/CN=x"),
                "it is a request for a certificate"),
    "revocation-list": (lambda folder: revocation_list(ROOT).encode(), "it is a revocation list.*tls_crl_file"),
    "trusted-certificate": (lambda folder: openssl("x509", "-trustout", "-addtrust", "serverAuth",
                                                   stdin=ROOT.pem.encode()),
                            "it is in a form of OpenSSL's own; " + WRITE_PEM),
    "damaged": (damaged, "a certificate in it is damaged"),
    "cut": (ROOT.pem[:300].encode(), "a certificate in it is damaged"),
    "ssh-key": (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me@here\n", "it is a key for SSH"),
    "utf-16": (ROOT.pem.encode("utf-16"), "it is text in UTF-16"),
    "web-page": (b"<!DOCTYPE html>\n<html></html>\n", "it is a web page"),
    "java-keystore": (b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0", "it is a keystore of Java"),
    "base64-alone": (base64.encodebytes(ROOT.der), "no certificate in it"),
}


def try_trust(folder, path, why):
    """The message arrives, or the file is refused before a connection is made."""
    with Relay(tls="starttls", auth=("PLAIN",), cert=write_chain(folder, [table.good_leaf()]),
               key=table.LEAF_KEY.path) as relay:
        result, _ = send(folder, table.HOST, relay.port, f"tls_trust_file {path}")
        if not why:
            expect(result.status == 0 and len(relay.received) == 1, f"expected success\n{result}")
            return
        expect_refusal(result, f"tls_trust_file {path}: {why}", "", status=66)
        expect(not relay.connections, f"it connected first\n{result}")


def try_form(folder, content, why):
    path = folder / "ca-file"
    path.write_bytes(content(folder) if callable(content) else content)
    try_trust(folder, path, why)


def in_folder(*names, content=ROOT.pem.encode()):
    def make(folder):
        (folder / "cas").mkdir()
        (folder / "cas/other.pem").write_text(OTHER.pem)
        for name in names:
            (folder / "cas" / name).write_bytes(content)
    return make


def with_pipe(folder):
    in_folder("z.pem")(folder)
    os.mkfifo(folder / "cas/a.pem")
    (folder / "cas/b.pem").symlink_to("nowhere")
    (folder / "cas/c.pem").mkdir()


def by_link(folder):
    in_folder()(folder)
    (folder / "outside").write_text(ROOT.pem)
    (folder / "cas/5ed36f99.0").symlink_to("../outside")


NONE = "no certificate in this folder"
FOLDERS = {
    "pem": (in_folder("root.pem"), None),
    "crt": (in_folder("root.CRT"), None),
    "der": (in_folder("root.cer", content=ROOT.der), None),
    "hashed": (in_folder("5ed36f99.0"), None),
    "by-a-link": (by_link, None),
    "beside-what-is-none": (with_pipe, None),
    "beside-a-key": (lambda folder: in_folder("root.pem")(folder) or
                     (folder / "cas/root.key").write_bytes(KEY.read_bytes()), None),
    "empty": (lambda folder: (folder / "cas").mkdir(), NONE),
    "keys-only": (lambda folder: (folder / "cas").mkdir() or (folder / "cas/a.pem").write_bytes(KEY.read_bytes()), NONE),
    "backups-only": (lambda folder: (folder / "cas").mkdir() or (folder / "cas/root.pem~").write_text(ROOT.pem), NONE),
}


def try_folder(folder, make, why):
    make(folder)
    try_trust(folder, folder / "cas", why)


def try_system(folder, setting, why):
    """A container without the package of certificate authorities."""
    with Relay(tls="starttls", cert=write_chain(folder, [table.good_leaf()]), key=table.LEAF_KEY.path) as relay:
        config = write_private(folder / "config", f"account default\nhost 127.0.0.1\nport {relay.port}\ntls on\n"
                               f"from me@relay.example\nqueue off\n{setting}\n")
        script = 'mount -t tmpfs none /etc/ssl && exec "$@"'
        result = run_program(["--mount", "--propagation", "private", "sh", "-c", script, "sh", PROGRAM, "-C", config,
                              "you@relay.example"], MESSAGE, program="unshare")
        expect_refusal(result, why, "ca-certificates", status=66)
        expect(not relay.connections, f"it connected first\n{result}")


SYSTEMS = {
    "fleet-889-no-bundle": ("", "tls_trust_file system: this system has no certificates"),
    "no-bundle-by-name": ("tls_trust_file /etc/ssl/certs/ca-certificates.crt", "No such file.*tls_trust_file system"),
    "bundle-of-fedora": ("tls_trust_file /etc/pki/tls/certs/ca-bundle.crt", "No such file.*tls_trust_file system"),
    "bundle-of-alpine": ("tls_trust_file /etc/ssl/cert.pem", "No such file.*tls_trust_file system"),
    "bundle-of-freebsd": ("tls_trust_file /usr/local/share/certs/ca-root-nss.crt", "No such file.*tls_trust_file system"),
}


def try_revocation(folder):
    """A revocation list in DER, the form that authorities publish."""
    listed = table.REVOKED
    (folder / "crl.pem").write_text(revocation_list(ROOT, listed))
    subprocess.run(["openssl", "crl", "-in", folder / "crl.pem", "-outform", "DER", "-out", folder / "crl.der"],
                   check=True, capture_output=True)
    (folder / "trust.pem").write_text(ROOT.pem)
    with Relay(tls="starttls", cert=write_chain(folder, [listed]), key=listed.key.path) as relay:
        result, place = send(folder, table.HOST, relay.port, f"tls_trust_file {folder}/trust.pem",
                             f"tls_crl_file {folder}/crl.der", login=())
        expect_refusal(result, place, "revoked")


OURS = {"pkcs12": (pkcs12, FORMS["pkcs12"][1]), "private-key": FORMS["private-key"], "empty": FORMS["empty"],
        "der": (OTHER.der, "not the key of the certificate")}


def try_own(folder, content, why):
    """A wrong tls_cert_file is refused with its form, like a trust file."""
    path = folder / "our-file"
    path.write_bytes(content(folder) if callable(content) else content)
    result, _ = send(folder, table.HOST, 1, f"tls_cert_file {path}", f"tls_key_file {KEY}")
    expect_refusal(result, "tls_cert_file", why, status=66)


def add_cases(suite):
    for name, (content, why) in OURS.items():
        suite.add(f"cert-form-{name}", lambda folder, content=content, why=why: try_own(folder, content, why))
    for name, (content, why) in FORMS.items():
        suite.add(f"trust-form-{name}", lambda folder, content=content, why=why: try_form(folder, content, why))
    for name, (make, why) in FOLDERS.items():
        suite.add(f"trust-folder-{name}", lambda folder, make=make, why=why: try_folder(folder, make, why))
    for name, (setting, why) in SYSTEMS.items():
        suite.add(f"trust-system-{name}", lambda folder, setting=setting, why=why: try_system(folder, setting, why))
    suite.add("crl-form-der", try_revocation)
