# SPDX-License-Identifier: GPL-3.0-or-later
"""sources.py - cases: where a password comes from, in which order, and what is said when it does not come"""
import os
import shutil
import subprocess
import threading
from tests.lib.harness import PROGRAM, copy_program, expect, write_private
from tests.lib.user import MESSAGE
from .login import AWKWARD, BOB, Pipe, LoginUser, in_shell, passwords


NOBODY = 65534


def expect_sent(user, expected, *args, **more):
    """The message arrives, and this was the password."""
    with user.up(password=expected) as relay:
        result = user.give(*args, **more)
        expect(passwords(relay) == [expected], f"the relay heard {passwords(relay)}: {result}")
        expect(result.status == 0 and len(relay.received) == 1, f"not sent: {result}")
        expect(not result.stderr and not result.stdout, f"it says something: {result}")


def expect_refused(user, status, *words, args=(), **more):
    """One line that holds the words; no message is kept, and no question was asked."""
    with user.up() as relay:
        result = user.give(*args, **more)
        text = result.stderr.decode()
        expect(result.status == status, f"not exit {status}: {result}")
        expect(text.count("\n") == 1 and not result.stdout, f"not one line: {result}")
        for word in words:
            expect(word in text, f"no {word!r}: {result}")
        expect(not relay.connections, "a connection was made for nothing")
    user.expect_empty()


# Each source alone, with a password in which everything is awkward


def password(user):
    user.login(f"password {AWKWARD}")
    return {}


def password_file(user):
    user.login(f"password_file {write_private(user.home / 'secret', AWKWARD)}")
    return {}


def password_file_at_home(user):
    user.login("password_file ~/secret")
    write_private(user.home / "secret", AWKWARD + "\r\nnot this\n")
    return {}


def password_file_as_credential(user):
    folder = user.folder / "credentials"
    folder.mkdir()
    write_private(folder / "mail", AWKWARD + "\n")
    user.login("password_file mail")
    return {"env": {"CREDENTIALS_DIRECTORY": str(folder)}}


def password_env(user):
    user.login("password_env MAIL_PASSWORD")
    return {"env": {"MAIL_PASSWORD": AWKWARD}}


def password_command(user):
    write_private(user.home / "the secret", AWKWARD + "\nnot this\n")
    user.login(f"password_command cat \"{user.home}/the secret\"")
    return {}


def password_command_with_words(user):
    """No shell comes near the words."""
    user.login("password_command printf \"%s\\n\" " + "'p#1 :\"x'\"' ,\\$y\"")
    return {}


def passwordeval(user):
    user.login(f"passwordeval printf '%s\\n' {in_shell(AWKWARD)}")
    return {}


def user_netrc(user):
    user.netrc(f"machine localhost login tester password 'p#1 :\"x'\"' ,\\$y\"\n")
    return {}


SOURCES = [password, password_file, password_file_at_home, password_file_as_credential, password_env,
           password_command, password_command_with_words, passwordeval, user_netrc]


def add_source(suite, prepare):
    def case(folder):
        user = LoginUser(folder)
        more = prepare(user)
        expect_sent(user, AWKWARD, **more)

    suite.add(f"awkward-loxberry-722-{prepare.__name__.replace('_', '-')}", case)


def awkward_password_fd(folder):
    user = LoginUser(folder)
    with Pipe(f"{AWKWARD}\r\nnot this\n".encode()) as fd:
        expect_sent(user, AWKWARD, f"--password-fd={fd}", pass_fds=[fd])


def a_descriptor_that_stays_open(folder):
    """The first line is enough."""
    user = LoginUser(folder)
    ours, theirs = os.pipe()
    os.write(theirs, b"piped\n")
    expect_sent(user, "piped", f"--password-fd={ours}", pass_fds=[ours])
    os.close(ours)
    os.close(theirs)


def system_netrc(folder):
    """As the file is compiled in, a mount puts it in user."""
    user = LoginUser(folder)
    if os.geteuid() != 0:
        return
    done = run_with_system_netrc(user, "machine localhost login tester password everybodys\n", 0o644)
    expect(done == ["everybodys"], f"the relay heard {done}")
    user.netrc("machine localhost login tester password mine\n")
    done = run_with_system_netrc(user, "machine localhost login tester password everybodys\n", 0o644)
    expect(done == ["mine"], f"the relay heard {done}")


def run_with_system_netrc(user, text, mode):
    folder = user.folder / "sysconfdir"
    folder.mkdir(exist_ok=True)
    (folder / "netrc").write_text(text)
    (folder / "netrc").chmod(mode)
    for name in ("group", "hosts", "ld.so.cache", "nsswitch.conf", "passwd"):  # it may be mounted over /etc
        if os.path.exists(f"/etc/{name}"):
            shutil.copy(f"/etc/{name}", folder)
    sysconfdir = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    sysconfdir = [line.split()[-1] for line in sysconfdir.splitlines() if "mailchuterc" in line][0]
    sysconfdir = os.path.dirname(sysconfdir)
    script = (f'mkdir -p {sysconfdir} && mount --bind {folder} {sysconfdir} && '
              f'exec {user.programs["mailchute"]} {BOB}')
    with user.up(password="everybodys") as relay:
        subprocess.run(["unshare", "--mount", "sh", "-c", script], input=MESSAGE, env=user.start_in({}),
                       capture_output=True, check=False)
        return passwords(relay)


# The order


def order(folder):
    """The first source that has a password is used; later ones are not asked."""
    user = LoginUser(folder)
    asked = folder / "asked"
    lines = ["password 1", f"password_file {write_private(user.home / '2', '2')}", "password_env THREE",
             f"password_command sh -c 'echo command >>{asked}; echo 4'",
             f"passwordeval echo eval >>{asked}; echo 5"]
    user.netrc("machine localhost login tester password 6\n")
    heard = []
    for first in range(len(lines) + 1):
        user.login(*lines[first:])
        with user.up() as relay:
            user.give(env={"THREE": "3"})
            heard += passwords(relay)
    expect(heard == list("123456"), f"the relay heard {heard}")
    expect(asked.read_text() == "command\neval\n", "a command was run that was not needed")


def order_of_descriptor_and_variable(folder):
    user = LoginUser(folder, "password_env OTHER", "passwordeval echo last")
    with Pipe(b"piped") as fd:
        expect_sent(user, "piped", f"--password-fd={fd}", pass_fds=[fd], env={"OTHER": "variable"})
    write_private(user.home / "file", "file")
    with Pipe(b"piped") as fd:
        expect_sent(user, "file", f"--password-fd={fd}", "--password-file=~/file", pass_fds=[fd])


def what_is_not_there_is_passed_over(folder):
    user = LoginUser(folder, "password_fd 99", "password_env NOWHERE", "passwordeval echo last")
    expect_sent(user, "last")
    expect_sent(user, "last", env={"NOWHERE": ""})


def a_fifo_as_a_file(folder):
    """The process that writes to the pipe may come later."""
    user = LoginUser(folder, "password_file ~/fifo")
    os.mkfifo(user.home / "fifo", 0o600)
    writer = threading.Thread(target=(user.home / "fifo").write_text, args=("piped\n",))
    writer.start()
    expect_sent(user, "piped")
    writer.join()


# Failures


def nothing_at_all(folder):
    user = LoginUser(folder)
    expect_refused(user, 77, f"localhost:{user.port}: no password for user tester at localhost: ",
                   "password_file", "password_fd", "password_env", "password_command", "passwordeval",
                   "keyring", "~/.netrc")


def nothing_of_what_is_set(folder):
    user = LoginUser(folder, "password_fd 99", "password_env NOWHERE")
    expect_refused(user, 77, "(password_fd: descriptor 99 is not open; password_env: NOWHERE is not set)")


def no_user(folder):
    user = LoginUser(folder)
    user.configure("auth on", "password x")
    expect_refused(user, 77, "no user name: set user")


ERRORS = [
    ("password_file /nonexistent/x", 78, "password_file: /nonexistent/x: No such file"),
    ("password_file x", 78, "password_file: x has no slash in front, and there is no CREDENTIALS_DIRECTORY"),
    ("password_file ~/empty", 78, "/empty: the first line is empty"),
    ("password_file ~/nul", 78, "/nul: there is a NUL byte"),
    ("password_file ~/", 78, "Is a directory"),
    ("password_file /dev/zero", 78, "File too large"),
    ("password_command false", 78, "password_command: the command ended with status 1"),
    ("password_command true", 78, "password_command: the command printed no password"),
    ("password_command no-such-program", 78, "password_command: the command was not found (status 127)"),
    ("password_command /etc/passwd", 78, "password_command: the command can't be run (status 126)"),
    ("password_command echo ''", 78, "password_command: the command printed no password"),
    ("passwordeval true", 78, "passwordeval: the command printed no password"),
    ("passwordeval echo s3cret; exit 2", 78, "passwordeval: the command ended with status 2"),
    ("password_command printf 'a\\000b'", 78, "password_command: there is a NUL byte"),
]


def errors(folder):
    user = LoginUser(folder)
    write_private(user.home / "empty", "\nsecond\n")
    write_private(user.home / "nul", "a\0b\n")
    for line, status, words in ERRORS:
        user.login(line)
        expect_refused(user, status, words)


def errors_of_a_descriptor(folder):
    user = LoginUser(folder)
    for data, words in ((b"", "the first line is empty"), (b"\nx", "the first line is empty"),
                        (b"a\0b", "there is a NUL byte")):
        with Pipe(data) as fd:
            expect_refused(user, 78, f"password_fd: descriptor {fd}: {words}",
                           args=[f"--password-fd={fd}"], pass_fds=[fd])


def descriptors_of_our_own_are_not_read(folder):
    """A descriptor that mailchute itself has opened holds no password."""
    user = LoginUser(folder)
    for fd in range(3, 9):
        expect_refused(user, 77, f"descriptor {fd} is not open", args=[f"--password-fd={fd}"])


def values_that_make_no_sense(folder):
    user = LoginUser(folder)
    for line, words in (("password_fd 2", "3 or greater"), ("password_fd x", "3 or greater"),
                        ("password_command \"x", "every quote closed"), ("token_command 'x", "every quote"),
                        ("password_env A B", "without blanks")):
        user.login(line)
        expect_refused(user, 78, words)


def for_now(folder):
    """Status 75 of a command: the message waits, a person is not told to mend anything."""
    for setting in ("password_command sh -c", "passwordeval", "token_command sh -c"):
        here = folder / setting.split()[0]
        here.mkdir()
        user = LoginUser(here, f"{setting} 'exit 75'".replace("passwordeval 'exit 75'", "passwordeval exit 75"))
        result = user.give()
        expect(result.status == 0 and b"queued as" in result.stderr and b"for now" in result.stderr, str(result))
        expect(user.spool.messages()[0].status == ".", "it does not wait")


def the_message_is_not_eaten(folder):
    """A helper that reads its input gets nothing of it."""
    user = LoginUser(folder)
    text = MESSAGE + b"a line of a longer message\n" * 5000
    eaten = folder / "eaten"
    for line in (f"passwordeval cat >{eaten}; echo secret", f"password_command sh -c 'cat >{eaten}; echo secret'"):
        user.login(line)
        with user.up() as relay:
            result = user.give(stdin=text)
            expect(result.status == 0 and eaten.read_bytes() == b"", f"it was read: {result}")
            expect(relay.received[0].content.count(b"longer") == 5000, "the message is not whole")


# Permissions; these need another user, which only root can become


def as_nobody(user, *args, env=None):
    """Send as a user who is not root, with the files of `user` given to it."""
    program = copy_program(user.folder / "program")
    for path in (user.home, *user.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    done = subprocess.run([program, "--queue=off", *args, BOB], input=MESSAGE, user=NOBODY,
                          group=NOBODY, extra_groups=[], capture_output=True, check=False,
                          env=user.start_in(env or {}))
    return done


def expect_as_nobody(user, status, words="", env=None):
    with user.up(password="secret"):
        done = as_nobody(user, env=env)
        expect(done.returncode == status and words in done.stderr.decode(), f"not {status}, {words!r}: {done}")


def permissions_of_a_file(folder):
    if os.geteuid() != 0:
        return
    user = LoginUser(folder, "password_file ~/secret")
    path = write_private(user.home / "secret", "secret\n")
    for mode in (0o600, 0o400):
        path.chmod(mode)
        expect_as_nobody(user, 0)
    for mode in (0o640, 0o644, 0o604, 0o620, 0o700):
        path.chmod(mode)
        expect_as_nobody(user, 78, "/secret: a file with a password must be readable and writable by you only")


def owner_of_a_file(folder):
    """A file of root's is root's to protect; another user's file holds no password."""
    if os.geteuid() != 0:
        return
    folder.joinpath("theirs").mkdir(mode=0o755)
    path = folder / "theirs/secret"
    path.write_text("secret\n")
    user = LoginUser(folder, f"password_file {path}")
    path.chmod(0o644)
    expect_as_nobody(user, 0)
    os.chown(path, 4001, 4001)
    expect_as_nobody(user, 78, f"{path}: a file with a password must belong to you")


def credentials_may_be_anybodys(folder):
    if os.geteuid() != 0:
        return
    user = LoginUser(folder, "password_file mail")
    credentials = folder / "credentials"
    credentials.mkdir()
    path = write_private(credentials / "mail", "secret\n")
    path.chmod(0o644)
    os.chown(path, 4001, 4001)
    expect_as_nobody(user, 0, env={"CREDENTIALS_DIRECTORY": str(credentials)})


def links_are_judged_by_where_they_lead(folder):
    if os.geteuid() != 0:
        return
    user = LoginUser(folder, "password_file ~/link")
    path = write_private(user.home / "secret", "secret\n")
    (user.home / "link").symlink_to("secret")
    expect_as_nobody(user, 0)
    path.chmod(0o644)
    expect_as_nobody(user, 78, "readable and writable by you only")


def permissions_of_netrc(folder):
    if os.geteuid() != 0:
        return
    user = LoginUser(folder)
    path = user.netrc("machine localhost login tester password secret\n")
    expect_as_nobody(user, 0)
    path.chmod(0o644)
    expect_as_nobody(user, 78, f"{path}: a file with a password must be readable and writable by you only")
    user.netrc("machine elsewhere login tester password secret\n", 0o644)
    expect_as_nobody(user, 77, "no password for user tester")


def owner_of_netrc(folder):
    if os.geteuid() != 0:
        return
    user = LoginUser(folder)
    theirs = folder / "netrc"
    theirs.write_text("machine localhost login tester password secret\n")
    theirs.chmod(0o644)
    os.chown(theirs, 4001, 4001)
    (user.home / ".netrc").symlink_to(theirs)
    expect_as_nobody(user, 78, "/.netrc: a file with a password must belong to you")


def netrc_without_a_password(folder):
    user = LoginUser(folder)
    user.netrc("machine localhost login tester\n")
    expect_refused(user, 77, "no password for user tester")
    user.netrc("machine localhost login tester password")
    expect_refused(user, 77, "no password for user tester")


def netrc_of_others(folder):
    user = LoginUser(folder)
    user.netrc("default login tester password x\nmachine localhost login bob password y\n"
               "machine LOCALHOST login tester password z\n")
    expect_refused(user, 77, "no password for user tester")


def not_by_the_names_of_sendmail(folder):
    user = LoginUser(folder)
    for option in ("--password-env=PATH", "--password-fd=3", "--password-file=/etc/passwd",
                   "--password-command=true", "--token-command=true"):
        expect_refused(user, 64, "not allowed when called by a name of sendmail", args=[option], name="sendmail")


def add_cases(suite):
    for prepare in SOURCES:
        add_source(suite, prepare)
    for case in (awkward_password_fd, a_descriptor_that_stays_open, system_netrc, order,
                 a_fifo_as_a_file, order_of_descriptor_and_variable, what_is_not_there_is_passed_over, nothing_at_all,
                 nothing_of_what_is_set, no_user, errors, errors_of_a_descriptor,
                 descriptors_of_our_own_are_not_read, values_that_make_no_sense, for_now,
                 the_message_is_not_eaten, permissions_of_a_file, owner_of_a_file, credentials_may_be_anybodys,
                 links_are_judged_by_where_they_lead, permissions_of_netrc, owner_of_netrc,
                 netrc_without_a_password, netrc_of_others, not_by_the_names_of_sendmail):
        suite.case(case)
