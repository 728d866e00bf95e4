# SPDX-License-Identifier: GPL-3.0-or-later
"""commands.py - every command of msmtp's config files: default, accepted and rejected arguments

Each command is also a long option, so the table also holds for the option. The cli suite holds
mailchute to it, and the server suite shows that msmtp does the same.
"""
import dataclasses

UNSET = "(not set)"
SWITCH = {"on": "on", "off": "off"}
ALONE = {"": "on", **SWITCH}
SHA_256 = ":".join(["0A"] * 32)
SHA_1 = ":".join(["0B"] * 20)
MD5 = ":".join(["0C"] * 16)
PATHS = {"/a/b": "/a/b", "~/b": "{home}/b", "a b": "a b"}
METHODS = ("plain", "login", "cram-md5", "external", "scram-sha-1", "scram-sha-256", "gssapi", "oauthbearer",
           "digest-md5", "ntlm", "xoauth2")

# Paragraphs of mailchute-msmtp(7) that say where mailchute accepts more, or less.
MORE, LESS = "More values", "Values that can't work"


@dataclasses.dataclass
class Command:
    """`good`: an argument ("" is none) and what --pretend shows then; `bad`: arguments that are refused.

    `differs` names the arguments that msmtp treats differently, and where the manual explains it. `option`
    is how the long option takes its argument: "needed", "alone" (it may be left out) or None.
    """
    default: str
    good: dict
    bad: tuple = ()
    option: str = "needed"
    key: str = ""
    with_lines: str = ""  # other commands that this command needs
    differs: dict = dataclasses.field(default_factory=dict)


def text(*values, default=UNSET, **more):
    """Any text; an empty text unsets the command."""
    return Command(default, {"": UNSET, **{value: value for value in values}}, **more)


def switch(default, **more):
    return Command(default, ALONE, ("yes", "ON", "auto"), "alone", **more)


def path(*values, default=UNSET, **more):
    """A file; an empty name unsets the command."""
    return Command(default, {"": UNSET, **PATHS, **{value: value for value in values}}, **more)


COMMANDS = {
    "host": Command("h", {"relay.example": "relay.example", "127.0.0.1": "127.0.0.1", "::1": "::1",
                          "[::1]": "[::1]", "fe80::1%lo": "fe80::1%lo"},
                    ("", "a b", "= a", "a:25", "[::1]:25", "smtp://a"),
                    differs={"--host=": LESS, **{host: LESS for host in ("a b", "= a", "a:25", "[::1]:25", "smtp://a")}}),
    "port": Command("25", {"1": "1", "587": "587", "65535": "65535", "0x19": "25", "010": "8"},
                    ("", "0", "65536", "-1", "25x", "smtp", "2 5")),
    "source_ip": text("127.0.0.1", "::1", "x", key="source ip"),
    "proxy_host": text("p.example", key="proxy host"),
    "proxy_port": Command("0", {"": "0", "99": "99"}, ("0", "65536", "x"), key="proxy port"),
    "socket": text("/run/x", "~/x"),
    "timeout": Command("off", {"off": "off", "1": "1 second", "2": "2 seconds", "0x10": "16 seconds"},
                       ("", "0", "-1", "x", "1s")),
    "protocol": Command("smtp", {"smtp": "smtp"}, ("", "SMTP", "esmtp")),
    "domain": Command("localhost", {"": "", "d.example": "d.example", "%F": "%F", "%U": "%U", "%": "%"},
                      ("a b",), differs={"a b": LESS}),
    "auth": Command("none", {"": "choose", "on": "choose", "off": "none", "PLAIN": "PLAIN",
                             **{m: m.upper() for m in METHODS}},
                    ("x", "auto", "plain login"), "alone", differs={"PLAIN": MORE}),
    "user": text("u", "u v", "a:b#c", "ü@x"),
    "password": Command(UNSET, {"": UNSET, "p": "*", "p # q": "*"}, option=None),
    "passwordeval": text("echo x; false", "echo 'a \"b\"'"),
    "ntlmdomain": text("n", option=None),
    "tls": switch("off"),
    "tls_starttls": switch("on"),
    "tls_trust_file": path("system", default="system"),
    "tls_crl_file": path(),
    "tls_fingerprint": Command(UNSET, {"": UNSET, SHA_256: SHA_256, SHA_1: SHA_1, MD5: MD5,
                                       SHA_256.lower(): SHA_256, SHA_256.replace(":", " "): SHA_256,
                                       SHA_256.replace(":", ""): SHA_256},
                               ("0A", SHA_256 + ":0A", SHA_256[:-1] + "G", SHA_256 + ":"),
                               differs={SHA_256.replace(":", ""): MORE}),
    "tls_key_file": Command(UNSET, PATHS, ("",), with_lines="tls_cert_file c\n"),
    "tls_cert_file": Command(UNSET, PATHS, ("",), with_lines="tls_key_file k\n"),
    "tls_certcheck": switch("on"),
    "tls_min_dh_prime_bits": Command(UNSET, {"": UNSET, "1": "1", "1024": "1024"}, ("0", "-1", "x")),
    "tls_priorities": text("NORMAL:-VERS-ALL", "nonsense"),
    "tls_host_override": text("t.example"),
    "auto_from": switch("off"),
    "maildomain": Command(UNSET, {"m.example": "m.example"}, ("a b", "a@b", "a..b"),
                          differs={"a b": LESS, "a@b": LESS, "a..b": LESS}),
    "from": Command("a@b", {"": "", "x@y": "x@y", "*@y": "*@y", "%": "%", "%x@y": "%x@y"}),
    "allow_from_override": Command("on", SWITCH, ("", "yes", "auto"), None),
    "set_from_header": Command("auto", {"": "auto", "auto": "auto", **SWITCH}, ("yes",), "alone"),
    "set_date_header": Command("auto", {"": "auto", "auto": "auto", "off": "off"}, ("on",), "alone"),
    "set_msgid_header": Command("auto", {"": "auto", "auto": "auto", "off": "off"}, ("on",), "alone"),
    "remove_bcc_headers": switch("on"),
    "dsn_notify": Command(UNSET, {"off": UNSET, "never": "NEVER", "failure": "FAILURE",
                                  "failure,delay": "FAILURE,DELAY", "success,failure": "SUCCESS,FAILURE",
                                  "failure, delay": "FAILURE,DELAY", "FAILURE": "FAILURE"},
                          ("", "x", "never,delay", "failure,never", "failure,failure", "delaysuccess,"),
                          differs={"failure, delay": MORE, "FAILURE": MORE, "delaysuccess,": LESS}),
    "dsn_return": Command(UNSET, {"off": UNSET, "headers": "HDRS", "full": "FULL", "hdrs": "HDRS"},
                          ("", "x", "both"), differs={"dsn_return hdrs": MORE}),
    "logfile": path("-"),
    "logfile_time_format": text("%s", "none", "%Y %%"),
    "syslog": Command(UNSET, {"": "LOG_USER", "on": "LOG_USER", "off": UNSET, "LOG_USER": "LOG_USER",
                              "LOG_MAIL": "LOG_MAIL", "LOG_LOCAL0": "LOG_LOCAL0",
                              "LOG_LOCAL7": "LOG_LOCAL7"}, ("mail", "log_mail", "LOG_LOCAL8"), "alone"),
    "aliases": path(),
    # commands with older names
    "connect_timeout": Command("off", {"off": "off", "5": "5 seconds"}, ("", "x"), key="timeout"),
    "keepbcc": Command("on", {"": "off", "on": "off", "off": "on"}, ("x",), "alone", key="remove_bcc_headers"),
    "add_missing_from_header": Command("auto", {"": "auto", "on": "auto", "off": "off"}, ("auto",), "alone",
                                       key="set_from_header"),
    "add_missing_date_header": Command("auto", {"": "auto", "on": "auto", "off": "off"}, ("auto",), "alone",
                                       key="set_date_header"),
    "tls_nocertcheck": Command("on", {"": "off"}, ("on",), None, key="tls_certcheck"),
    "tls_nostarttls": Command("on", {"": "off"}, ("on",), None, key="tls_starttls"),
    "tls_force_sslv3": Command("off", {"": "off", "on": "off", "x": "off"}, (), "alone", key="tls"),
}

# Commands that msmtp got after Debian 12, with the arguments that mailchute accepts.
LATER_COMMANDS = {
    "from_full_name": text("Full Name", option=None),
    "set_to_header": Command("off", {"": "on", **SWITCH, **{word: word for word in (
        "undisclosed_recipients", "qualify", "aliases")}}, ("x",), "alone"),
    "undisclosed_recipients": Command("off", {"": "undisclosed_recipients", "on": "undisclosed_recipients",
                                              "off": "off"}, ("x",), "alone", key="set_to_header"),
}


REFUSED_EMPTY = [f"--{name.replace('_', '-')}=" for name, command in COMMANDS.items()
                 if command.option == "alone" and name not in ("auth", "tls_force_sslv3")]


@dataclasses.dataclass
class Use:
    """A use of a command: in a file or as an option, and the value that --pretend shows (None: an error)."""
    name: str
    lines: str
    word: str
    shown: str
    differs: str

    @property
    def command(self):
        return COMMANDS.get(self.name) or LATER_COMMANDS[self.name]

    @property
    def key(self):
        return self.command.key or self.name

    @property
    def config(self):
        """A config with this use; the accounts before and after it show that it affects only its own account."""
        more = self.command.with_lines + self.lines
        return f"account other\nhost o\naccount default\nhost h\nfrom a@b\n{more}account last\n"

    @property
    def refusals(self):
        """The exit statuses of a refusal. Some arguments are checked only in their account."""
        return (64, 78) if self.word else (78,)

    def __str__(self):
        return repr(self.word or self.lines)


def words_for(name, option, argument):
    """--name=ARGUMENT; without an argument the option alone, if it can stand alone."""
    word = "--" + name.replace("_", "-")
    if argument or option == "needed":
        return [f"{word}={argument}"]
    return [word, f"{word}="]


def uses_of(name, command):
    for argument in (*command.good, *command.bad):
        shown, differs = command.good.get(argument), command.differs.get(argument, "")
        line = f"{name} {argument}".rstrip()
        yield Use(name, line + "\n", "", shown, command.differs.get(line, differs))
        for word in words_for(name, command.option, argument) if command.option else ():
            # most options that can stand alone are rejected with nothing after "="
            empty = MORE if word in REFUSED_EMPTY else ""
            yield Use(name, "", word, shown, command.differs.get(word, differs or empty))


def all_uses(table):
    """ValueError for a difference that belongs to no use: its name may be misspelt."""
    uses = [use for name, command in table.items() for use in uses_of(name, command)]
    for name, command in table.items():
        known = {word for use in uses if use.name == name for word in (use.word, use.lines.rstrip("\n"))}
        unknown = {*command.differs} - known - {*command.good, *command.bad}
        if unknown:
            raise ValueError(f"{name} differs in what nothing uses: {unknown}")
    return uses
