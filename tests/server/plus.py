# SPDX-License-Identifier: GPL-3.0-or-later
"""plus.py - a server for SCRAM with channel binding, by OpenSSL, without the program's own libraries

TLS from the first byte; RFC 5802 with RFC 9266 (tls-exporter) on TLS 1.3 and RFC 5929 (tls-unique) on 1.2.
"""
import base64
import hashlib
import hmac
import secrets
import socket
import threading
from OpenSSL import SSL


VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
DIGESTS = {"SCRAM-SHA-256-PLUS": "sha256", "SCRAM-SHA-1-PLUS": "sha1"}
USER = b"tester"


def encoded(data):
    return base64.b64encode(data).decode()


class Session:
    """A client, from its handshake to its end."""

    def __init__(self, server, sock):
        self.server, self.buffer = server, b""
        self.tls = SSL.Connection(server.context, sock)
        self.tls.set_accept_state()

    def run(self):
        self.tls.do_handshake()
        self.say(f"220 plus.test")
        while line := self.line():
            verb, _, rest = line.partition(" ")
            self.say(self.answer(verb.upper(), rest))

    def answer(self, verb, rest):
        if verb == "EHLO":
            return "250-plus.test\r\n250 AUTH " + " ".join(self.server.offer)
        if verb == "AUTH":
            return self.log_in(*rest.split(" "))
        if verb == "DATA":
            self.say("354 go on")
            while self.line() != ".":
                pass
        return {"QUIT": "221 bye"}.get(verb, "250 ok")

    def line(self):
        while b"\r\n" not in self.buffer:
            try:
                self.buffer += self.tls.recv(4096)
            except (SSL.ZeroReturnError, SSL.SysCallError):
                return None
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line.decode()

    def say(self, line):
        self.tls.sendall(line.encode() + b"\r\n")

    def ask(self, words):
        self.say(f"334 {encoded(words)}")
        return base64.b64decode(self.line(), validate=True)

    def binding(self):
        """The name of the channel binding and its bytes; the client sent the first Finished message."""
        if self.tls.get_protocol_version_name() == "TLSv1.3":
            return b"tls-exporter", self.tls.export_keying_material(b"EXPORTER-Channel-Binding", 32, b"")
        return b"tls-unique", self.tls.get_peer_finished()

    def log_in(self, mechanism, first=None):
        if mechanism not in DIGESTS:
            return "504 5.5.4 not without a binding"
        good = self.scram(DIGESTS[mechanism], base64.b64decode(first, validate=True))
        if good:
            self.server.logins.append(mechanism)
        return "235 2.7.0 welcome" if good else "535 5.7.8 not you, or not this connection"

    def scram(self, digest, first):
        def mac(key, text):
            return hmac.new(key, text, digest).digest()

        name, bytes_of_binding = self.binding()
        header = b"p=" + name + b",,"
        user, _, nonce = first.removeprefix(header + b"n=").partition(b",r=")
        if not first.startswith(header) or user != USER:
            return False
        salt, nonce = secrets.token_bytes(16), nonce + secrets.token_hex(9).encode()
        offer = b"r=" + nonce + b",s=" + base64.b64encode(salt) + b",i=4096"
        final = self.ask(offer)
        unproven, _, proof = final.rpartition(b",p=")
        if self.server.is_between:
            bytes_of_binding = secrets.token_bytes(len(bytes_of_binding))
        wanted = b"c=" + base64.b64encode(header + bytes_of_binding) + b",r=" + nonce
        salted = hashlib.pbkdf2_hmac(digest, self.server.password.encode(), salt, 4096)
        signed = b",".join((first.removeprefix(header), offer, unproven))
        key = mac(salted, b"Client Key")
        mask = mac(hashlib.new(digest, key).digest(), signed)
        if unproven != wanted or base64.b64decode(proof) != bytes(a ^ b for a, b in zip(key, mask)):
            return False
        return self.ask(b"v=" + base64.b64encode(mac(mac(salted, b"Server Key"), signed))) == b""


class PlusServer:
    """Listening from __enter__ to __exit__; `logins` has the mechanism of every login that was good.

    With `is_between` it sees the connection of a man in the middle, which has another binding.
    """

    def __init__(self, certs, password, version, is_between=False, offer=("PLAIN", "SCRAM-SHA-256", *DIGESTS)):
        self.password, self.is_between, self.offer, self.logins = password, is_between, offer, []
        self.context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self.context.set_min_proto_version(VERSIONS[version])
        self.context.set_max_proto_version(VERSIONS[version])
        self.context.use_certificate_chain_file(str(certs.cert))
        self.context.use_privatekey_file(str(certs.key))

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self):
        """Serve one client after the other; a failure shows in the program's output."""
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with sock:
                sock.settimeout(None)
                try:
                    Session(self, sock).run()
                except (SSL.Error, OSError, ValueError, TypeError):
                    continue
