# SPDX-License-Identifier: GPL-3.0-or-later
"""postfix.py - a separate Postfix: unpacked aside, one folder, loopback ports only

Every accepted message is piped unchanged into a file, with its envelope beside it.
"""
import os
import re
import shutil
from tests.lib.harness import expect, wait_until
from .daemon import Daemon, has_ipv6


ARRIVAL_LIMIT = 30

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
meta_directory = {folder}/etc
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH={root}/usr/lib/postfix
mail_owner = news
setgid_group = uucp
maillog_file = {folder}/log
maillog_file_prefixes = /
myhostname = relay.test
inet_interfaces = 127.0.0.1
default_database_type = texthash
smtp_host_lookup = native
smtpd_peername_lookup = no
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
local_header_rewrite_clients =
in_flow_delay = 0
smtpd_error_sleep_time = 0
smtpd_tls_cert_file = {certs.cert}
smtpd_tls_key_file = {certs.key}
smtpd_tls_CAfile = {certs.ca}
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth_socket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{grey@example.net = 450 4.2.0 greylisted}}
        {{gone@example.net = 550 5.1.1 no such user}} }}
    check_sender_access inline:{{ {{blocked@example.org = 554 5.7.1 sender blocked}} }}
    permit
smtpd_reject_unlisted_recipient = no
message_size_limit = 157286400
smtpd_recipient_limit = 1000
keep_destination_recipient_limit = 1000
fast_flush_domains = waiting.test
default_transport = keep
transport_maps = inline:{{ {{undeliverable.test = error:5.1.1 no such user here}} }}
"""

SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
keep unix - n n - - pipe flags= user=mail directory={folder}/mail argv={folder}/keep ${{queue_id}} ${{sender}} ${{recipient}}
"""

STARTTLS = "-o smtpd_tls_security_level=encrypt"
IMPLICIT = "-o smtpd_tls_wrappermode=yes"
CLIENT_CERTIFICATE = (IMPLICIT + " -o smtpd_tls_req_ccert=yes -o smtpd_tls_security_level=encrypt"
                      " -o smtpd_sasl_auth_enable=no"
                      " -o smtpd_relay_restrictions=permit_tls_all_clientcerts,reject")
LISTENERS = (
    ("127.0.0.1", "submission", STARTTLS),
    ("127.0.0.1", "submissions", IMPLICIT),
    ("127.0.0.2", "submission", STARTTLS),
    ("127.0.0.2", "submissions", IMPLICIT),
    ("[::1]", "submission", STARTTLS),
    ("[::1]", "submissions", IMPLICIT),
    ("127.0.0.1", "certificate", CLIENT_CERTIFICATE),
    ("127.0.0.1", "small", STARTTLS + " -o message_size_limit=100000"),
    ("127.0.0.1", "few", STARTTLS + " -o smtpd_recipient_limit=5"),
)

# the envelope is complete before the message gets its final name
KEEP = """#!/bin/sh
id=$1
shift
printf '%s\\n' "$@" >"$id.envelope" && cat >"$id.part" && mv "$id.part" "$id.eml"
"""

PRIVATE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
           "private", "saved", "trace")


class Arrived:
    """A message as Postfix delivered it: queue id, envelope, and the bytes after its Received field."""

    def __init__(self, path):
        self.queue_id = path.stem
        self.sender, *self.recipients = path.with_suffix(".envelope").read_text().splitlines()
        self.raw = path.read_bytes()
        self.message = self.raw
        while match := re.match(rb"Received:.*\n(?:[ \t].*\n)*", self.message):
            self.message = self.message[match.end():]


class Postfix:
    """Running from construction to stop(); `ports` maps the names in LISTENERS to port numbers."""

    def __init__(self, folder, unpacked, certs, auth_socket, ports):
        self.folder, self.mail, self.log = folder, folder / "mail", folder / "log"
        self.root = folder / "root"
        # copied, because its daemons drop to users who may not reach the checkout
        shutil.copytree(unpacked, self.root, symlinks=True,
                        ignore=shutil.ignore_patterns("share", "var", "etc"))
        self.make_spool()
        self.write_config(certs, auth_socket, ports)
        library = self.root / "usr/lib/postfix"
        self.daemon = Daemon(
            [library / "sbin/master", "-c", folder / "etc", "-d"],
            [ports[name] for address, name, _ in LISTENERS if address == "127.0.0.1"],
            folder / "output", {**os.environ, "LD_LIBRARY_PATH": str(library)})

    def make_spool(self):
        spool = self.folder / "spool"
        for name in (*PRIVATE, "maildrop", "public"):
            (spool / name).mkdir(parents=True)
            (spool / name).chmod(0o700)
            shutil.chown(spool / name, "news")
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            shutil.chown(spool / name, group="uucp")
            (spool / name).chmod(mode)
        (spool / "pid").mkdir()
        (self.folder / "data").mkdir()
        shutil.chown(self.folder / "data", "news")
        self.mail.mkdir()
        shutil.chown(self.mail, "mail")

    def write_config(self, certs, auth_socket, ports):
        etc = self.folder / "etc"
        etc.mkdir()
        names = {"folder": self.folder, "root": self.root, "certs": certs,
                 "auth_socket": auth_socket}
        (etc / "main.cf").write_text(MAIN.format(**names))
        listeners = [f"{address}:{ports[name]} inet n - n - - smtpd {options}"
                     f" -o syslog_name=postfix/{name}\n"
                     for address, name, options in LISTENERS if address != "[::1]" or has_ipv6()]
        (etc / "master.cf").write_text("".join(listeners) + SERVICES.format(**names))
        keep = self.folder / "keep"
        keep.write_text(KEEP)
        keep.chmod(0o755)

    def envelopes(self):
        return {path: path.read_text().splitlines() for path in self.mail.glob("*.envelope")}

    def find(self, wanted):
        """The messages that are complete and whose envelope satisfies the function `wanted`."""
        found = [path.with_suffix(".eml") for path, envelope in self.envelopes().items()
                 if envelope and wanted(envelope)]
        return [path for path in found if path.exists()]

    def arrived(self, sender):
        """The one message from this sender, awaited; a case uses its sender once."""
        paths = wait_until(f"a message from {sender}",
                           lambda: self.find(lambda envelope: envelope[0] == sender), ARRIVAL_LIMIT)
        expect(len(paths) == 1, f"{sender}: arrived {len(paths)} times")
        return Arrived(paths[0])

    def notice_to(self, recipient):
        """The one message delivered to this address, awaited."""
        paths = wait_until(f"a notice to {recipient}",
                           lambda: self.find(lambda envelope: recipient in envelope[1:]),
                           ARRIVAL_LIMIT)
        return Arrived(paths[0])

    def log_line(self, pattern):
        """The first match of a pattern in the log, awaited, because the log is written later."""
        return wait_until(f"/{pattern}/ in the log of Postfix",
                          lambda: re.search(pattern, self.log.read_text(errors="replace")), 10)

    def stop(self):
        self.daemon.stop()
