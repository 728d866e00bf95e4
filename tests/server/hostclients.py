# SPDX-License-Identifier: GPL-3.0-or-later
"""hostclients.py - cases: Emacs, Ruby and Node as clients, and programs of the machine that mail to root

As in clients.py, each sends to Postfix, and while the relay is stopped. Mail of anacron, smartd and mdadm as
root is sent with the account's address.
"""
import dataclasses
import email
import email.policy
import functools
from tests.lib.harness import TOP, expect
from .clients import (CLIENTS, ClientUser, DownRelay, Expected, Letter, check_down, check_online, client_down,
                      client_online, script)


# any output of sendmail is a failure to both
EMACS_MESSAGE = """
(progn
  (require 'message)
  (pcase-let ((`(,me ,to ,cc ,bcc ,subject) command-line-args-left))
    (setq command-line-args-left nil
          user-mail-address me
          user-full-name "Alice"
          message-interactive t
          message-send-mail-function #'message-send-mail-with-sendmail)
    (message-mail to subject (list (cons "Cc" cc) (cons "Bcc" bcc)))
    (message-goto-body)
    (insert-file-contents "body")
    (message-send)))
"""

EMACS_SENDMAIL = """
(progn
  (require 'sendmail)
  (pcase-let ((`(,me ,to ,cc ,bcc ,subject) command-line-args-left))
    (setq command-line-args-left nil
          user-mail-address me
          mail-specify-envelope-from t
          mail-interactive t
          send-mail-function #'sendmail-send-it)
    (switch-to-buffer "*mail*")
    (mail-mode)
    (insert "From: " me "\\nTo: " to "\\nCc: " cc "\\nBcc: " bcc "\\nSubject: " subject "\\n"
            mail-header-separator "\\n")
    (insert-file-contents "body")
    (mail-send)))
"""

RUBY = """
me, to, cc, bcc, subject = ARGV
mail = Mail.new(from: me, to: to, cc: cc, bcc: bcc, subject: subject, body: File.read("body"))
mail.delivery_method :sendmail
mail.deliver!
"""

NODE = """
const [me, to, cc, bcc, subject] = process.argv.slice(1);
const text = require("fs").readFileSync("body", "utf8");
require("/usr/share/nodejs/nodemailer").createTransport({ sendmail: true })
    .sendMail({ from: me, to, cc, bcc, subject, text }, failure => process.exit(failure ? 1 : 0));
"""

PEOPLES = {
    "emacs-message": script("emacs", "-Q", "--batch", "--eval", EMACS_MESSAGE),
    "emacs-sendmail": script("emacs", "-Q", "--batch", "--eval", EMACS_SENDMAIL),
    "ruby": script("ruby", "-r", "mail", "-e", RUBY),
    "nodemailer": script("node", "-e", NODE, "--"),
}

ANACRON = """
mkdir spool
printf 'MAILTO=root\\n1 0 test.daily echo "%s"\\n' "$1" >tab
exec anacron -d -f -n -s -t "$PWD/tab" -S "$PWD/spool"
"""

# as the config of Debian lets smartd call it
SMARTD = """
export SMARTD_MAILER=/usr/share/smartmontools/smartd-runner SMARTD_ADDRESS=root SMARTD_MESSAGE="$1"
export SMARTD_FAILTYPE=EmailTest SMARTD_DEVICE=/dev/sda SMARTD_DEVICETYPE=sat SMARTD_DEVICESTRING=/dev/sda
export SMARTD_DEVICEINFO=disk SMARTD_TFIRST=now SMARTD_TFIRSTEPOCH=1 SMARTD_PREVCNT=0
exec /usr/share/smartmontools/smartd_warning.sh
"""

# a test message needs no array
MDADM = '"$2" --monitor --oneshot --test --mail=root /dev/md77'
MDADM_FILE = TOP / "build" / "servers" / "mdadm" / "sbin" / "mdadm"


@dataclasses.dataclass
class Report:
    """A program's mail about the machine: the script, and words that the message must have."""
    script: str
    author: str
    subject: str
    body: str
    words: tuple = ()

    def command(self, name):
        return "sh", "-ec", self.script, name, self.body, *self.words


REPORTS = {
    "anacron": Report(ANACRON, "Anacron", "Anacron job 'test.daily'", "this is what the job has said"),
    "smartd": Report(SMARTD, "", "SMART error (EmailTest)", "the disk is on fire"),
    "mdadm": Report(MDADM, "mdadm monitoring", "TestMessage event on /dev/md77", "/dev/md77", (MDADM_FILE,)),
}


class ExpectedReport(Expected):
    author = ""

    def check(self, sender, recipients, content):
        super().check(sender, recipients, content)
        address = email.message_from_bytes(content, policy=email.policy.default)["From"].addresses[0]
        expect((address.display_name, address.addr_spec) == (self.author, self.sender), f"from {address}")


def report_place(name, state, site, folder, port):
    """root's mail goes to an alias, and is from the account."""
    account, to = Letter(f"{name}-{state}").account, "postmaster@example.net"
    report = REPORTS[name]
    (folder / "aliases").write_text(f"root: {to}\n")
    expected = ExpectedReport(account, (to,), report.subject, report.body)
    expected.author = report.author
    return ClientUser(folder, site, port, f"from {account}", f"aliases {folder}/aliases"), expected


def report_online(name, site, folder):
    user, expected = report_place(name, "online", site(), folder, site().ports["submission"])
    user.run_client(REPORTS[name].command(name))
    check_online(site(), user, expected)


def report_down(name, site, folder):
    relay = DownRelay()
    user, expected = report_place(name, "down", site(), folder, relay.port)
    user.run_client(REPORTS[name].command(name))
    check_down(site(), user, relay, expected)


def add_cases(suite, site):
    CLIENTS.update(PEOPLES)
    for names, functions in ((REPORTS, (report_online, report_down)), (PEOPLES, (client_online, client_down))):
        for name in names:
            for function in functions:
                suite.add(f"{name}-{function.__name__.split('_')[1]}", functools.partial(function, name, site))
