# SPDX-License-Identifier: GPL-3.0-or-later
"""clients.py - cases: programs of Debian that send mail, with mailchute as their /usr/sbin/sendmail

Each is run as its package has it, in a mount namespace where /usr/sbin/sendmail is the program under
test, and sends twice: to Postfix, and while the relay is stopped. The second time it has to succeed, too, and
a run of the queue brings the message to the restarted relay, once.
"""
import contextlib
import dataclasses
import email
import email.policy
import functools
import os
import subprocess
from tests.lib.harness import PROGRAM, TOP, expect, finish, wait_until
from tests.lib.user import Home, held_port
from tests.lib.relay import Relay
from .dovecot import PASSWORD


BSD_MAILX = TOP / "build" / "servers" / "bsd-mailx" / "usr" / "bin" / "bsd-mailx"
BODY = "Hello Bob,\n.\n..two dots, and above them one\n\nfrom Alice\n"

# the folder of the system's programs stays usable through links, with sendmail among them
NAMESPACE = """
set -e
mkdir sbin
mount --rbind /usr/sbin sbin
mount -t tmpfs tmpfs /usr/sbin
ln -s "$PWD"/sbin/* /usr/sbin/
cp --remove-destination "$MAILCHUTE" /usr/sbin/sendmail
exec "$@"
"""

# for programs that take root's home from the accounts, and not from the environment
AT_HOME = 'mount --bind "$HOME" "$(getent passwd root | cut -d: -f6)"; exec "$@"'

# the job must be there before atd looks, because `at` cannot wake it here
AT = """
mkdir -p spool/atjobs spool/atspool
touch spool/atjobs/.SEQ
chown -R daemon:daemon spool/at*
chmod 1770 spool/at*
mount -t tmpfs tmpfs /run
mount --bind spool /var/spool/cron
echo "echo '$1'" | at -m now
exec atd -f -l 100 -b 1
"""

# jobs for @reboot run when cron starts, on the same way as those that wait for their minute
CRON = """
mkdir -p spool/crontabs cron.d
: >crontab
mount -t tmpfs tmpfs /run
mount --bind spool /var/spool/cron
mount --bind cron.d /etc/cron.d
mount --bind crontab /etc/crontab
crontab -u root - <<.
MAILTO=root
@reboot echo "$1"
.
exec cron -f
"""

GIT = """
git init -q .
git config user.name Alice
git config user.email "$1"
cp body file
git add file
{ echo "$5"; echo; cat body; } >message
git commit -q --cleanup=verbatim -F message
git send-email --confirm=never --quiet --suppress-cc=all --from="$1" --to="$2" --cc="$3" --bcc="$4" -1
"""

PHP = """
[, $me, $to, $cc, $bcc, $subject] = $argv;
$sent = mail($to, $subject, file_get_contents("body"), "From: $me\\r\\nCc: $cc\\r\\nBcc: $bcc", "-f$me");
exit($sent ? 0 : 1);
"""

PHPMAILER = """
require "/usr/share/php/libphp-phpmailer/autoload.php";
[, $me, $to, $cc, $bcc, $subject] = $argv;
$mail = new PHPMailer\\PHPMailer\\PHPMailer(true);
$mail->isSendmail();
$mail->setFrom($me);
$mail->addAddress($to);
$mail->addCC($cc);
$mail->addBCC($bcc);
$mail->Subject = $subject;
$mail->Body = file_get_contents("body");
exit($mail->send() ? 0 : 1);
"""

# by default it speaks SMTP to sendmail -bs
SYMFONY = """
require "/usr/share/php/Symfony/Component/Mailer/autoload.php";
use Symfony\\Component\\Mailer\\{Mailer, Transport};
use Symfony\\Component\\Mime\\Email;
[, $me, $to, $cc, $bcc, $subject] = $argv;
$mail = (new Email())->from($me)->to($to)->cc($cc)->bcc($bcc)->subject($subject)->text(file_get_contents("body"));
(new Mailer(Transport::fromDsn("sendmail://default")))->send($mail);
"""

MIME_LITE = """
use MIME::Lite;
my ($me, $to, $cc, $bcc, $subject) = @ARGV;
MIME::Lite->new(From => $me, To => $to, Cc => $cc, Bcc => $bcc, Subject => $subject, Path => "body",
                Type => "text/plain", Encoding => "8bit")->send or die "not sent";
"""

EMAIL_SENDER = """
use Email::Simple;
use Email::Sender::Simple qw(sendmail);
use Email::Sender::Transport::Sendmail;
my ($me, $to, $cc, $bcc, $subject) = @ARGV;
open my $file, "<", "body" or die;
my $mail = Email::Simple->create(header => [From => $me, To => $to, Cc => $cc, Subject => $subject],
                                 body => join "", <$file>);
sendmail($mail, { from => $me, to => [$to, $cc, $bcc],
                  transport => Email::Sender::Transport::Sendmail->new });
"""


@dataclasses.dataclass
class Letter:
    """Recipient and sender of a case: addresses that no other case uses."""
    tag: str

    def __post_init__(self):
        self.me, self.account = f"alice@{self.tag}.example.org", f"account@{self.tag}.example.org"
        self.to, self.cc, self.bcc = (f"{name}@example.net" for name in ("bob", "carol", "dave"))
        self.subject = f"sent by {self.tag}"

    @property
    def names(self):
        return self.me, self.to, self.cc, self.bcc, self.subject


def mutt(program, *more):
    return lambda l: (program, "-n", "-F", "/dev/null", "-e", "set copy=no", "-e", f"set from={l.me}", *more,
                      "-s", l.subject, "-c", l.cc, "-b", l.bcc, "--", l.to)


def script(*interpreter):
    """A client that is a few lines of code for this interpreter."""
    return lambda l: (*interpreter, *l.names)


def s_nail(letter):
    return ("sh", "-ec", AT_HOME, "sh", "s-nail", "-:/", "-S", "v15-compat", "-r", letter.me,
            "-s", letter.subject, "-c", letter.cc, "-b", letter.bcc, letter.to)


def bsd_mailx(letter):
    return BSD_MAILX, "-n", "-s", letter.subject, "-c", letter.cc, "-b", letter.bcc, letter.to


def mailutils(letter):
    return ("mail.mailutils", "-s", letter.subject, "-r", letter.me, "-a", f"Cc: {letter.cc}",
            "-a", f"Bcc: {letter.bcc}", letter.to)


def swaks(letter):
    return ("swaks", "--silent", "--pipe", f"{PROGRAM} -bs", "--from", letter.me,
            "--to", ",".join((letter.to, letter.cc, letter.bcc)), "--h-To", letter.to, "--h-Cc", letter.cc,
            "--h-Subject", letter.subject, "--body", "@body")


# the command line of each client, from a letter
CLIENTS = {
    "mutt": mutt("mutt", "-e", "set use_envelope_from"),
    "neomutt": mutt("neomutt"),
    "s-nail": s_nail,
    "bsd-mailx": bsd_mailx,
    "mailutils": mailutils,
    "git-send-email": script("sh", "-ec", GIT, "git"),
    "swaks": swaks,
    "php": script("php", "-r", PHP, "--"),
    "phpmailer": script("php", "-r", PHPMAILER, "--"),
    "symfony": script("php", "-r", SYMFONY, "--"),
    "mime-lite": script("perl", "-e", MIME_LITE, "--"),
    "email-sender": script("perl", "-e", EMAIL_SENDER, "--"),
}
# these give no sender to sendmail, which takes the account's
WITHOUT_SENDER = ("neomutt", "bsd-mailx", "git-send-email")
DAEMONS = {"cron": CRON, "at": AT}
TEXT_OF_JOB = "this is what the job has said"


class ClientUser(Home):
    """A home with its config and its queue, and the client's working folder."""

    def __init__(self, folder, site, port, *lines):
        super().__init__(folder, folder / "home")
        self.work, self.queue = folder / "work", folder / "queue"
        self.work.mkdir()
        (self.work / "body").write_text(BODY)
        self.write("account default", "host localhost", f"port {port}", "tls on", f"tls_trust_file {site.certs.ca}",
                   "auth on", "user tester", f"password {PASSWORD}", f"queue_folder {self.queue}", "timeout 10", *lines)

    def start(self, command):
        environment = {"HOME": str(self.home), "MAILCHUTE": os.path.realpath(PROGRAM), "USER": "root",
                       "LOGNAME": "root", "LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        with open(self.work / "body", "rb") as body, open(self.folder / "output", "ab") as output:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "unshare", "-m", "--propagation", "private",
                 "sh", "-c", NAMESPACE, "sh", *map(str, command)],
                cwd=self.work, env=environment, stdin=body, stdout=output, stderr=output)

    def run_client(self, command):
        """Let a client send, and see that it succeeds."""
        with self.start(command) as process:
            finish(process)
        expect(process.returncode == 0, f"the client ended with {process.returncode}:\n{self.output()}")

    @contextlib.contextmanager
    def running(self, command):
        process = self.start(command)
        try:
            yield
        finally:
            process.terminate()
            process.wait()

    def output(self):
        return (self.folder / "output").read_text(errors="replace")

    def waiting(self):
        path = self.queue / "q"
        return list(path.iterdir()) if path.is_dir() else []

    def is_flushed(self):
        """Run the queue; a message that another process has locked is still waiting."""
        result = self.run("-qf")
        expect(result.status == 0, f"a run of the queue: {result}")
        return not self.waiting()


class DownRelay:
    """A relay that is stopped until up(): its port is held, and no process listens."""

    def __init__(self):
        self.holder = held_port()
        self.port = self.holder.getsockname()[1]

    def up(self, certs):
        return Relay(port=self.port, tls="starttls", auth=("PLAIN",), password=PASSWORD, certs=certs)


@dataclasses.dataclass
class Expected:
    """Check that the letter arrived."""
    sender: str
    recipients: tuple
    subject: str
    body: str
    hidden: str = ""

    def check(self, sender, recipients, content):
        expect(sender == self.sender, f"the sender is {sender}, not {self.sender}")
        expect(sorted(recipients) == sorted(self.recipients), f"it went to {recipients}")
        message = email.message_from_bytes(content, policy=email.policy.default)
        text = content.decode(errors="replace")
        expect(self.subject in message["Subject"], f"the subject is not {self.subject!r}:\n{text}")
        expect(self.body in message.get_content().replace("\r\n", "\n"), f"the body is another:\n{text}")
        for name in ("From", "Date", "Message-ID"):
            expect(len(message.get_all(name, ())) == 1, f"{name} is not there once:\n{text}")
        expect(not self.hidden or self.hidden not in text, f"Bcc can be seen:\n{text}")


def check_online(site, user, expected):
    arrived = site.postfix.arrived(expected.sender)
    expected.check(arrived.sender, arrived.recipients, arrived.message)
    wait_until("the queue is empty", lambda: not user.waiting(), 10)


def check_down(site, user, relay, expected):
    """The message is in the queue, and arrives at the restarted relay."""
    wait_until("a message in the queue", user.waiting, 10)
    expect(len(user.waiting()) == 1, f"{len(user.waiting())} messages in the queue")
    with relay.up(site.certs) as up:
        wait_until("the queue is empty", user.is_flushed, 10)
        up.wait_idle()
        expect(len(up.received) == 1, f"it was sent {len(up.received)} times")
        message, = up.received
        expected.check(message.sender, message.recipients, message.content)


# Clients of persons: they send, and end

def letter_and_expected(name, state):
    letter = Letter(f"{name}-{state}")
    sender = letter.account if name in WITHOUT_SENDER else letter.me
    return letter, Expected(sender, (letter.to, letter.cc, letter.bcc), letter.subject, BODY, letter.bcc)


def client_online(name, site, folder):
    letter, expected = letter_and_expected(name, "online")
    user = ClientUser(folder, site(), site().ports["submission"], f"from {letter.account}")
    user.run_client(CLIENTS[name](letter))
    check_online(site(), user, expected)


def client_down(name, site, folder):
    letter, expected = letter_and_expected(name, "down")
    relay = DownRelay()
    user = ClientUser(folder, site(), relay.port, f"from {letter.account}")
    user.run_client(CLIENTS[name](letter))
    check_down(site(), user, relay, expected)


# Daemons that mail the output of a job: they run until they are ended

def daemon_place(name, state, site, folder, port):
    """root's mail goes to an alias if cron sends it, and to root in the mail domain if the other daemon does."""
    domain = f"{name}-{state}.example.org"
    lines, to = [f"maildomain {domain}"], f"root@{domain}"
    if name == "cron":
        to = "postmaster@example.net"
        (folder / "aliases").write_text(f"root: {to}\n")
        lines.append(f"aliases {folder}/aliases")
    subject = {"cron": "Cron <root@", "at": "Output from your job"}[name]
    return ClientUser(folder, site, port, *lines), Expected(f"root@{domain}", (to,), subject, f"{TEXT_OF_JOB}\n")


def daemon_command(name):
    return "sh", "-ec", DAEMONS[name], name, TEXT_OF_JOB


def daemon_online(name, site, folder):
    user, expected = daemon_place(name, "online", site(), folder, site().ports["submission"])
    with user.running(daemon_command(name)):
        check_online(site(), user, expected)


def daemon_down(name, site, folder):
    relay = DownRelay()
    user, expected = daemon_place(name, "down", site(), folder, relay.port)
    with user.running(daemon_command(name)):
        check_down(site(), user, relay, expected)


def add_cases(suite, site):
    """Cases for every client; site() is called when they run, and has the servers."""
    for names, functions in ((DAEMONS, (daemon_online, daemon_down)), (CLIENTS, (client_online, client_down))):
        for name in names:
            for function in functions:
                state = function.__name__.split("_")[1]
                suite.add(f"{name}-{state}", functools.partial(function, name, site))
