# SPDX-License-Identifier: GPL-3.0-or-later
"""tokens.py - cases: OAuth 2.0 access tokens, kept while they are good and replaced when they are refused

The relay takes the token as a token or as a password, so that these cases say nothing about mechanisms.
"""
import json
import os
import pathlib
import re
import shutil
import stat
import tempfile
import time
from tests.lib.harness import expect, finish, wait_until
from .login import BOB, LoginUser, in_shell


MECHANISMS = ("PLAIN", "XOAUTH2", "OAUTHBEARER")


class TokenUser(LoginUser):
    """An account with a token_command that counts its runs, prints a given text, and may keep tokens in memory."""

    def __init__(self, folder, *lines, has_cache=True):
        super().__init__(folder)
        self.lines = lines
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="mailchute-test-", dir="/dev/shm")) if has_cache else None
        self.helper = folder / "helper"
        self.log = folder / "runs"
        self.says("")
        self.login(f"token_command {self.helper} 'an argument'", *lines)

    def close(self):
        if self.runtime:
            shutil.rmtree(self.runtime)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def says(self, text, status=0):
        """Set the helper's output; the helper also records its arguments."""
        self.helper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*:$MAILCHUTE_TOKEN_REFUSED" >>{self.log}\n'
                               f'printf %s {in_shell(text)}\nexit {status}\n')
        self.helper.chmod(0o755)

    def grants(self, token, **more):
        self.says(json.dumps({"access_token": token, "token_type": "Bearer", **more}, indent=1))

    def up(self, *dialogue, token="good", **options):
        return super().up(*dialogue, auth=MECHANISMS, token=token, password=token, **options)

    def environment(self):
        more = {"XDG_RUNTIME_DIR": str(self.runtime)} if self.runtime else {}
        return {**super().environment(), **more}

    def runs(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def files(self):
        return sorted(p for p in self.runtime.rglob("*") if p.is_file())


def expect_sent(user, relay, runs, **more):
    before = len(relay.received)
    result = user.give(**more)
    expect(result.status == 0 and len(relay.received) == before + 1, f"not sent: {result}")
    expect(len(user.runs()) == runs, f"the command ran {len(user.runs())} times, not {runs}")
    return result


def auth_lines(relay):
    return sum(line.startswith("AUTH") for c in relay.connections for line in c.commands)


def bare_token(folder):
    """A token without an expiry time is used once."""
    with TokenUser(folder) as user, user.up() as relay:
        user.says("good\nnot this\n")
        expect_sent(user, relay, 1)
        expect_sent(user, relay, 2)
        expect(user.runs() == ["an argument:"] * 2, f"called with {user.runs()}")
        expect(not user.files(), f"kept: {user.files()}")


def kept_until_it_expires(folder):
    with TokenUser(folder) as user, user.up() as relay:
        user.grants("good", expires_in=3600)
        expect_sent(user, relay, 1)
        user.says("", 1)
        expect_sent(user, relay, 1)
        path, = user.files()
        expect(stat.S_IMODE(path.stat().st_mode) == 0o600, "others can read it")
        expect(stat.S_IMODE(path.parent.stat().st_mode) == 0o700 and path.parent.name == "mailchute", "others can look")
        path.write_text(re.sub(r"^\d+", str(int(time.time()) + 50), path.read_text()))
        user.grants("good", expires_at=int(time.time()) + 3600)
        expect_sent(user, relay, 2)
        expect_sent(user, relay, 2)


# Outputs of tools, with the expiry time of the token (an hour from now; some in local time).
TOOLS = {
    "az": lambda end: {"accessToken": "good", "expiresOn": time.strftime("%Y-%m-%d %H:%M:%S.000000", time.localtime(end)),
                       "expires_on": int(end), "subscription": "s", "tenant": "t", "tokenType": "Bearer"},
    "az-before-2.54": lambda end: {"accessToken": "good", "tokenType": "Bearer",
                                   "expiresOn": time.strftime("%Y-%m-%d %H:%M:%S.000000", time.localtime(end))},
    "azd": lambda end: {"token": "good", "expiresOn": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))},
    "managed-identity": lambda end: {"access_token": "good", "expires_in": "3600", "expires_on": str(int(end))},
    "google-auth": lambda end: {"token": "good", "expiry": time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(end))},
    "google-auth-for-node": lambda end: {"access_token": "good", "expiry_date": int(end * 1000)},
    "mutt_oauth2": lambda end: {"access_token": "good", "refresh_token": "r", "access_token_expiration":
                                time.strftime("%Y-%m-%dT%H:%M:%S.5", time.localtime(end))},
    "msal-for-node": lambda end: {"accessToken": "good", "expiresOn":
                                  time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(end))},
}


def objects_of_tools(folder):
    """Kept until a minute before the end that the object names, in any time zone."""
    for tool, make in TOOLS.items():
        home = folder / tool
        home.mkdir()
        with TokenUser(home) as user, user.up() as relay:
            for left, runs in ((3600, 1), (3600, 1)):
                user.says(json.dumps(make(time.time() + left), indent=2))
                expect_sent(user, relay, runs)
            expect(len(user.files()) == 1, f"not kept: {tool}")
            user.runtime.joinpath(user.files()[0]).unlink()
            user.says(json.dumps(make(time.time() + 30)))
            expect_sent(user, relay, 2)
            expect(not user.files(), f"kept for half a minute: {tool}")


def one_value_of_tools(folder):
    with TokenUser(folder) as user, user.up() as relay:
        for runs, text in enumerate(('"good"\n', "Bearer good\n"), 1):
            user.says(text)
            expect_sent(user, relay, runs)


def in_a_file(folder):
    """With a mechanism for tokens a file, or a variable, may hold what a command could print."""
    with TokenUser(folder) as user, user.up() as relay:
        path = user.folder / "token"
        for text in ("good\n", json.dumps(TOOLS["az"](time.time() + 3600), indent=2), '{"access_token":"good"}'):
            path.write_text(text)
            path.chmod(0o600)
            for mechanism in ("xoauth2", "oauthbearer"):
                user.login(f"password_file {path}", f"auth {mechanism}")
                expect_sent(user, relay, 0)
        user.login("password_env TOKEN", "auth xoauth2")
        expect_sent(user, relay, 0, env={"TOKEN": '{"accessToken":"good"}'})


def not_kept_for_a_minute(folder):
    with TokenUser(folder) as user, user.up() as relay:
        user.grants("good", expires_in=60)
        expect_sent(user, relay, 1)
        expect_sent(user, relay, 2)


def nowhere_to_keep_it(folder):
    """Without a folder in memory no token gets to a file."""
    with TokenUser(folder, has_cache=False) as user, user.up() as relay:
        user.grants("good", expires_in=3600)
        disk = user.folder / "disk"
        disk.mkdir(mode=0o700)
        expect_sent(user, relay, 1)
        if os.statvfs(disk).f_fsid != os.statvfs("/dev/shm").f_fsid:
            expect_sent(user, relay, 2, env={"XDG_RUNTIME_DIR": str(disk)})
            expect(not list(disk.iterdir()), "it is on a disk")


def folder_of_the_service(folder):
    with TokenUser(folder) as user, user.up() as relay:
        user.grants("good", expires_in=3600)
        env = {"RUNTIME_DIRECTORY": str(user.runtime), "XDG_RUNTIME_DIR": "/nonexistent"}
        expect_sent(user, relay, 1, env=env)
        expect_sent(user, relay, 1, env=env)


def one_for_each_account(folder):
    """Another user, another relay, another command: another token."""
    with TokenUser(folder) as user, user.up() as relay:
        user.grants("good", expires_in=3600)
        expect_sent(user, relay, 1)
        user.login(f"token_command {user.helper} another")
        expect_sent(user, relay, 2)
        user.login(f"token_command {user.helper} 'an argument'", "host 127.0.0.1")
        expect_sent(user, relay, 3)
        user.login(f"token_command {user.helper} 'an argument'", "user other")
        expect(user.give().status == 77 and len(user.runs()) == 4, "another's token was used")
        user.login(f"token_command {user.helper} 'an argument'")
        expect_sent(user, relay, 4)


def refused_and_replaced(folder):
    """A token that was revoked before its time: one fresh one, on the same connection."""
    with TokenUser(folder) as user:
        user.grants("old", expires_in=3600)
        with user.up(token="old") as relay:
            expect_sent(user, relay, 1)
        user.grants("new", expires_in=3600)
        with user.up(token="new") as relay:
            expect_sent(user, relay, 2)
            expect(len(relay.connections) == 1 and auth_lines(relay) == 2, "not on the same connection")
            expect(user.runs()[-1] == "an argument:1", "the helper is not told why")
            expect_sent(user, relay, 2)


def refused_when_fresh(folder):
    """The command is not run again and again."""
    with TokenUser(folder) as user:
        user.grants("old", expires_in=3600)
        with user.up(token="new") as relay:
            result = user.give()
            expect(result.status == 77 and b"535" in result.stderr, str(result))
            expect(auth_lines(relay) == 1 and len(user.runs()) == 1, "it was tried again")
            expect(not user.files(), "it is kept")
            result = user.give()
            expect(result.status == 77 and auth_lines(relay) == 2, "one that was refused was tried again")
        user.expect_empty()


def refused_twice(folder):
    """The kept one, then the fresh one: that is all."""
    with TokenUser(folder) as user:
        user.grants("old", expires_in=3600)
        with user.up(token="old") as relay:
            expect_sent(user, relay, 1)
        with user.up(token="new") as relay:
            result = user.give()
            expect(result.status == 77 and b"535" in result.stderr, str(result))
            expect(auth_lines(relay) == 2 and len(user.runs()) == 2, "not the kept one and a fresh one")
            expect(not user.files(), "it is kept")
        user.expect_empty()


def refused_for_now(folder):
    """A token is not to blame for a server that is busy."""
    with TokenUser(folder) as user:
        user.grants("good", expires_in=3600)
        with user.up() as relay:
            expect_sent(user, relay, 1)
        with user.up("auth: 454 4.7.0 not now") as relay:
            result = user.give()
            expect(result.status == 0 and b"454" in result.stderr, str(result))
            expect(len(user.runs()) == 1, "it was replaced")


def refused_and_no_other(folder):
    """The refused one is forgotten, though the helper has none."""
    with TokenUser(folder) as user:
        user.grants("old", expires_in=3600)
        with user.up(token="old") as relay:
            expect_sent(user, relay, 1)
        user.says(json.dumps({"error": "invalid_grant", "error_description": "Token has been revoked."}))
        with user.up(token="new"):
            result = user.give()
            words = b"token_command: there is no access token: invalid_grant: Token has been revoked."
            expect(result.status == 77 and words in result.stderr, str(result))
        expect(not user.files(), "the refused token is still kept")


def helper_errors(folder):
    cases = [("", 1, 78, "token_command: the command ended with status 1"),
             ("", 0, 78, "token_command: the command printed no access token"),
             ("\n", 0, 78, "token_command: the first line is empty"),
             ('{"access_token": "s3cret', 0, 78, "token_command: the output begins like a JSON object, but is not one"),
             ('{"token": "s3cret"}', 0, 78, "token_command: there is no access_token"),
             ('{"accessToken": 3, "secret": "s3cret"}', 0, 78, "token_command: there is no access_token"),
             ("dXNlcj1ib2IBYXV0aD1CZWFyZXIgs3cret", 0, 78, "token_command: this is the whole response of XOAUTH2"),
             ("s3cret s3cret", 0, 78, "token_command: the access token has a character that is not allowed"),
             ("s3cret", 2, 78, "token_command: the command ended with status 2"),
             ('{"error": "invalid_grant", "error_description": "expired"}', 1, 77, "there is no access token: invalid_grant: expired"),
             ('{"accessToken": "s3cret"}', 1, 78, "token_command: the command ended with status 1"),
             ('{"error": "s3cret', 1, 78, "token_command: the command ended with status 1")]
    with TokenUser(folder) as user, user.up() as relay:
        for text, status, exit_status, words in cases:
            user.says(text, status)
            result = user.give()
            expect(result.status == exit_status and words in result.stderr.decode(), f"no {words!r}: {result}")
            expect(b"s3cret" not in result.stderr, f"the token is shown: {result}")
        expect(not relay.connections, "a connection was made")
        user.expect_empty()


def no_network_for_the_helper(folder):
    """Status 75: the message waits, and goes when the helper has a token again."""
    with TokenUser(folder) as user, user.up() as relay:
        user.says("", 75)
        result = user.give()
        expect(result.status == 0 and b"queued as" in result.stderr, str(result))
        user.says("good")
        user.flush()
        expect(len(relay.received) == 1, "it was not sent later")


def a_run_uses_the_kept_one(folder):
    with TokenUser(folder) as user:
        user.grants("good", expires_in=3600)
        for _ in range(3):
            user.give()
        expect(len(user.runs()) == 1, f"the command ran {len(user.runs())} times")
        with user.up() as relay:
            user.flush()
            expect(len(relay.received) == 3 and len(user.runs()) == 1, "the kept one was not used")


def a_password_comes_later(folder):
    """A token_command comes first; a mechanism with a password does not run it."""
    with TokenUser(folder, "password secret") as user:
        user.grants("good")
        with user.up() as relay:
            expect_sent(user, relay, 1)
        user.login(f"token_command {user.helper}", "password secret", "auth plain")
        with user.up(token="secret") as relay:
            expect_sent(user, relay, 1)


def a_long_token_msmtp_68(folder):
    with TokenUser(folder) as user:
        token = "x" * 6000
        user.grants(token, expires_in=3600)
        with user.up(token=token) as relay:
            expect_sent(user, relay, 1)
            expect_sent(user, relay, 1)


def two_at_once(folder):
    """A reader always finds a whole token."""
    with TokenUser(folder) as user, user.up() as relay:
        user.grants("good", expires_in=3600)
        processes = [user.start(BOB) for _ in range(8)]
        for process in processes:
            finish(process)
            expect(process.returncode == 0, f"exit {process.returncode}")
        wait_until("all are there", lambda: len(relay.received) == 8)
        expect(len(user.files()) == 1, f"left: {user.files()}")


def add_cases(suite):
    for case in (bare_token, kept_until_it_expires, objects_of_tools, one_value_of_tools, in_a_file,
                 not_kept_for_a_minute, nowhere_to_keep_it, folder_of_the_service, one_for_each_account,
                 refused_and_replaced, refused_when_fresh, refused_twice,
                 refused_for_now, refused_and_no_other, helper_errors, no_network_for_the_helper,
                 a_run_uses_the_kept_one, a_password_comes_later, a_long_token_msmtp_68, two_at_once):
        suite.add("token-" + case.__name__.replace("_", "-"), case)
