# SPDX-License-Identifier: GPL-3.0-or-later
"""providers.py - cases: what programs of a system write arrives at strict providers with the README's config

A row is what a program gives to sendmail: its arguments, and its header as its source has it. Every one of
strict.py's providers has to take it in the name of the account, which is all that the login may use.
"""
import email
import functools
import re
import socket
from tests.lib import relay as relays
from tests.lib.harness import TOP, expect, wait_until, write_private
from tests.lib.user import User
from tests.lib.strict import PROVIDERS


HOST = socket.gethostname()
OWN = "alice@example.org"
CRON = f"Subject: Cron <root@{HOST}> run-parts /etc/cron.daily\nMIME-Version: 1.0\n" \
       "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nX-Cron-Env: <SHELL=/bin/sh>"
TO = "To: root\nSubject: about the host"
T, OI_T = ("-t",), ("-oi", "-t")

PROGRAMS = {
    "cron": (("-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"),
             f"From: root (Cron Daemon)\nTo: root\n{CRON}"),
    "cronie": (("-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "root"),
               f'From: "(Cron Daemon)" <root>\nTo: root\n{CRON}'),
    "systemd-cron": (("-i", "-B8BITMIME", "root"), f"Date: Mon, 30 Nov 2026 10:00:00 +0000\n"
                     f"From: {HOST} (systemd-cron) <root>\nTo: root\n{CRON}"),
    "bcron": (("root",), f"From: <root>\nTo: <root>\n{CRON}"),
    "fcron": (("-f", f"root@{HOST} (fcron)", "root"), f"From: root@{HOST} (fcron)\nTo: root\nSubject: Output of fcron job"),
    "anacron": (("-FAnacron", "-odi", "root"), f"From: Anacron <root>\nTo: root\n"
                f"Subject: Anacron job 'cron.daily' on {HOST}\nContent-Type: text/plain; charset=\"UTF-8\""),
    "at": (("-i", "root"), "Subject: Output from your job        1\nTo: root"),
    "mdadm": (T, f"From: mdadm monitoring <root>\nTo: root\nSubject: Fail event on /dev/md0:{HOST}"),
    "mdadm-of-debian": (T, f"From: mdadm monitoring <root@{HOST}>\nTo: root\nSubject: Fail event on /dev/md0:{HOST}"),
    "smartd-by-bsd-mailx": (("-i", "root"), f"To: root\nSubject: SMART error (FailedHealthCheck) on host: {HOST}\n"
                            "MIME-Version: 1.0\nContent-Type: text/plain; charset=\"utf-8\""),
    "smartd-by-mailutils": (("-oi", "-f", f"root@{HOST}", "-t"), f"To: <root@{HOST}>\nSubject: SMART error on host: {HOST}\n"
                            f"Message-Id: <20261130100000.1@{HOST}>\nFrom: root <root@{HOST}>"),
    "smartd-by-s-nail": (("-i", "-t"), f"Date: Mon, 30 Nov 2026 10:00:00 +0000\nFrom: root@{HOST}\nTo: root\nSubject: SMART"),
    "unattended-upgrades": (OI_T, f"From: root\n{TO}\nAuto-Submitted: auto-generated"),
    "apt-listchanges": (OI_T, f"From: root\n{TO}"),
    "apticron": (("-i", "-t"), f"From: apticron <root>\n{TO}"),
    "needrestart": (T, f"{TO}\nX-Application: needrestart"),
    "logwatch": (T, f"To: root\nFrom: Logwatch\nSubject: Logwatch for {HOST}\nPrecedence: bulk"),
    "logcheck": (("-oi", "-t", "-f", "logcheck"), f"From: logcheck system account <logcheck>\n{TO}"),
    "sudo": (T, f"To: root\nFrom: alice\nAuto-Submitted: auto-generated\nSubject: *** SECURITY information for {HOST} ***"),
    "fail2ban": (("-f", "fail2ban", "root"), "Subject: [Fail2Ban] sshd: banned 192.0.2.1\n"
                 "Date: Mon, 30 Nov 2026 10:00:00 +0000\nFrom: Fail2Ban <fail2ban>\nTo: root"),
    "fail2ban-with-a-host": (("-f", f"root@{HOST}", "root"), f"From: Fail2Ban <root@{HOST}>\n{TO}"),
    "php": (("-t", "-i"), "To: bob@example.net\nSubject: Hello\nX-PHP-Originating-Script: 0:mail.php"),
    "php-with-a-sender": (("-t", "-i", "-fwww-data"), f"{TO}\nFrom: www-data"),
    "git-send-email": (("-i", "bob@example.net"), f"From: Alice <{OWN}>\nTo: bob@example.net\n"
                       "Subject: [PATCH] one\nDate: Mon, 30 Nov 2026 10:00:00 +0000\nMessage-Id: <1@example.org>"),
    "rkhunter": (("root",), f"To: root\nFrom: root\nSubject: [rkhunter] {HOST} - Daily report"),
    "arpwatch": (("-odi", "-t"), f"From: arpwatch (Arpwatch {HOST})\nTo: root\nSubject: new station"),
    "monit-through-smtp": (("-bs",), f"From: Monit <monit@localhost>\nTo: root@{HOST}\nSubject: monit alert"),
    "systemd-on-failure": (T, f"To: root\nFrom: systemd <root@{HOST}>\nSubject: backup.service\n"
                           "Content-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=UTF-8"),
    "without-a-header": (("root",), ""),
    "with-a-sender-field": (T, f"From: root (job)\nSender: daemon\nReply-To: root\nCc: operator\n{TO}"),
}


def readme_config(home, relay):
    """The config of the README, for a relay that is on this machine."""
    lines = re.search(r"account to `~/.mailchuterc`:\n\n```\n(.*?)```", (TOP / "README.md").read_text(), re.S)[1]
    expect(f"from {OWN}\n" in lines and "tls on" in lines, f"another config: {lines}")
    lines = lines.replace("host smtp.example.org", f"host localhost\nport {relay.port}\ntls_trust_file {relay.certs.ca}")
    write_private(home / ".smtp-password", "secret\n")
    return write_private(home / ".mailchuterc", f"{lines}aliases {home}/aliases\n")


def given_by(options, header):
    given = f"{header}\n\nThe disk is on fire.\n".lstrip("\n").encode()
    if options != ("-bs",):
        return given
    lines = b"".join(line + b"\r\n" for line in given.splitlines())
    return b"EHLO x\r\nMAIL FROM:<monit@localhost>\r\nRCPT TO:<root>\r\nDATA\r\n" + lines + b".\r\nQUIT\r\n"


def arrives(provider, options, header, folder):
    user = User(folder)
    (user.home / "aliases").write_text("root: carol@example.net\noperator: dave@example.net\n")
    with relays.Relay(strict=provider, identity=OWN, tls="implicit", auth=("PLAIN",), user="alice", password="secret") as relay:
        readme_config(user.home, relay)
        result = user.run(*options, name="sendmail", stdin=given_by(options, header))
        log = user.home / ".mailchute.log"
        expect(result.status == 0, f"{result}")
        wait_until("a line in the log", log.exists, 10)
        expect("EX_OK" in log.read_text(), f"{log.read_text()}{result}")
        message = email.message_from_bytes(relay.received[0].content)
        expect(relay.received[0].is_acknowledged and OWN in message["From"], f"{message}")
        for word in re.findall(r"Daemon|Anacron|monitoring|Fail2Ban|Logwatch|Arpwatch|Monit|systemd\b", header):
            expect(word in str(message), f"lost: {word}: {message}")


def add_cases(suite):
    for name, (options, header) in PROGRAMS.items():
        for provider in PROVIDERS:
            suite.add(f"provider/{provider}-{name}", functools.partial(arrives, provider, options, header))
