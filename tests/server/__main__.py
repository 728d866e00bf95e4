# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - the server suite: the program against a real Postfix, Dovecot, Exim and KDC on loopback

All cases share one server of each kind; a case finds its message by its sender,
which no other case uses. Needs root, because Postfix does, and the packages of tests/setup.
"""
import base64
import contextlib
import email
import email.policy
import hashlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
from tests.lib import lint
from tests.lib.harness import PROGRAM, TOP, Failure, Suite, cover_spool, expect, run_program, wait_until, write_private
from tests.lib.relay import Relay, make_cert, make_certs
from . import clients, hostclients, keyring, msmtp_cases, tokens
from .accesstokens import LONG_TOKEN, TOKEN, TokenInfo
from .daemon import free_ports, has_ipv6
from .dovecot import PASSWORD, Dovecot
from .exim import Exim
from .plus import PlusServer
from .postfix import Postfix
from .realm import Realm


UNPACKED = TOP / "build" / "servers"
PORTS = ("submission", "submissions", "certificate", "small", "few", "dovecot", "lmtp", "kdc", "exim")
MECHANISMS = ("PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "DIGEST-MD5")
MEGABYTE = 1024 * 1024
LARGE = 100 * MEGABYTE
MEMORY_LIMIT_KB = 16 * 1024

HEADER = (b"From: Alice <alice@example.org>\n"
          b"To: Bob <bob@example.net>\n"
          b"Subject: a message of the server suite\n"
          b"Date: Mon, 02 Mar 2026 10:00:00 +0000\n"
          b"Message-ID: <server-suite@example.org>\n")
PLAIN = b"Hello Bob,\n\nthis is all there is to say.\n-- \nAlice\n"
BODIES = {
    "plain": PLAIN,
    "8-bit": "Grüße, 你好, здравствуй\n".encode() + bytes(range(0x80, 0x100)) + b"\n",
    "leading-dots": b".\n..\n...\n.hidden\n. dot and blank\nnot .leading\n.\n",
    "no-final-newline": b"first line\nlast line without its end",
    "empty-lines-at-the-end": b"text\n\n \n\t\n\n\n",
    "empty-body": b"",
    "990-bytes-in-a-line": b"x" * 990 + b"\n" + b"." * 990 + b"\n",
}

suite = Suite("server")


class Site:
    """The certificates and the servers that all cases share."""

    def __init__(self, folder):
        self.certs = make_certs(folder / "certs")
        self.stranger, _ = make_cert(folder / "certs", "stranger", "cn=Stranger\nca\n")
        self.ports = free_ports(PORTS)
        # Dovecot wants short paths for its sockets, hence the short names
        for name in ("d", "e", "k", "p"):
            (folder / name).mkdir()
        self.running = []
        try:
            self.tokens = self.keep(TokenInfo())
            self.realm = self.keep(Realm(folder / "k", self.ports["kdc"], PASSWORD))
            self.dovecot = self.keep(Dovecot(folder / "d", self.certs, self.ports, self.realm, self.tokens))
            self.postfix = self.keep(Postfix(folder / "p", UNPACKED / "postfix", self.certs,
                                             self.dovecot.auth_socket, self.ports))
            self.exim = self.keep(Exim(folder / "e", UNPACKED / "exim4-daemon-heavy", self.certs,
                                       self.ports["exim"], PASSWORD))
        except BaseException:
            self.stop()
            raise

    def keep(self, server):
        self.running.append(server)
        return server

    def stop(self):
        for server in reversed(self.running):
            server.stop()


def settings(port="submission", **changes):
    """An account for a port, by its name or number; a keyword replaces or adds a setting, None drops it."""
    account = {
        "queue": "off",
        "host": "localhost",
        "port": site.ports.get(port, port),
        "tls": "on",
        "tls_starttls": "off" if port in ("submissions", "certificate", "dovecot", "exim") else "on",
        "tls_trust_file": site.certs.ca,
        "auth": "on",
        "user": "tester",
        "password": PASSWORD,
    }
    account.update(changes)
    return "".join(f"{key} {value}\n" for key, value in account.items() if value is not None)


def send(folder, config, sender, recipients=("bob@example.net",), text=HEADER + b"\n" + PLAIN,
         options=(), env=None):
    """Run the program with a config's text; `text` is the message, as bytes or as a file."""
    path = write_private(folder / "config", config)
    return run_program(["-C", path, "-f", sender, *options, *recipients], text, home=folder, env=env)


def expect_status(result, *statuses):
    expect(result.status in statuses, f"expected exit {' or '.join(map(str, statuses))}, {result}")


def expect_same(arrived, expected):
    """The message arrived unchanged, header and body."""
    if arrived == expected:
        return
    at = next((i for i, (a, b) in enumerate(zip(arrived, expected)) if a != b),
              min(len(arrived), len(expected)))
    raise Failure(f"arrived {len(arrived)} bytes instead of {len(expected)}, first difference at "
                  f"{at}:\n{arrived[at:at + 60]!r}\ninstead of\n{expected[at:at + 60]!r}")


def expect_words(result, *words):
    """The diagnostics hold every one of the words."""
    text = result.stderr.decode(errors="replace")
    for word in words:
        expect(word in text, f"no {word!r} in the diagnostics: {result}")


def expect_refused(folder, config, status, *words, sender="alice@example.org",
                   recipients=("bob@example.net",), **more):
    result = send(folder, config, sender, recipients, **more)
    expect_status(result, *(status if isinstance(status, tuple) else (status,)))
    expect_words(result, *words)


def method_of(queue_id):
    """The SASL mechanism by which a message came, as Postfix logged it."""
    return site.postfix.log_line(rf"{queue_id}: client=.*sasl_method=([^,\s]+)").group(1)


def add_for_ports(name, function):
    """A case for each of the two kinds of port."""
    for port in ("submission", "submissions"):
        suite.add(f"{name}-{port}", lambda folder, port=port: function(folder, port))


def arrives(name, body):
    """A case: a message with this body arrives unchanged, ended by a newline."""
    def case(folder, port):
        sender = f"{name}-{port}@example.org"
        text = HEADER + b"\n" + body
        expect_status(send(folder, settings(port), sender, text=text), 0)
        final = b"" if text.endswith(b"\n") else b"\n"
        expect_same(site.postfix.arrived(sender).message, text + final)
    return case


def crlf_arrives(folder, port):
    sender = f"crlf-{port}@example.org"
    text = HEADER + b"\n" + PLAIN
    expect_status(send(folder, settings(port), sender, text=text.replace(b"\n", b"\r\n")), 0)
    expect_same(site.postfix.arrived(sender).message, text)


def large_arrives(folder, port):
    """100 MB, streamed: measured by time(1), which starts the program from a small process."""
    sender = f"large-{port}@example.org"
    message = folder / "message"
    line = b".a line of a large message, 8-bit too: \xc3\xa4\xc3\xb6\xc3\xbc, with a dot in front\n"
    message.write_bytes(HEADER + b"\n" + line * (LARGE // len(line)))
    config = write_private(folder / "config", settings(port, set_mime_headers="off"))
    with open(message, "rb") as text:
        result = run_program(["-q", "-f", "%M", "-o", folder / "memory", PROGRAM,
                              "-C", config, "-f", sender, "bob@example.net"],
                             text, home=folder, limit=120, program="/usr/bin/time")
    expect_status(result, 0)
    peak = int((folder / "memory").read_text().split()[-1])
    expect(peak < MEMORY_LIMIT_KB, f"peak memory {peak} KB")
    expect_same(site.postfix.arrived(sender).message, message.read_bytes())


def many_recipients(folder, port):
    sender = f"many-{port}@example.org"
    recipients = [f"r{number}@example.net" for number in range(500)]
    expect_status(send(folder, settings(port), sender, recipients), 0)
    arrived = site.postfix.arrived(sender)
    expect_same(arrived.message, HEADER + b"\n" + PLAIN)
    expect(sorted(arrived.recipients) == sorted(recipients),
           f"arrived for {len(arrived.recipients)} recipients")


for body_name, body_text in BODIES.items():
    add_for_ports(body_name, arrives(body_name, body_text))
add_for_ports("crlf", crlf_arrives)
add_for_ports("100-megabytes", large_arrives)
add_for_ports("500-recipients", many_recipients)


@suite.case
def recipients_from_the_header(folder):
    """-t takes To, Cc and Bcc; the Bcc field is removed."""
    head = HEADER + b"Cc: Carol <carol@example.net>,\n dave@example.net\n"
    text = head + b"Bcc: eve@example.net,\n frank@example.net\n\n" + PLAIN
    sender = "header@example.org"
    expect_status(send(folder, settings(), sender, ["-t"], text), 0)
    arrived = site.postfix.arrived(sender)
    expect_same(arrived.message, head + b"\n" + PLAIN)
    expect(sorted(arrived.recipients) == [f"{name}@example.net" for name in
                                          ("bob", "carol", "dave", "eve", "frank")],
           f"recipients: {arrived.recipients}")


@suite.case
def header_fields_added(folder):
    """A message without From, Date and Message-ID arrives with one of each."""
    sender = "bare@example.org"
    expect_status(send(folder, settings(), sender, text=b"Subject: bare\n\nbody\n"), 0)
    header, body = site.postfix.arrived(sender).message.split(b"\n\n", 1)
    for field in (b"From:", b"Date:", b"Message-ID:", b"Subject:"):
        count = sum(line.lower().startswith(field.lower()) for line in header.splitlines())
        expect(count == 1, f"{count} times {field.decode()} in\n{header.decode()}")
    expect_same(body, b"body\n")


@suite.case
def made_of_options(folder):
    """Subject, names and texts beyond ASCII, HTML and three files, through a real server."""
    sender = "made@example.org"
    files = {"Bericht Ä.pdf": bytes(range(256)) * 500, "liste.csv": "a,ü\n".encode(), "leer": b""}
    options = ["--to", "Jürgen <bob@example.net>", "--cc", "carol@example.net", "--bcc", "eve@example.net",
               "--subject", "Größe des Berichts", "--html-file", folder / "page"]
    (folder / "page").write_text("<p>Grüße</p>\n")
    for name, data in files.items():
        (folder / name).write_bytes(data)
        options += ["--attach", folder / name]
    expect_status(send(folder, settings(), sender, (), "Grüße\n.\n..\n".encode(), options), 0)
    arrived = site.postfix.arrived(sender)
    lint.check(arrived.message.replace(b"\n", b"\r\n"))
    expect(sorted(arrived.recipients) == [f"{name}@example.net" for name in ("bob", "carol", "eve")],
           f"recipients: {arrived.recipients}")
    message = email.message_from_bytes(arrived.message, policy=email.policy.default)
    expect(message["Subject"] == "Größe des Berichts" and "eve" not in message.as_string(), message.as_string())
    expect(message.get_body(("plain",)).get_content().splitlines() == ["Grüße", ".", ".."], "the text")
    found = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    expect(found == files, f"files: {sorted(found)}")


@suite.case
def null_sender(folder):
    sender = "<>"
    expect_status(send(folder, settings(), sender, ["null-sender@example.net"]), 0)
    arrived = site.postfix.notice_to("null-sender@example.net")
    expect(arrived.sender == "MAILER-DAEMON", f"arrived from {arrived.sender}")


@suite.case
def refused_recipient(folder):
    expect_refused(folder, settings(), 65, "gone@example.net", "550 5.1.1", "no such user",
                   recipients=["gone@example.net"])


@suite.case
def refused_recipient_among_others(folder):
    """No recipient gets the message if one of them is refused permanently."""
    sender = "partly@example.org"
    expect_refused(folder, settings(), 65, "gone@example.net", "550 5.1.1", sender=sender,
                   recipients=["bob@example.net", "gone@example.net", "carol@example.net"])
    expect(not site.postfix.find(lambda envelope: envelope[0] == sender), "it was sent")


@suite.case
def greylisted_recipient(folder):
    expect_refused(folder, settings(), 75, "grey@example.net", "450 4.2.0", "greylisted",
                   recipients=["grey@example.net"])


@suite.case
def too_many_recipients(folder):
    expect_refused(folder, settings("few"), 75, "452 4.5.3",
                   recipients=[f"r{number}@example.net" for number in range(6)])


@suite.case
def blocked_sender(folder):
    expect_refused(folder, settings(), 65, "554 5.7.1", "sender blocked",
                   sender="blocked@example.org")


@suite.case
def over_the_size_limit(folder):
    """The server's SIZE is honoured: nothing of the message is transferred."""
    expect_refused(folder, settings("small"), (65, 69), text=HEADER + b"\n" + b"x" * 70 * 2000)
    line = site.postfix.log_line(r"postfix/small/smtpd\S+ disconnect from .*auth=1.*").group(0)
    expect(" mail=1" not in line and " data=1" not in line, line)


def wrong_password(folder, port):
    expect_refused(folder, settings(port, password="wrong"), 77, "535")


def unknown_authority(folder, port):
    expect_refused(folder, settings(port, tls_trust_file=site.stranger), 69)


def wrong_address(folder, port):
    expect_refused(folder, settings(port, host="127.0.0.2"), 69, "127.0.0.2")


def wrong_name(folder, port):
    expect_refused(folder, settings(port, tls_host_override="mail.example.net"), 69,
                   "mail.example.net")


add_for_ports("wrong-password", wrong_password)
add_for_ports("unknown-authority", unknown_authority)
add_for_ports("wrong-address", wrong_address)
add_for_ports("wrong-name", wrong_name)


@suite.case
def no_login_no_relaying(folder):
    expect_refused(folder, settings(auth="off", user=None, password=None), 65, "554 5.7.1")


@suite.case
def mechanism_not_offered(folder):
    """A mechanism that was asked for by name is not replaced by another."""
    config = settings(auth="external", tls_cert_file=site.certs.client_cert,
                      tls_key_file=site.certs.client_key)
    expect_refused(folder, config, 69, "EXTERNAL")


@suite.case
def host_override(folder):
    """The certificate is checked against tls_host_override."""
    sender = "override@example.org"
    config = settings(host="127.0.0.2", tls_host_override="localhost")
    expect_status(send(folder, config, sender), 0)
    site.postfix.arrived(sender)


def pin_by_openssl(cert):
    """The pin that curl's manual says how to compute."""
    key = subprocess.run(["openssl", "x509", "-in", cert, "-pubkey", "-noout"], capture_output=True, check=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, capture_output=True,
                         check=True).stdout
    return f"sha256//{base64.b64encode(hashlib.sha256(der).digest()).decode()}"


def pinned(folder, port):
    """The pin of Postfix's key as the only check, and a wrong pin."""
    sender = f"pinned-{port}@example.org"
    config = settings(port, tls_trust_file="", tls_pin=pin_by_openssl(site.certs.cert))
    expect_status(send(folder, config, sender), 0)
    site.postfix.arrived(sender)
    config = settings(port, tls_pin=pin_by_openssl(site.certs.client_cert))
    expect_refused(folder, config, 69, "not in tls_pin")


add_for_ports("pinned", pinned)


def logs_in(name, setting, env=lambda: None, **changes):
    """A case: a login with this `auth` uses the mechanism of this name. The folder's name is unique."""
    def case(folder, port):
        sender = f"{folder.name}-{port}@example.org"
        expect_status(send(folder, settings(port, auth=setting, **changes), sender, env=env()), 0)
        method = method_of(site.postfix.arrived(sender).queue_id)
        expect(method == name, f"logged in with {method}")
    return case


for mechanism in MECHANISMS:
    add_for_ports(f"auth-{mechanism.lower()}", logs_in(mechanism, mechanism.lower()))
add_for_ports("auth-of-our-choice", logs_in("SCRAM-SHA-256", "on"))
for mechanism in ("XOAUTH2", "OAUTHBEARER"):
    add_for_ports(f"auth-{mechanism.lower()}", logs_in(mechanism, mechanism.lower(), password=TOKEN))
    add_for_ports(f"auth-{mechanism.lower()}-long", logs_in(mechanism, mechanism.lower(), password=LONG_TOKEN))
add_for_ports("auth-gssapi", logs_in("GSSAPI", "gssapi", lambda: site.realm.env, password=None))


@suite.case
def gssapi_without_a_ticket(folder):
    env = {**site.realm.env, "KRB5CCNAME": f"FILE:{folder}/none"}
    expect_refused(folder, settings(auth="gssapi", password=None), 77, "AUTH GSSAPI: Kerberos gives no ticket",
                   "klist", env=env)


@suite.case
def gssapi_as_somebody_else(folder):
    """The ticket is good, and the account names another user to act as."""
    config = settings(auth="gssapi", user="by-tcp", password=None)
    expect_refused(folder, config, 77, "AUTH GSSAPI: 535", env=site.realm.env)


@suite.case
def gssapi_without_a_name(folder):
    sender = "gssapi-nobody@example.org"
    config = settings(auth="gssapi", user=None, password=None)
    expect_status(send(folder, config, sender, env=site.realm.env), 0)
    expect(method_of(site.postfix.arrived(sender).queue_id) == "GSSAPI", "another login")


@suite.case
def gssapi_in_at_once(folder):
    """A server that accepts any login has not proved that it knows the service's key."""
    dialogue = "ehlo: 250-relay.test | 250 AUTH GSSAPI\nauth: 235 2.7.0 welcome"
    with Relay(tls="implicit", auth=("PLAIN",), certs=site.certs, dialogue=dialogue) as relay:
        config = settings(relay.port, tls_starttls="off", auth="gssapi", password=None)
        expect_refused(folder, config, 77, "AUTH GSSAPI: the server let us in without proving",
                       env=site.realm.env)


@suite.case
def gssapi_with_a_silent_kdc(folder):
    """There is a ticket, and the KDC does not answer a request for the relay's ticket: the wait is short."""
    env = site.realm.new_ticket(folder / "tickets")
    with contextlib.ExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        also = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        also.bind(deaf.getsockname())
        site.realm.write_client(folder / "krb5.conf", deaf.getsockname()[1])
        env["KRB5_CONFIG"] = str(folder / "krb5.conf")
        expect_refused(folder, settings(auth="gssapi", password=None, timeout=2), 75,
                       "AUTH GSSAPI: Kerberos: no answer in time", env=env)


@suite.case
def auth_ntlm(folder):
    sender = "ntlm@example.org"
    expect_status(send(folder, settings("exim", auth="ntlm", ntlmdomain="EXAMPLE"), sender), 0)
    expect(site.exim.login(sender) == "ntlm:tester", site.exim.login(sender))


@suite.case
def wrong_password_ntlm(folder):
    expect_refused(folder, settings("exim", auth="ntlm", password="wrong"), 77, "AUTH NTLM: 535")


def external_at_exim(user, identity):
    """A case: the certificate identifies the client; the setting user, if any, names the user to act as."""
    def case(folder):
        sender = f"external-{user or 'nobody'}@example.org"
        config = settings("exim", auth="external", user=user, password=None,
                          tls_cert_file=site.certs.client_cert, tls_key_file=site.certs.client_key)
        expect_status(send(folder, config, sender), 0)
        expect(site.exim.login(sender) == f"external:{identity}", site.exim.login(sender))
    return case


suite.add("auth-external-exim", external_at_exim(None, "tester|"))
suite.add("auth-external-exim-as", external_at_exim("alice", "tester|alice"))


@suite.case
def external_without_a_certificate(folder):
    expect_refused(folder, settings("exim", auth="external", user=None, password=None), 69, "EXTERNAL")


def bound_settings(server, **changes):
    return settings(server.port, tls_starttls="off", **changes)


def plus_logs_in(version, auth, name):
    """A case: a login that is bound to its TLS session, at a peer that shares no library with the program."""
    def case(folder):
        with PlusServer(site.certs, PASSWORD, version) as server:
            expect_status(send(folder, bound_settings(server, auth=auth), "a@example.org"), 0)
        expect(server.logins == [name], f"logins: {server.logins}")
    return case


for tls_version in ("1.3", "1.2"):
    for method in ("on", "scram-sha-256-plus", "scram-sha-1-plus"):
        suite.add(f"plus-{method}-tls-{tls_version}",
                  plus_logs_in(tls_version, method, "SCRAM-SHA-256-PLUS" if method == "on" else method.upper()))


def plus_between(version):
    """A case: a man in the middle gets no response that another connection would accept, and no second try."""
    def case(folder):
        with PlusServer(site.certs, PASSWORD, version, is_between=True) as server:
            expect_refused(folder, bound_settings(server), 77, "AUTH SCRAM-SHA-256-PLUS: 535")
        expect(not server.logins, f"logins: {server.logins}")
    return case


suite.add("plus-between-tls-1.3", plus_between("1.3"))
suite.add("plus-between-tls-1.2", plus_between("1.2"))


def wrong_token(mechanism):
    def case(folder, port):
        expect_refused(folder, settings(port, auth=mechanism, password="another"), 77,
                       f"AUTH {mechanism.upper()}: the relay does not take the access token (status ", "535")
    return case


add_for_ports("wrong-token-xoauth2", wrong_token("xoauth2"))
add_for_ports("wrong-token-oauthbearer", wrong_token("oauthbearer"))


@suite.case
def auth_external(folder):
    """The certificate is the login, at Dovecot's submission server."""
    sender = "external@example.org"
    config = settings("dovecot", auth="external", user=None, password=None,
                      tls_cert_file=site.certs.client_cert,
                      tls_key_file=site.certs.client_key)
    expect_status(send(folder, config, sender), 0)
    expect_same(site.postfix.arrived(sender).message, HEADER + b"\n" + PLAIN)


@suite.case
def dovecot_submission(folder):
    sender = "dovecot@example.org"
    expect_status(send(folder, settings("dovecot"), sender), 0)
    expect_same(site.postfix.arrived(sender).message, HEADER + b"\n" + PLAIN)


@suite.case
def client_certificate(folder):
    """Postfix relays for a client with a certificate, without a login."""
    sender = "certificate@example.org"
    config = settings("certificate", auth="off", user=None, password=None,
                      tls_cert_file=site.certs.client_cert,
                      tls_key_file=site.certs.client_key)
    expect_status(send(folder, config, sender), 0)
    site.postfix.arrived(sender)


@suite.case
def client_certificate_missing(folder):
    """Postfix greets with 421 then; a greeting of any code is temporary."""
    expect_refused(folder, settings("certificate", auth="off", user=None, password=None), 75, "421")


@suite.case
def success_notice(folder):
    """dsn_notify and dsn_return reach the server: a real notice comes back."""
    sender = "notice@example.org"
    config = settings(dsn_notify="success", dsn_return="headers")
    expect_status(send(folder, config, sender, ["notified@example.net"]), 0)
    notice = site.postfix.notice_to(sender).message
    for part in (b"Content-Type: multipart/report; report-type=delivery-status",
                 b"rfc822; notified@example.net", b"\nAction: relayed\n",
                 b"\nContent-Type: text/rfc822-headers\n"):
        expect(part in notice, f"no {part.decode()!r} in\n{notice.decode()}")


def send_undeliverable(folder, sender, **changes):
    """Send a message that Postfix accepts and can't deliver; return its queue id."""
    config = settings(**changes)
    expect_status(send(folder, config, sender, ["bob@undeliverable.test"]), 0)
    queue_id = site.postfix.log_line(rf"qmgr\S+ (\S+): from=<{sender}>").group(1)
    site.postfix.log_line(rf"{queue_id}: to=.*status=bounced(?:.*\n)*.* {queue_id}: removed")
    return queue_id


@suite.case
def notice_of_failure(folder):
    send_undeliverable(folder, "failure@example.org")
    notice = site.postfix.notice_to("failure@example.org").message
    expect(b"\nAction: failed\n" in notice, notice.decode())


@suite.case
def no_notice_of_failure(folder):
    """dsn_notify never: the server drops an undeliverable message without a notice."""
    queue_id = send_undeliverable(folder, "never@example.org", dsn_notify="never")
    expect(f"{queue_id}: sender non-delivery notification" not in site.postfix.log.read_text(),
           "a notice was made")


def over_ipv6(folder, port):
    sender = f"ipv6-{port}@example.org"
    expect_status(send(folder, settings(port, host="::1"), sender), 0)
    raw = site.postfix.arrived(sender).raw
    expect(b"[IPv6:::1]" in raw, raw.decode())


if has_ipv6():
    add_for_ports("ipv6", over_ipv6)


@suite.case
def remote_queue_is_started(folder):
    """--rmqs: Postfix accepts ETRN for configured domains, from trusted clients."""
    path = write_private(folder / "config", settings())
    for domain, status, words in (("waiting.test", 0, ""), ("other.test", 69, "459 <other.test>"),
                                  ("..", 65, "501")):
        result = run_program(["-C", path, f"--rmqs={domain}"], home=folder)
        expect_status(result, status)
        expect_words(result, words)


@suite.case
def what_postfix_offers(folder):
    path = write_private(folder / "config", settings("submissions"))
    result = run_program(["-C", path, "--serverinfo"], home=folder)
    expect_status(result, 0)
    for part in ("SMTP server at localhost:", "relay.test ESMTP Postfix", "    ETRN  (", "    AUTH ",
                 "    SIZE 157286400", "TLS certificate:"):
        expect(part in result.stdout.decode(), f"no {part!r}: {result}")


def lmtp_settings(**changes):
    return settings("lmtp", protocol="lmtp", tls="off", tls_starttls=None, tls_trust_file=None,
                    auth=None, user=None, password=None, **changes)


def expect_in_mailbox(user, sender):
    (fields, message), = wait_until(f"a message for {user}", lambda: site.dovecot.mailbox(user), 10)
    expect(f"Return-Path: <{sender}>".encode() in fields, f"{fields}")
    expect_same(message, HEADER + b"\n" + PLAIN)


@suite.case
def lmtp_over_tcp(folder):
    expect_status(send(folder, lmtp_settings(), "tcp@example.org", ["by-tcp@example.net"]), 0)
    expect_in_mailbox("by-tcp", "tcp@example.org")


@suite.case
def lmtp_over_unix_socket(folder):
    config = lmtp_settings(host=None, socket=site.dovecot.lmtp_socket)
    expect_status(send(folder, config, "unix@example.org", ["by-socket@example.net"]), 0)
    expect_in_mailbox("by-socket", "unix@example.org")


@suite.case
def lmtp_unknown_user(folder):
    expect_refused(folder, lmtp_settings(), 65, "nobody-here@example.net", "550 5.1.1",
                   recipients=["nobody-here@example.net"])


MSMTPRC = """\
# Settings for all accounts that follow
defaults
port {submission}
tls on
tls_trust_file {ca}
logfile ~/.msmtp.log

# A freemail service
account freemail
host localhost
from joe_smith@{tag}.example.org
auth on
user tester
password {password}

# A second mail address at the same service
account freemail2 : freemail
from joey@{tag}.example.org

# The service of the work place, with TLS from the first byte
account work
host localhost
port {submissions}
tls_starttls off
from jsmith@{tag}.work.example.org
auth plain
user tester
passwordeval "echo {password}"

# Where no account is named
account default : freemail
"""


def use_msmtprc(folder, options, tag, user):
    """Send with ~/.msmtprc and nothing else; return what arrived from user@TAG..."""
    write_private(folder / ".msmtprc", MSMTPRC.format(
        ca=site.certs.ca, password=PASSWORD, tag=tag, **site.ports))
    text = HEADER + b"\n" + PLAIN
    expect_status(run_program([*options, "bob@example.net"], text, home=folder), 0)
    arrived = site.postfix.arrived(f"{user}@{tag}.{'work.' if user == 'jsmith' else ''}example.org")
    expect_same(arrived.message, text)
    log = (folder / ".msmtp.log").read_text()
    expect(re.search(rf" host=localhost tls=on auth=on user=tester from={user}@\S+"
                     r" recipients=bob@example.net mailsize=\d+ smtpstatus=250 smtpmsg='250 .*'"
                     r" exitcode=EX_OK\n$", log), f"log: {log}")
    return arrived


@suite.case
def msmtprc_default_account(folder):
    use_msmtprc(folder, [], "default", "joe_smith")


@suite.case
def msmtprc_account_by_name(folder):
    arrived = use_msmtprc(folder, ["-a", "work"], "name", "jsmith")
    expect(method_of(arrived.queue_id) == "PLAIN", "not the login of the account")


@suite.case
def msmtprc_inherited_account(folder):
    use_msmtprc(folder, ["-a", "freemail2"], "inherited", "joey")


@suite.case
def msmtprc_account_by_sender(folder):
    arrived = use_msmtprc(folder, ["-f", "jsmith@sender.work.example.org"], "sender", "jsmith")
    expect(method_of(arrived.queue_id) == "PLAIN", "not the login of the sender's account")


clients.add_cases(suite, lambda: site)
hostclients.add_cases(suite, lambda: site)
keyring.add_cases(suite, lambda: site)
msmtp_cases.add_cases(suite)
tokens.add_cases(suite, lambda: site)


@contextlib.contextmanager
def running_site():
    with tempfile.TemporaryDirectory(prefix="mailchute-servers-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # the servers drop to other users
        started = Site(folder)
        try:
            yield started
        finally:
            started.stop()


def complaint():
    """The reason why the servers can't be started here, or ""."""
    if os.geteuid() != 0:
        return "Postfix starts as root only"
    names = ("exim4-daemon-heavy", "msmtp", "postfix")
    missing = [name for name in names if not (UNPACKED / name).is_dir()]
    return f"{' and '.join(missing)} missing in {UNPACKED}: run sh tests/setup" if missing else ""


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if complaint():
        print(f"not ok - server/start\n#   {complaint()}")
        sys.exit(1)
    cover_spool()
    with running_site() as site:
        suite.main()
