# SPDX-License-Identifier: GPL-3.0-or-later
"""places.py - every queue is found: wherever the message went, mailq lists it and runs of the queue send it

Each case is a user in a mount namespace: a passwd file, a /var/spool and homes of its own. As root only.
"""
import json
import os
import shlex
import subprocess
from tests.lib import relay as relays
from tests.lib.harness import Failure, copy_program, expect
from tests.lib.user import MESSAGE, passwd_entry


BOB = "bob@example.org"
ALICE, MALLORY = 4001, 4002
STEP = 'setpriv --reuid=$UID_ --regid=$UID_ --clear-groups --no-new-privs env -i PATH="$PATH" LC_ALL=C.UTF-8 '


class Machine:
    """Root, alice and mallory with their homes; without a home alice's is /nonexistent."""

    def __init__(self, folder, home=True, prepared=False):
        self.folder = folder
        self.prepared = prepared
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("mailchute", "sendmail", "mailq"):
            copy_program(self.bin / name)
        self.homes = {0: self.make_home("root", 0), ALICE: self.make_home("alice", ALICE),
                      MALLORY: self.make_home("mallory", MALLORY)}
        self.stated = {**self.homes, **({} if home else {ALICE: "/nonexistent"})}
        (folder / "spool").mkdir()
        (folder / "spool").chmod(0o755)

    def make_home(self, name, uid):
        home = self.folder / name
        home.mkdir(mode=0o700)
        os.chown(home, uid, uid)
        return home

    def configure(self, home, *lines, name=".mailchuterc", port=1):
        path = home / name
        path.write_text("\n".join(["host 127.0.0.1", f"port {port}", "from alice@example.org", "tls off", "timeout 5",
                                   *lines]) + "\n")
        path.chmod(0o600)
        info = home.stat()
        os.chown(path, info.st_uid, info.st_gid)
        return path

    def run(self, *words, uid=ALICE, stdin=b"", status=0, program="mailchute", before="", **env):
        """Run the program as a user, with nothing but `env` in the environment."""
        (self.folder / "passwd").write_text("".join(
            passwd_entry(name, number, self.stated[number])
            for name, number in (("root", 0), ("alice", ALICE), ("mallory", MALLORY))))
        users = self.folder / "spool/mailchute-users"
        if self.prepared and not users.exists():
            users.mkdir()
            users.chmod(0o1777)
        script = (f"mount --bind {self.folder}/passwd /etc/passwd; mount --bind {self.folder}/spool /var/spool; "
                  f"{before} exec setpriv --reuid={uid} --regid={uid} --clear-groups env -i PATH=\"$PATH\" LC_ALL=C.UTF-8 "
                  + " ".join(f"{k}={shlex.quote(str(v))}" for k, v in env.items()) + ' "$@"')
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh",
                               self.bin / program, *map(str, words)], input=stdin, capture_output=True, check=False,
                              cwd="/", env={"PATH": os.environ["PATH"]})
        if b"unshare" in done.stderr or b"mount:" in done.stderr:
            raise Failure(f"this test needs mount namespaces: {done.stderr}")
        expect(status is None or done.returncode == status, f"exit {done.returncode}, expected {status}: {done}")
        return done

    def send(self, *words, **how):
        """A message that the relay does not take now; returns its id."""
        done = self.run(*words, BOB, stdin=MESSAGE, **how)
        text = done.stderr.decode()
        expect("queued as " in text, f"not queued: {done}")
        return text.split("queued as ")[1].split(":")[0].strip()

    def listed(self, *words, **how):
        """The ids that --queue-list shows; nothing is wrong with it."""
        done = self.run("--queue-list=json", *words, **how)
        expect(not done.stderr, str(done))
        return sorted(item["id"] for item in json.loads(done.stdout))

    def expect_found(self, *ids, uid=ALICE, **env):
        """mailq lists these and no others, and the timer's command sends them."""
        found = self.listed(uid=uid, **env)
        expect(found == sorted(ids), f"{sorted(ids)} were queued, {found} are listed")
        with relays.Relay() as relay:
            for path in self.folder.rglob("*rc"):
                path.write_text(path.read_text().replace("port 1\n", f"port {relay.port}\n"))
            done = self.run("-qf", "--all-users", uid=0, status=None)
            expect(len(relay.received) == len(ids), f"{len(relay.received)} of {len(ids)} arrived: {done}")


def only_root(case):
    def run(folder):
        if os.geteuid() == 0:
            case(folder)
    return run


# Ways to have a queue at another place. Each returns the arguments to send with.

def by_state_directory(machine, home):
    place = machine.make_home("state", home.stat().st_uid)
    return (), {"STATE_DIRECTORY": place}


def by_state_home(machine, home):
    return (), {"XDG_STATE_HOME": machine.make_home("state", home.stat().st_uid)}


def by_config(machine, home):
    machine.configure(home, f"queue_folder {machine.make_home('other', home.stat().st_uid)}/a b%\\n\u00fc")
    return (), {}


def by_link(machine, home):
    (machine.folder / "link").symlink_to(machine.make_home("target", home.stat().st_uid))
    return (f"--queue-folder={machine.folder}/link",), {}


def by_option(machine, home):
    return (f"--queue-folder={machine.make_home('other', home.stat().st_uid)}/q",), {}


def by_relative_option(machine, home):
    (home / "deep").mkdir()
    return ("--queue-folder=./../q",), {"before": f"cd {home}/deep;"}


def by_other_config(machine, home):
    path = machine.configure(home, f"queue_folder {machine.make_home('other', home.stat().st_uid)}/q", name="otherrc")
    return ("-C", path), {}


def by_other_home(machine, home):
    other = machine.make_home("second", home.stat().st_uid)
    machine.configure(other)
    return (), {"HOME": other}


def by_state_home_of_another(machine, home):
    return (), {"XDG_STATE_HOME": machine.folder / "mallory"}


def by_state_home_that_is_missing(machine, home):
    return (), {"XDG_STATE_HOME": "/nonexistent/state"}


WAYS = [by_state_directory, by_state_home, by_config, by_link, by_option, by_relative_option, by_other_config,
        by_other_home, by_state_home_of_another, by_state_home_that_is_missing]


def add_way(suite, way, uid):
    def case(folder):
        machine = Machine(folder)
        home = machine.homes[uid]
        machine.configure(home)
        words, env = way(machine, home)
        sent = machine.send(*words, uid=uid, **{"HOME": home, **env})
        again = machine.send(*words, uid=uid, **{"HOME": home, **env})
        usual = machine.send(uid=uid, HOME=home)
        machine.configure(home)
        machine.expect_found(sent, again, usual, uid=uid, HOME=home)
    suite.add(f"place-{way.__name__[3:].replace('_', '-')}-{'root' if uid == 0 else 'user'}", only_root(case))


def two_accounts(folder):
    """Each with a queue of its own; by id each message is found, and -a or a folder names one queue."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    path = machine.configure(home, f"queue_folder {home}/a", f"account b : a\nqueue_folder {home}/b\naccount default : a")
    path.write_text("account a\n" + path.read_text())
    ids = {name: machine.send("-a", name, HOME=home) for name in "ab"}
    expect(machine.listed(HOME=home) == sorted(ids.values()), "not one list")
    expect(machine.listed("-C", home / ".mailchuterc", HOME=home) == sorted(ids.values()), "not with -C")
    for name in "ab":
        expect(machine.listed("-a", name, HOME=home) == [ids[name]], f"-a {name} lists others")
        expect(machine.listed(f"--queue-folder={home}/{name}", HOME=home) == [ids[name]], f"{name} lists others")
        shown = machine.run(f"--queue-show={ids[name]}", HOME=home)
        expect(b"Hello Bob." in shown.stdout, str(shown))
        machine.run(f"--queue-hold={ids[name]}", HOME=home)
        machine.run(f"--queue-retry={ids[name]}", HOME=home, status=75)
        machine.run(f"--queue-retry={ids[name]}", "-a", "b" if name == "a" else "a", HOME=home, status=75)
    machine.run(f"--queue-remove={ids['b']}", HOME=home)
    machine.expect_found(ids["a"], HOME=home)


def one_login(folder):
    """A password that is refused for one queue is not tried again for the next one in the same run."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    with relays.Relay(auth=["PLAIN"], auth_in_clear=True, password="right") as relay:
        lines = ["auth plain", "user tester", "password wrong"]
        machine.configure(home, *lines, port=relay.port)
        for number in range(3):
            machine.run(f"--queue-folder={home}/q{number}", "-odq", BOB, stdin=MESSAGE, HOME=home)
        done = machine.run("-qf", HOME=home)
        said = b"".join(bytes(c.clear) for c in relay.connections)
        expect(said.count(b"AUTH PLAIN") == 1 and b"3 waiting" in done.stderr, f"{said.count(b'AUTH PLAIN')} logins: {done}")
        expect(len(relay.connections) == 1, f"{len(relay.connections)} connections")
        items = json.loads(machine.run("--queue-list=json", HOME=home).stdout)
        expect(len(items) == 3 and all("535" in item["last"]["text"] for item in items), f"{items}")


def text_list(folder):
    """A person sees one list with one sum."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    machine.configure(home)
    machine.send(HOME=home)
    machine.send(HOME=home, XDG_STATE_HOME=machine.make_home("state", ALICE))
    done = machine.run(program="mailq", HOME=home)
    expect(done.stdout.count(b"bob@example.org") == 2 and done.stdout.count(b"-- ") == 1, str(done))


def broken_config(folder):
    """A message from before the config named a folder, and those in the folder after it is broken."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    machine.configure(home)
    first = machine.send(HOME=home)
    machine.configure(home, f"queue_folder {home}/q")
    second = machine.send(HOME=home)
    expect(machine.listed(HOME=home) == sorted([first, second]), "not both")
    (home / ".mailchuterc").write_text("nonsense\n")
    done = machine.run("--queue-list=json", HOME=home)
    found = sorted(item["id"] for item in json.loads(done.stdout))
    expect(found == sorted([first, second]) and b"nonsense" in done.stderr, str(done))


def places_of(machine, home):
    return home / ".local/state/mailchute/places"


def hostile_places(folder):
    """A recorded place is believed only where no other user could have written it; queues of other owners are left."""
    machine = Machine(folder)
    home, other = machine.homes[ALICE], machine.homes[MALLORY]
    for each in (home, other):
        machine.configure(each)
    mine = machine.send(HOME=home)
    machine.send(uid=MALLORY, HOME=other)
    subprocess.run(["chmod", "-R", "a+rX", other], check=True)
    links = places_of(machine, home)
    links.mkdir(mode=0o700)
    os.chown(links, ALICE, ALICE)
    (links / "1").symlink_to(other / ".local/state/mailchute")
    (links / "2").symlink_to("relative")
    (links / "3").symlink_to("/nonexistent/at/all")
    (links / "4").write_text("no link\n")
    (links / "5").symlink_to("/etc/passwd")
    (links / "6").symlink_to(home / ".local/state/mailchute")
    (links / "7").mkdir()
    (links / "8").symlink_to(machine.folder / "root/.local/state/mailchute")
    done = machine.run("--queue-list=json", HOME=home, status=71)
    expect(done.stderr.count(b"\n") == 1 and b"root/.local/state/mailchute: Permission denied" in done.stderr, str(done))
    (links / "8").unlink()
    expect(machine.listed(HOME=home) == [mine], "others are listed")
    hidden = machine.send(f"--queue-folder={home}/q", HOME=home)
    expect(machine.listed(HOME=home) == sorted([mine, hidden]), "not listed")
    links.chmod(0o777)
    expect(machine.listed(HOME=home) == [mine], "believed though others can write there")
    links.chmod(0o700)
    os.chown(links, MALLORY, MALLORY)
    expect(machine.listed(uid=ALICE, HOME=home) == [mine], "believed though it is another user's")


def not_written_down(folder):
    """The message is kept all the same, and a line says what is missing."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    machine.configure(home)
    (home / ".local").write_text("in the way\n")
    os.chown(home / ".local", ALICE, ALICE)
    done = machine.run(f"--queue-folder={home}/q", BOB, stdin=MESSAGE, HOME=home)
    expect(b"could not be written down" in done.stderr and b"queued as" in done.stderr, str(done))
    expect(len(list((home / "q/q").iterdir())) == 1, "it is not there")


def many_places(folder):
    """Places that are gone make room; where all exist the next one is reported."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    machine.configure(home)
    links = places_of(machine, home)
    machine.send(f"--queue-folder={home}/0", HOME=home)
    for number in range(1, 64):
        (home / str(number)).mkdir(mode=0o700)
        os.chown(home / str(number), ALICE, ALICE)
        (links / f"x{number}").symlink_to(home / str(number))
    done = machine.run(f"--queue-folder={home}/next", BOB, stdin=MESSAGE, HOME=home)
    expect(b"could not be written down" in done.stderr and b"queued as" in done.stderr, str(done))
    expect(len(list(links.iterdir())) == 64, "more than 64")
    (home / "63").rmdir()
    (home / "62").rmdir()
    done = machine.run(f"--queue-folder={home}/next", BOB, stdin=MESSAGE, HOME=home)
    expect(b"written down" not in done.stderr and len(list(links.iterdir())) == 63, str(done))
    expect(len(machine.listed(HOME=home)) == 3, "not listed")


def written_down_once(folder):
    """By any number of processes at once."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    machine.configure(home, f"queue_folder {home}/q")
    script = 'for n in 1 2 3 4 5 6 7 8; do "$@" & done; wait'
    path = machine.bin / "many"
    path.write_text(f'#!/bin/sh\nset -- {machine.bin}/mailchute -odq {BOB}\n{script} < /dev/null\n')
    path.chmod(0o755)
    machine.run(program="many", HOME=home)
    expect(len(list(places_of(machine, home).iterdir())) == 1, "more than once")
    expect(len(machine.listed(HOME=home)) == 8, "not eight messages")


def server_with_a_queue(folder):
    """The unit of a service names its queue; the runs of all users leave it to the service."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    machine.configure(home)
    session = f"EHLO x\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n\r\nx\r\n.\r\nQUIT\r\n".encode()
    machine.run(f"--queue-folder={home}/q", "-odq", "-bs", stdin=session, HOME=home)
    expect(machine.listed(HOME=home) == [], "it is written down")
    expect(len(machine.listed(f"--queue-folder={home}/q", HOME=home)) == 1, "it is not there")
    machine.configure(home, f"queue_folder {home}/second")
    machine.run("-odq", "-bs", stdin=session, HOME=home)
    machine.configure(home)
    expect(len(machine.listed(HOME=home)) == 1, "a folder of the config's is not written down")


# Homes

def add_home(suite, name, status=0, home=True, prepared=False, **env):
    """With such an environment a program of alice's, whose config is the system's, loses no mail."""
    def case(folder):
        machine = Machine(folder, home, prepared)
        etc = folder / "etc"
        etc.mkdir()
        machine.configure(etc, name="mailchuterc")
        etc.chmod(0o755)
        (etc / "mailchuterc").chmod(0o644)
        if home:
            machine.configure(machine.homes[ALICE])
        given = {k: str(v).replace("FOLDER", str(folder)) for k, v in env.items()}
        words = () if home else ("--host=127.0.0.1", "--port=1")
        done = machine.run(*words, "-f", "alice@example.org", BOB, stdin=MESSAGE, status=status, **given)
        if status:
            return
        sent = done.stderr.decode().split("queued as ")[1].split(":")[0].strip()
        place = machine.homes[ALICE] / ".local/state/mailchute" if home else folder / f"spool/mailchute-users/{ALICE}"
        expect([p.name for p in (place / "q").iterdir()] == [sent], f"not in {place}")
        info = place.stat()
        expect(info.st_uid == ALICE and info.st_mode & 0o777 == 0o700, f"{info}")
        expect(machine.listed(**given) == [sent], "not listed with the same environment")
        expect(machine.listed(**({"HOME": machine.homes[ALICE]} if home else {})) == [sent], "not listed at home")
    suite.add(f"home-{name}", only_root(case))


def run_without_home(folder):
    """A run for all users looks where the messages of users without a home are."""
    machine = Machine(folder, home=False, prepared=True)
    with relays.Relay(dialogue="greeting: 421 4.3.2 later") as relay:
        machine.send("--host=127.0.0.1", f"--port={relay.port}", "-f", "alice@example.org", HOME="/nonexistent")
        relay.dialogue = relays.Dialogue("")
        done = machine.run("-qf", "--all-users", uid=0)
        expect(len(relay.received) == 1, f"{len(relay.received)} arrived: {done}")
    expect(not list((folder / f"spool/mailchute-users/{ALICE}/q").iterdir()), "it is still there")


def home_that_is_read_only(folder):
    """The config in it counts; the queue is where passwd says."""
    machine = Machine(folder)
    other = machine.make_home("second", ALICE)
    machine.configure(machine.homes[ALICE])
    machine.configure(other, "set_from_header off")
    other.chmod(0o500)
    sent = machine.send(HOME=other)
    shown = machine.run("-P", HOME=other)
    expect(f"loaded user configuration file {other}/.mailchuterc".encode() in shown.stdout, str(shown))
    expect(machine.listed(HOME=machine.homes[ALICE]) == [sent], "not in the other home")


def home_of_alice_for_root(folder):
    """sudo with a kept HOME: root's own config and home count."""
    machine = Machine(folder)
    machine.configure(machine.homes[ALICE], f"eval touch {folder}/ran")
    machine.configure(machine.homes[0])
    shown = machine.run("-P", uid=0, HOME=machine.homes[ALICE])
    expect(f"{machine.homes[0]}/.mailchuterc".encode() in shown.stdout, str(shown))
    expect(not (folder / "ran").exists(), "alice's command was run by root")


def config_home_of_another(folder):
    """XDG_CONFIG_HOME that may not be looked into is left over from root's shell."""
    machine = Machine(folder)
    machine.homes[ALICE].joinpath(".config/mailchute").mkdir(parents=True)
    machine.configure(machine.homes[ALICE] / ".config/mailchute", name="config")
    subprocess.run(["chown", "-R", str(ALICE), machine.homes[ALICE] / ".config"], check=True)
    machine.send(HOME=machine.homes[ALICE], XDG_CONFIG_HOME=machine.homes[0] / ".config")


def hostile_folder_without_home(folder):
    """A folder of another user at the place of alice's queue is not used; the true result is told."""
    for kind in ("folder", "link", "file", "open"):
        (folder / kind).mkdir()
        machine = Machine(folder / kind, home=False, prepared=True)
        folder.chmod(0o755)
        (folder / kind).chmod(0o755)
        machine.run("--version")
        place = folder / kind / "spool/mailchute-users" / str(ALICE)
        if kind == "folder":
            place.mkdir(mode=0o700)
            os.chown(place, MALLORY, MALLORY)
        elif kind == "open":
            place.mkdir()
            place.chmod(0o777)
            os.chown(place, MALLORY, MALLORY)
        elif kind == "link":
            place.symlink_to(machine.homes[ALICE])
            os.chown(place, MALLORY, MALLORY, follow_symlinks=False)
        else:
            place.write_text("x")
        before = sorted(machine.homes[ALICE].rglob("*"))
        done = machine.run("--host=127.0.0.1", "--port=1", "-f", "alice@example.org", BOB, stdin=MESSAGE, status=75)
        expect(b"not kept in the queue" in done.stderr, str(done))
        expect(sorted(machine.homes[ALICE].rglob("*")) == before, "something was made there")
        expect(machine.listed() == [], "something is listed")


def name_of_the_user(folder):
    """Called as sendmail, the sender is who calls, whatever root's shell has left in the environment."""
    machine = Machine(folder)
    home = machine.homes[ALICE]
    stale = {"USER": "root", "LOGNAME": "root"}
    for line in ("from %U@example.org", "auto_from on\nmaildomain example.org", "maildomain example.org"):
        path = machine.configure(home)
        path.write_text("\n".join(x for x in path.read_text().splitlines() if not x.startswith("from")) + f"\n{line}\n")
        if line.startswith("maildomain"):
            names = {"sendmail": "alice@example.org"}
        else:
            names = {"sendmail": "alice@example.org", "mailchute": "root@example.org"}
        for program, wanted in names.items():
            machine.run(BOB, program=program, stdin=MESSAGE, HOME=home, **stale)
            done = machine.run("--queue-list=json", HOME=home)
            item, = json.loads(done.stdout)
            expect(item["sender"] == wanted, f"{program}, {line}: {item['sender']}")
            machine.run(f"--queue-remove={item['id']}", HOME=home)


def add_cases(suite):
    for uid in (ALICE, 0):
        for way in WAYS:
            add_way(suite, way, uid)
    for case in (two_accounts, one_login, text_list, broken_config, hostile_places, not_written_down, many_places,
                 written_down_once, server_with_a_queue):
        suite.add("place-" + case.__name__.replace("_", "-"), only_root(case))
    add_home(suite, "of-root", HOME="/root")
    add_home(suite, "of-another-user", HOME="FOLDER/mallory", XDG_STATE_HOME="FOLDER/mallory/.local/state")
    add_home(suite, "missing", HOME="/nonexistent")
    add_home(suite, "unset")
    add_home(suite, "empty", HOME="")
    add_home(suite, "relative", HOME="alice")
    add_home(suite, "file", HOME="/etc/passwd")
    add_home(suite, "none-but-prepared", home=False, prepared=True, HOME="/root")
    add_home(suite, "none-but-prepared-unset", home=False, prepared=True)
    add_home(suite, "none-at-all", home=False, status=75, HOME="/root")
    for case in (run_without_home, home_that_is_read_only, home_of_alice_for_root, config_home_of_another, hostile_folder_without_home,
                 name_of_the_user):
        suite.add("home-" + case.__name__.removeprefix("home_").replace("_", "-"), only_root(case))
