# SPDX-License-Identifier: GPL-3.0-or-later
"""exim.py - a separate Exim, for the logins that only Exim accepts: NTLM, and EXTERNAL by a certificate

Unpacked aside, in one folder, on one loopback port with TLS from the first byte. It discards the
accepted messages; its log has the user and the mechanism of each login.
"""
import os
import re
import shutil
from tests.lib.harness import wait_until
from .daemon import Daemon


# the binary insists on an account that only the package's installation makes
ACCOUNT = "Debian-exim:x:8:8::/nonexistent:/usr/sbin/nologin\n"
GROUP = "Debian-exim:x:8:\n"

CONFIG = """
primary_hostname = relay.test
exim_user = mail
exim_group = mail
never_users =
deliver_drop_privilege = true
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
tls_on_connect_ports = {port}
tls_advertise_hosts = *
tls_certificate = {certs.cert}
tls_privatekey = {folder}/server.key
tls_verify_certificates = {certs.ca}
tls_try_verify_hosts = *
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data

begin acl
acl_rcpt:
  accept authenticated = *
  deny
acl_data:
  accept

begin routers
drop:
  driver = redirect
  data = :blackhole:

begin authenticators
ntlm:
  driver = spa
  public_name = NTLM
  server_password = ${{if eq{{$auth1}}{{tester}}{{{password}}}fail}}
  server_set_id = $auth1
external:
  driver = external
  public_name = EXTERNAL
  server_param2 = ${{certextract{{subject,CN}}{{$tls_in_peercert}}}}
  server_condition = ${{if eq{{$auth2}}{{tester}}}}
  server_set_id = $auth2|$auth1
  server_advertise_condition = $tls_in_certificate_verified
"""


class Exim:
    """Running from construction to stop()."""

    def __init__(self, folder, unpacked, certs, port, password):
        self.folder, self.log = folder, folder / "log" / "mainlog"
        # copied, because it must not be set-id to keep its environment, and for other users to reach it
        self.program = folder / "exim4"
        shutil.copyfile(unpacked / "usr/sbin/exim4", self.program)
        self.program.chmod(0o755)
        for name in ("spool", "log"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "mail", "mail")
        shutil.copyfile(certs.key, folder / "server.key")
        shutil.chown(folder / "server.key", "mail", "mail")
        (folder / "server.key").chmod(0o600)
        config = folder / "exim.conf"
        config.write_text(CONFIG.format(folder=folder, certs=certs, port=port, password=password))
        self.daemon = Daemon([self.program, "-C", config, "-bdf", "-q1m"], [port], folder / "output",
                             {**os.environ, **self.accounts()})

    def accounts(self):
        """The system's accounts and the missing account, by a wrapper around the look-up functions."""
        for name, line in (("passwd", ACCOUNT), ("group", GROUP)):
            with open(f"/etc/{name}", encoding="utf-8") as theirs:
                (self.folder / name).write_text(theirs.read() + line)
        return {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_PASSWD": str(self.folder / "passwd"),
                "NSS_WRAPPER_GROUP": str(self.folder / "group")}

    def login(self, sender):
        """The mechanism and the identity, as logged for the message of this sender: "NTLM:tester"."""
        pattern = rf"<= {re.escape(sender)} .* A=(\S+)"
        return wait_until(f"a message from {sender} in the log of Exim",
                          lambda: re.search(pattern, self.log.read_text() if self.log.exists() else ""),
                          10).group(1)

    def stop(self):
        self.daemon.stop()
