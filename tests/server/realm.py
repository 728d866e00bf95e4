# SPDX-License-Identifier: GPL-3.0-or-later
"""realm.py - a separate Kerberos realm: one folder, a KDC on loopback, a ticket for "tester" """
import os
import subprocess
from .daemon import Daemon


REALM = "TEST.REALM"
SERVICE = "smtp/localhost"

CLIENT = """
[libdefaults]
    default_realm = {realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
[realms]
    {realm} = {{
        kdc = 127.0.0.1:{port}
    }}
[domain_realm]
    localhost = {realm}
"""

# by default a KDC listens on every address
SERVER = """
[kdcdefaults]
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
[realms]
    {realm} = {{
        database_name = {folder}/principal
        key_stash_file = {folder}/stash
        acl_file = {folder}/acl
    }}
[logging]
    kdc = FILE:{folder}/kdc.log
"""


class Realm:
    """Running from construction to stop(); `env` is the environment of a program that has the ticket."""

    def __init__(self, folder, port, password):
        self.folder, self.config, self.keytab = folder, folder / "krb5.conf", folder / "keytab"
        self.env = {"KRB5_CONFIG": str(self.config), "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
        self.write_client(self.config, port)
        (folder / "kdc.conf").write_text(SERVER.format(realm=REALM, port=port, folder=folder))
        self.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
        for query in (f"addprinc -pw {password} tester", f"addprinc -randkey {SERVICE}",
                      f"ktadd -k {self.keytab} {SERVICE}"):
            self.run("kadmin.local", "-r", REALM, "-q", query)
        self.keytab.chmod(0o644)  # Dovecot drops to another user
        self.daemon = Daemon(["krb5kdc", "-n"], [port], folder / "output", {**os.environ, **self.env})
        self.password = password
        self.env = self.new_ticket(folder / "tickets")

    @staticmethod
    def write_client(path, port):
        path.write_text(CLIENT.format(realm=REALM, port=port))

    def new_ticket(self, path):
        """The environment of a program that has a ticket of tester, in a file of its own."""
        env = {**self.env, "KRB5CCNAME": f"FILE:{path}"}
        self.run("kinit", "tester", text=f"{self.password}\n", env=env)
        return env

    def run(self, *words, text="", env=None):
        done = subprocess.run(words, env={**os.environ, **(env or self.env)}, input=text.encode(), capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.stderr.decode(errors='replace')}")

    def stop(self):
        self.daemon.stop()
