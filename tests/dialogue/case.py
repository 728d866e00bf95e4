# SPDX-License-Identifier: GPL-3.0-or-later
"""case.py - the language of the dialogue cases: reads a case file

A case is a file cases/GROUP-NAME.case. Its first line is a comment: what the relay does, and what the program must do. The
other lines are `key: value`. An unknown word, or a value that the key does not have, is an error that names
file and line.

  relay: OPTIONS      the relay, in the words of relay.py's command line (default: --plain)
  at STEP: ACTIONS    a rule of the relay's dialogue, as described at the top of relay.py; the case fails if the
                      program never reaches the step
  never at STEP: ...  the same, and the case fails if the program reaches the step
  maybe at STEP: ...  the same, and the program may reach the step
  config: LINE        a line for the account, after those that fit the relay (see config_for)
  args: WORDS         the program's arguments after -C (default: bob@example.org)
  < TEXT              a line of the message (default: DEFAULT_MESSAGE); \\xNN and the like are bytes,
                      and a \\c at the end leaves the newline out
  filler: N           N more lines of text at the end of the message

The other keys are expectations:

  exit: N [N...]      the exit status is one of these (default 0)
  stderr: REGEX       is in stderr; `stderr!: REGEX` is not
  stdout: REGEX       is in stdout, which is empty in a case without this key; `stdout!: REGEX` is not
                      (in both, ^ and $ match at the ends of the whole output; write \\n for the ends of lines)
  place: no           the program fails, and stderr does not name the relay's host and port
  messages: N         the relay took N messages (default: 1 with exit 0, else 0)
  mail: REGEX         the whole MAIL line of the last transaction
  rcpt: REGEX         its RCPT lines: a line of the case for each, in order
  content: REGEX      is in the message as received (^ and $ match at each line); `content!: REGEX` is not
  wire: REGEX         is in the message as it was on the wire, with its dots stuffed
  sent: REGEX         is in all that the client said; `sent!: REGEX` is not
  verbs: REGEX        all the commands' first words, separated by blanks
  waits: N            the number of times the client had to wait for the relay
  login: MECHANISM    the mechanism of the login ("none" for no login)
  body: recoded       the body arrives in another encoding, and its text is the same
  faults: any         the relay may find faults with the client, because the case provokes them
  clear: yes          the password is sent without TLS
  limit: SECONDS      the program ends within this time (default 20); machine seconds, see patience.py

In config, args, stderr and stdout {port} {socket} {ca} {cert} {key} stand for the relay's values;
{cert} and {key} are a client's certificate. Every case also checks what check_always() in __main__.py checks.
"""
import re
import shlex
from tests.lib import relay as relays

DEFAULT_MESSAGE = [
    "From: Alice <alice@example.org>", "To: Bob <bob@example.org>", "Subject: A test", "",
    "Hello Bob,", "this is a test."]
FILLER = b"The quick brown fox jumps over the lazy dog, over and over.\n"
NAMES = {"port", "socket", "ca", "cert", "key"}
STATUS = "(0|6[4-9]|7[0-8])"  # of sysexits.h
# The values that a key can have, as a regex; None for a key whose value is a regex itself.
SINGLE = {"relay": ".+", "args": ".*", "body": "recoded", "filler": r"\d+", "exit": f"{STATUS}( {STATUS})*", "place": "no",
          "messages": r"\d+", "mail": None, "verbs": None, "waits": r"\d+",
          "login": "|".join([*relays.MECHANISMS, "none"]), "clear": "yes", "faults": "any", "limit": r"\d+(\.\d+)?"}
REPEATED = {"config": ".+", **dict.fromkeys(["stderr", "stderr!", "stdout", "stdout!", "rcpt", "content", "content!",
                                             "wire", "sent", "sent!"])}
WHOLE = {"mail", "rcpt", "verbs"}  # patterns for the whole of a text
WITH_NAMES = {"stderr", "stderr!", "stdout", "stdout!"}  # patterns in which {port} and the like stand for a value


def check_pattern(key, pattern):
    """A pattern must be able to fail, and each {word} in it must stand for a value."""
    match = re.fullmatch if key in WHOLE else re.search
    fits_all = all(match(pattern, text, re.MULTILINE) for text in ("", "\1\1"))
    if fits_all and not key.endswith("!"):
        raise ValueError(f"it fits any text: {pattern}")
    unknown = set(re.findall(r"(?<!\\)\{([A-Za-z_]\w*)\}", pattern)) - (NAMES if key in WITH_NAMES else set())
    if unknown:
        raise ValueError(f"no value has the name {', '.join(unknown)}: {pattern}")


class Case:
    """The keys of a case file with their values. ValueError, with file and line, for a mistake in the file."""

    def __init__(self, path):
        self.values = {key: [] for key in REPEATED}
        self.dialogue, self.message = [], []
        lines = path.read_text().splitlines()
        if not lines or not lines[0].startswith("# "):
            raise ValueError(f"{path}:1: the first line does not say what the case shows")
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                self.take_from(line, f"{path}:{number}")

    def take_from(self, line, place):
        try:
            self.take(line)
        except re.error as error:
            raise ValueError(f"{place}: not a regular expression, {error}: {line}") from None
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None

    def take(self, line):
        if re.match("<( |$)", line):
            relays.unescape(line.removesuffix("\\c"))
            self.message.append(line[2:])
        elif re.match("(never |maybe )?at ", line):
            relays.Rule(line)
            self.dialogue.append(line)
        else:
            self.take_value(line)

    def take_value(self, line):
        key, colon, value = line.partition(": ")
        if not colon or key not in {*SINGLE, *REPEATED}:
            raise ValueError(f"neither a key with ': ' (tests/dialogue/case.py lists them) nor a rule: {line}")
        if key in SINGLE and key in self.values:
            raise ValueError(f"given twice: {line}")
        kind = {**SINGLE, **REPEATED}[key]
        if kind is None:
            check_pattern(key, value)
        elif not re.fullmatch(kind, value):
            raise ValueError(f"not a value of {key}, which fits {kind}: {value}")
        if key == "relay":
            relay_options(value, "")
        if key in SINGLE:
            self.values[key] = value
        else:
            self.values[key].append(value)

    def get(self, key, default=None):
        return self.values.get(key, default)

    def stdin(self):
        lines = self.message or DEFAULT_MESSAGE
        text = b"".join(relays.unescape(line.removesuffix("\\c")) + (b"" if line.endswith("\\c") else b"\n")
                        for line in lines)
        return text + FILLER * int(self.get("filler", 0))


def relay_options(text, folder):
    """The options for Relay() from the words after `relay:`. ValueError for an unknown word."""
    parser = relays.parser()
    parser.error = refuse
    return relays.options_of(parser.parse_args(shlex.split(text.replace("{folder}", str(folder)))))


def refuse(why):
    raise ValueError(why)
