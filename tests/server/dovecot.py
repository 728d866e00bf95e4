# SPDX-License-Identifier: GPL-3.0-or-later
"""dovecot.py - Dovecot as SASL provider of Postfix, as LMTP server, and as submission server

The submission server is there for EXTERNAL, which Postfix cannot do; it relays through Postfix. Access
tokens are judged by accesstokens.py, tickets by the keys of realm.py.
"""
import pwd
import shutil
from .daemon import Daemon


USERS = ("tester", "by-tcp", "by-socket")
PASSWORD = "secret"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
hostname = localhost
protocols = submission lmtp
ssl = yes
ssl_cert = <{certs.cert}
ssl_key = <{certs.key}
ssl_ca = <{certs.ca}
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 external gssapi xoauth2 oauthbearer
auth_krb5_keytab = {realm.keytab}
auth_gssapi_hostname = "$ALL"
import_environment = $import_environment KRB5_CONFIG={realm.config}
auth_username_format = %Ln
auth_failure_delay = 0
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = nopassword=y
  mechanisms = external
}}
passdb {{
  driver = oauth2
  args = {folder}/oauth2
  mechanisms = xoauth2 oauthbearer
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
  mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 gssapi
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
mail_location = maildir:~/Maildir
lmtp_add_received_header = no
submission_relay_host = 127.0.0.1
submission_relay_port = {relay_port}
submission_relay_user = tester
submission_relay_password = {password}
submission_relay_ssl = starttls
submission_relay_ssl_verify = no
service submission-login {{
  inet_listener submission {{
    port = 0
  }}
  inet_listener submissions {{
    port = {submissions_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
  unix_listener {folder}/lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener {folder}/auth-client {{
    mode = 0666
  }}
}}
"""

OAUTH2 = """
tokeninfo_url = http://127.0.0.1:{port}/tokeninfo?access_token=
username_attribute = email
active_attribute = active
active_value = true
"""


class Dovecot:
    """Running from construction to stop(); the folder holds everything it writes."""

    def __init__(self, folder, certs, ports, realm, tokens):
        self.folder = folder
        self.auth_socket = folder / "auth-client"
        self.lmtp_socket = folder / "lmtp"
        self.make_homes()
        (folder / "oauth2").write_text(OAUTH2.format(port=tokens.port))
        config = folder / "dovecot.conf"
        config.write_text(CONFIG.format(
            folder=folder, certs=certs, realm=realm, password=PASSWORD, relay_port=ports["submission"],
            submissions_port=ports["dovecot"], lmtp_port=ports["lmtp"]))
        self.daemon = Daemon(["/usr/sbin/dovecot", "-F", "-c", config],
                             [ports["dovecot"], ports["lmtp"]], folder / "log")

    def make_homes(self):
        mail = pwd.getpwnam("mail")
        lines = []
        for user in USERS:
            home = self.folder / "home" / user
            home.mkdir(parents=True)
            shutil.chown(home, "mail", "mail")
            lines.append(f"{user}:{{PLAIN}}{PASSWORD}:{mail.pw_uid}:{mail.pw_gid}::{home}::\n")
        (self.folder / "users").write_text("".join(lines))

    def mailbox(self, user):
        """The messages in a user's Maildir, without the fields that delivery puts first."""
        found = []
        for path in (self.folder / "home" / user / "Maildir" / "new").glob("*"):
            fields, rest = [], path.read_bytes()
            while rest.startswith((b"Return-Path:", b"Delivered-To:")):
                field, rest = rest.split(b"\n", 1)
                fields.append(field)
            found.append((fields, rest))
        return found

    def stop(self):
        self.daemon.stop()
