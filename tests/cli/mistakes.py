# SPDX-License-Identifier: GPL-3.0-or-later
"""mistakes.py - config files and command lines as people type and copy them: the error names character and cure"""
import functools
from tests.lib.harness import expect, run_program


ACCOUNT = "host relay.example\nfrom a@b.example\nqueue off\n"
LINE = ":4: "  # of what follows ACCOUNT
TWO = "account gmail\nhost g.example\naccount work\nhost w.example\n"

# name: (lines after ACCOUNT, what the error of exit status 78 says)
ERRORS = {
    # what is invisible
    "no-break-space-between": ("port\u00a0587", LINE + 'there is U+00A0 (no-break space) after "port"; type a blank'),
    "no-break-space-first": ("\u00a0port 587", LINE + "the line begins with U+00A0 (no-break space); delete it"),
    "no-break-space-last": ("port 587\u00a0", "U+00A0 (no-break space) in it; write: 587"),
    "no-break-space-in-host": ("host relay\u00a0.example", LINE + "host: there is U+00A0 (no-break space) in it"),
    "no-break-space-after-host": ("host relay.example\u00a0", LINE + "host: there is U+00A0 (no-break space) in it; delete it"),
    "no-break-space-after-from": ("from a@b.example\u00a0", LINE + "from: there is U+00A0 (no-break space) in it; delete it"),
    "no-break-space-in-quotes": ("host \"relay.example\u00a0\"", LINE + "host: there is U+00A0"),
    "no-break-space-alone": ("\u00a0", LINE + "the line begins with U+00A0 (no-break space); delete it"),
    "no-break-space-before-comment": ("\u00a0# x", LINE + "the line begins with U+00A0"),
    "no-break-space-of-latin-1": (b"host relay.example\xa0", LINE + "host: there is U+00A0 (no-break space) in it"),
    "zero-width-space": ("port\u200b 587", LINE + 'there is U+200B (zero width space) in or after "port"; delete it'),
    "zero-width-space-in-switch": ("tls on\u200b", "U+200B (zero width space) in it; write: on"),
    "byte-order-mark-in-the-middle": ("\ufeffport 587", LINE + "the line begins with U+FEFF (byte order mark); delete it"),
    "figure-space": ("port\u2007587", LINE + 'there is U+2007 (figure space) after "port"'),
    "narrow-no-break-space": ("port\u202f587", LINE + 'there is U+202F (narrow no-break space) after "port"'),
    "ideographic-space": ("port\u3000587", LINE + 'there is U+3000 (ideographic space) after "port"'),
    "line-separator": ("port 587\u2028tls on", "U+2028 (line separator)"),
    "soft-hyphen": ("tls_start\u00adtls on", LINE + 'there is U+00AD (soft hyphen) in or after "tls_start"; delete it'),
    "left-to-right-mark": ("host \u200erelay.example", LINE + "host: there is U+200E (left-to-right mark) in it; delete it"),
    "word-joiner": ("domain a\u2060b", LINE + "domain: there is U+2060 (word joiner)"),
    "vertical-tab": ("port\v587", LINE + 'there is U+000B (vertical tab) after "port"'),
    "carriage-return-after-name": ("defaults\rport 587", 'U+000D (carriage return) after "defaults"; save the file with Unix'),
    "carriage-returns-alone": ("user a\rport 587", "U+000D (carriage return)"),
    # what looks like another
    "en-dash-in-name": ("tls\u2013starttls on", LINE + "U+2013 (en dash) is no hyphen; write: tls-starttls"),
    "hyphen-in-host": ("host relay\u2010a.example", LINE + "host: there is U+2010 (hyphen of Unicode) in it; type -"),
    "fullwidth-colon": ("port\uff1a587", LINE + "leave out the U+FF1A (fullwidth colon) between the setting and its value"),
    "fullwidth-at": ("from a\uff20b.example", LINE + "from: there is U+FF20 (fullwidth commercial at) in it; type @"),
    "fullwidth-number-sign": ("\uff03 x", LINE + "U+FF03 (fullwidth number sign) begins no comment; write: #"),
    # quotes
    "typographic-quotes-of-host": ("host \u201crelay.example\u201d", LINE + "host: U+201C (left double quotation mark) is no quote"),
    "typographic-quotes-of-number": ("port \u201c587\u201d", "U+201C (left double quotation mark) in it"),
    "german-quotes": ("host \u201erelay.example\u201c", LINE + "host: U+201E (double low-9 quotation mark) is no quote"),
    "guillemets": ("domain \u00aba\u00bb", LINE + "domain: U+00AB (left-pointing double angle quotation mark) is no quote"),
    "typographic-quotes-of-name": ("\u201cport\u201d 587", LINE + "the name of a setting has no quotes; write: port"),
    "apostrophes-of-host": ("host 'relay.example'", LINE + "host: ' is no quote here; write the value without it"),
    "apostrophes-of-from": ("from 'a@b.example'", LINE + "from: ' is no quote here"),
    "apostrophes-of-switch": ("tls 'on'", LINE + "tls: expected on or off, not \"'on'\"; leave out the quotes ('); write: on"),
    "apostrophes-of-number": ("port '587'", "leave out the quotes ('); write: 587"),
    "grave-accents": ("port `587`", "leave out the quotes (`); write: 587"),
    "unpaired-quote-of-host": ('host "relay.example', LINE + 'host: " is no quote here'),
    "unpaired-quote-of-number": ('port 587"', 'leave out the quotes ("); write: 587'),
    "quotes-of-name": ('"port" 587', LINE + "the name of a setting has no quotes; write: port"),
    # other grammars
    "colon": ("port: 587", LINE + 'leave out the ":" between the setting and its value; write: port VALUE'),
    "colon-after-account": ("account: x", LINE + 'leave out the ":" between the setting and its value; write: account NAME'),
    "colon-glued": ("port:587", LINE + 'leave out the ":" between the setting and its value; write: port VALUE'),
    "equals": ("port = 587", LINE + 'port: expected a number from 1 to 65535, not "= 587"; leave out the = between the '
               "setting and its value; write: 587"),
    "equals-of-host": ("host = relay.example", LINE + "host: leave out the = between the setting and its value"),
    "equals-of-account": ("account = x", LINE + "account: leave out the = between the setting and its value"),
    "equals-glued": ("port=587", LINE + 'leave out the "=" between the setting and its value; write: port VALUE'),
    "equals-of-switch": ("tls=on", LINE + 'leave out the "=" between the setting and its value; write: tls VALUE'),
    "section": ("[gmail]", LINE + "there are no sections in brackets; write: account gmail"),
    "semicolon-comment": ("; x", LINE + '";" begins no comment; write: #'),
    "slash-comment": ("// x", LINE + '"//" begins no comment; write: #'),
    "option-in-file": ("--port 587", LINE + "this is an option of the command line; in a file write: port"),
    "comment-after-number": ("port 587 # submission", "a comment needs a line of its own; write: 587"),
    "comment-after-switch": ("tls on # always", "a comment needs a line of its own; write: on"),
    "comment-after-host": ("host relay.example # mine", LINE + "host: there is a blank in it (a comment must have a line of its own"),
    "comment-after-from": ("from a@b.example # me", LINE + "from: # begins no comment after a value; a comment needs a line"),
    "comment-glued": ("port 587 #x", "a comment needs a line of its own; write: 587"),
    # what follows a value in other files
    "comma-after-host": ("host relay.example,", LINE + "host: there is a , at the end; delete it"),
    "semicolon-after-host": ("host relay.example;", LINE + "host: there is a ; at the end; delete it"),
    "comma-in-host": ("host a.example, b.example", LINE + "host: there is a comma in it; further hosts belong into host_fallback"),
    "comma-after-number": ("port 587,", "leave out the , at the end; write: 587"),
    "semicolon-after-switch": ("tls on;", "leave out the ; at the end; write: on"),
    "semicolon-in-quotes": ('tls "on;"', "leave out the ; at the end; write: on"),
    "comma-after-from": ("from a@b.example,", LINE + "from: there is a , at the end; delete it"),
    # what a shell would replace
    "variable": ("host $SMTP_HOST", LINE + "host: a variable ($) is not replaced in a config file; write its value"),
    "variable-in-braces": ("from me@${DOMAIN}", LINE + "from: a variable ($) is not replaced"),
    "variable-for-a-number": ("port $PORT", "a variable ($) is not replaced; write its value"),
    # other words
    "seconds": ("timeout 30s", "write: 30"), "minutes": ("timeout 2m", "write: 120"), "no-timeout": ("timeout 0", "write: off"),
    "yes": ("tls yes", LINE + 'tls: expected on or off, not "yes"; write: on'), "true": ("tls true", "write: on"),
    "one": ("tls 1", "write: on"), "capitals": ("tls ON", "write: on"), "enabled": ("tls enabled", "write: on"),
    "no": ("tls_starttls no", "write: off"), "false": ("tls_starttls False", "write: off"),
    "zero": ("tls_certcheck 0", "write: off"), "onn": ("protocol stmp", "expected smtp or lmtp, not \"stmp\"; write: smtp"),
    "method": ("auth logn", 'not "logn"; write: login; there are scram-sha-256-plus, '),
    "method-of-others": ("auth oauth2", "write: xoauth2"), "port-by-name": ("port submission", "write: 587"),
    "port-with-protocol": ("port 465/tcp", "write: 465"), "facility": ("syslog log_mail", "write: LOG_MAIL"),
    "condition": ("dsn_notify failures", "write: failure"), "queue-on": ("queue on", "expected auto, always or off, not \"on\""),
    # other names
    "typo": ("prot 587", LINE + 'there is no setting "prot"; did you mean port? (mailchute.conf(5) has all of them)'),
    "capital-name": ("Port 587", 'there is no setting "Port"; did you mean port?'),
    "missing-letter": ("tls_certchek off", "did you mean tls_certcheck?"), "part": ("starttls on", "did you mean tls_starttls?"),
    "of-ssmtp": ("mailhub x", "did you mean host?"), "username": ("username x", "did you mean user?"),
    "typo-of-account": ("acount x", "did you mean account?"), "default": ("default", "did you mean defaults?"),
    "passeval": ("passeval pass x", "did you mean passwordeval?"), "of-libraries": ("encryption tls", "did you mean tls?"),
    # a line of another kind of file
    **{f"line-{name}": (line, f'there is no setting "{line.split()[0]}"; a line is the name of a setting, a blank, and its value')
       for name, line in {"json": "{", "yaml": "---", "yaml-list": "- host: x", "mutt": "set smtp_url=x", "shell": "export HOST=x",
                          "prompt": "$ cat .msmtprc", "markdown": "```", "numbered": "1 host x", "pgp": "-----BEGIN PGP MESSAGE-----",
                          "git": "<<<<<<< HEAD", "template": "{{- if .work }}"}.items()},
    # hosts that are none
    "user-in-host": ("host me@relay.example", LINE + "host: expected a name or an address, and nothing else of a URL"),
    "placeholder": ("host smtp.<domain>.example", LINE + "host: it has a character that no host name has"),
    "placeholder-of-a-template": ("host {{host}}", "host: it has a character"), "star": ("host *.example", "host: it has a character"),
    "two-dots": ("host relay..example", LINE + "host: a part of the name is empty"),
    "first-dot": ("host .example", LINE + "host: a part of the name is empty: two dots in a row, or a dot at the beginning"),
    "ca": ("tls_ca_file /x", "did you mean tls_trust_file?"), "nonsense": ("xyzzy", 'no setting "xyzzy" (mailchute.conf(5)'),
}

# The same with files of their own: (file, words, what the error says)
FILES = {
    "utf-16": (ACCOUNT.encode("utf-16"), (), "the file is in UTF-16; save it as UTF-8, as by: iconv -f UTF-16 -t UTF-8"),
    "utf-16-big": (b"\xfe\xff" + ACCOUNT.encode("utf-16-be"), (), "in UTF-16"),
    "utf-16-without-mark": (ACCOUNT.encode("utf-16-le"), (), "in UTF-16"),
    "no-default": (TWO, (), "the accounts are: gmail, work; choose one with -a, or add to the file: account default : gmail"),
    "account-typo": (TWO, ("-a", "gmial"), "did you mean gmail?; the accounts are: gmail, work"),
    "account-case": (TWO, ("-a", "Work"), "did you mean work?"),
    "no-account": ("# later\n", (), "; there is no account in it; mailchute.conf(5) shows one"),
    "account-is-a-file": (TWO, ("-a", "/etc/passwd"), "; to attach the file of that name write: --attach /etc/passwd"),
    "account-of-nobody": (TWO, ("-a", "home"), "account home: not found in "),
    "base-typo": (TWO + "account default : gmial", (), ':5: account: no account "gmial" is defined above; did you mean gmail?; '
                  "the accounts are: gmail, work"),
    "base-with-equals": (TWO + "account default = gmail", (), ":5: account: there is a = in it; write: account NAME : OTHER"),
    "base-in-apostrophes": (TWO + "account default : 'gmail'", (), ":5: account: ' is no quote here"),
    "base-in-typographic-quotes": (TWO + "account default : \u201cgmail\u201d", (), "U+201C (left double quotation mark)"),
    "base-with-no-break-space": (TWO + "account default : gmail\u00a0", (), ":5: account: there is U+00A0 (no-break space)"),
    "name-with-no-break-space": ("account gmail\u00a0\nhost h\naccount default : gmail", (), "with U+00A0 (no-break space)"),
    "base-with-comment": (TWO + "account default : gmail # mine", (), "a comment needs a line of its own"),
    "base-with-semicolon": (TWO + "account default : gmail;", (), "there is a ; in it"),
    "from-without-domain": ("host relay.example\nfrom alice", ("x@y.example",),
                            ':2: from: there is no domain after "alice"; write an address such as alice@example.org'),
}

# Values that may be intended are accepted, as in msmtp, with a warning: (lines after ACCOUNT, warning, key, value)
WARNINGS = {
    "user": ("user alice\u00a0", LINE + "user: there is U+00A0 (no-break space) in it; delete it", "user", "alice\u00a0"),
    "password": ("password s3cret\u202fx", LINE + "password: there is U+202F (narrow no-break space)", "password", "*"),
    "password-in-apostrophes": ("password 's3cret'", LINE + "password: ' is no quote here", "password", "*"),
    "password-in-typographic-quotes": ("password \u201cs3cret\u201d", LINE + "password: U+201C", "password", "*"),
    "password-and-comment": ("password s3cret # mine", LINE + "password: # begins no comment", "password", "*"),
    "user-in-apostrophes": ("user 'alice'", LINE + "user: ' is no quote here", "user", "'alice'"),
    "user-with-one-quote": ('user "alice', LINE + 'user: there is " at one end only', "user", '"alice'),
    "user-and-comment": ("user alice # mine", LINE + "user: # begins no comment", "user", "alice # mine"),
    "user-and-comma": ("user alice,", LINE + "user: there is a , at the end", "user", "alice,"),
    "user-and-equals": ("user = alice", LINE + "user: leave out the = between the setting and its value", "user", "= alice"),
    "path-in-apostrophes": ("tls_trust_file '/ca'", LINE + "tls_trust_file: ' is no quote", "tls_trust_file", "'/ca'"),
    "path-and-comment": ("tls_trust_file /ca # x", LINE + "tls_trust_file: # begins no", "tls_trust_file", "/ca # x"),
    "path-with-variable": ("logfile $HOME/log", LINE + "logfile: a variable ($) is not", "logfile", "$HOME/log"),
    "password-is-a-variable": ("password ${PASSWORD}", LINE + "password: a variable ($) is not replaced", "password", "*"),
    "command": ("passwordeval \u2018pass x\u2019", LINE + "passwordeval: U+2018 (left single quotation mark) is no quote in a command",
                "passwordeval", "\u2018pass x\u2019"),
    "command-of-one-word": ("passwordeval 'pass x'", LINE + "passwordeval: ' around the command makes it a single word",
                            "passwordeval", "'pass x'"),
    "program-of-one-word": ('password_command "pass x"', LINE + 'password_command: " around the command makes it a single word', "password_command",
                            '"pass x"'),
    "password-is-a-command": ("password $(pass s3cret)", LINE + "password: no command is run here; passwordeval", "password", "*"),
    **{f"program-of-a-shell-{i}": (f"password_command {command}", LINE + "password_command: no shell runs this, so ~, $ and | are "
                                   "not special; write: passwordeval COMMAND\n", "password_command", command)
       for i, command in enumerate(("pass x | head -1", "~/bin/pw", "echo $PW", "pass x 2>/dev/null", "cat ~/pw", "a && b"))},
    "token-of-a-shell": ("token_command az x | jq -r .y", LINE + "token_command: no shell runs this, so ~, $ and | are not "
                         "special; write: token_command sh -c 'COMMAND'\n", "token_command", "az x | jq -r .y"),
    "full-name": ("from_full_name \u201cBob\u201d", LINE + "from_full_name: U+201C", "from_full_name", "\u201cBob\u201d"),
    "sender": ("from alice", LINE + 'from: there is no domain after "alice"', "from", "alice"),
    "account": ("account x\u00a0", LINE + "account: there is U+00A0 (no-break space) in it", "host", "relay.example"),
}

# Right values, without a warning.
QUIET = {
    "crlf": ACCOUNT.replace("\n", "\r\n") + "port 587\r\ntls \"on\"\r\n", "tabs": "\thost\t relay.example \t\n from\ta@b.example\t\n",
    "byte-order-mark": "\ufeff" + ACCOUNT, "quotes": ACCOUNT + 'user "alice"\nport "587"\ntls "on"\n',
    "meant": ACCOUNT + 'user "alice # 1"\npassword "\'x\'"\nfrom_full_name "\u201cBob\u201d"\n',
    "apostrophe": ACCOUNT + "from o'brien@b.example\nfrom_full_name Bob's mail \u201cx\u201d y\n",
    "team": ACCOUNT + "from_full_name Team #1\nsubject_prefix [x] #\npassword $a#B${c},;'\n",
    "command": ACCOUNT + "passwordeval $HOME/bin/pw -q -d \"${X}/x\" | sed 's/ # //'\npassword_command 'a' \"b c\"\n",
    "path": ACCOUNT + 'password_command "/opt/my tools/pw"\nlogfile ~/a b\n',
    "idn": ACCOUNT + "host b\u00fccher.example\nuser \u00fc\n", "address": ACCOUNT + "host ::1\nfrom \"a b\"@c.example\n",
    "list": ACCOUNT + "host_fallback b.example, c.example:587,\nlocal_domains a.example b.example\n",
    "account-quotes": 'account "gmail"\nhost g.example\naccount w\nport 1\naccount default : "gmail", "w"\n',
    "lone-sender-of-a-pattern": ACCOUNT + "from *@b.example\n", "null-sender": ACCOUNT + "from\n",
    "sender-without-domain-to-this-machine": "host localhost\nfrom root\nqueue off\n",
    "sender-without-domain-to-a-socket": "socket /run/x\nfrom root\nqueue off\n",
    "program": ACCOUNT + "password_command sh -c 'pass x | head -1'\ntoken_command oama access a@b.example\n",
    "program-with-signs": ACCOUNT + "password_command pass a|b x>y $ ~x a~/b\npassword $(a\n",
    "sender-and-maildomain": ACCOUNT + "from alice\nmaildomain b.example\n",
}

TO = ["--to", "x@y.example"]
IDLE = "sendmail's option, without effect beside --to and the like; leave it out"
# Words of a shell: exit status 64, nothing is sent, and what the error says. There are files a.txt and b.pdf.
SHELL = {
    **{f"dash-{ord(dash):x}": ([f"{dash}to", "x@y.example"], f"{dash}to: U+{ord(dash):04X} (")
       for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2796\u00ad"},
    "dash-for-two-hyphens": (["\u2014subject", "x", *TO], "is no hyphen; write: --subject"),
    "dash-and-hyphen": (["\u2013-to", "x@y.example"], "is no hyphen; write: --to"),
    "hyphen-and-dash": (["-\u2013to", "x@y.example"], "is no hyphen; write: --to"),
    "dash-of-a-letter": (["x@y.example", "\u2212t"], "U+2212 (minus sign) is no hyphen; write: -t"),
    "dash-with-a-value": ([*TO, "\u2013subject=x"], "is no hyphen; write: --subject=x"),
    "dash-inside": (["--body\u2010file", "a.txt", *TO], "did you mean --body-file?"),
    "dash-as-address": (["--to", "\u2013subject"], "U+2013 (en dash) is no hyphen"),
    "invisible-beginning": (["\u200b--to", "x@y.example"], "U+200B (zero width space) does not belong at the beginning"),
    "no-break-space": (["x@y.example\u00a0"], "U+00A0 (no-break space) can't be in an address; delete it"),
    "attach-as-in-mail": ([*TO, "-A", "b.pdf"], f"-A: {IDLE}; to attach the file write: --attach b.pdf"),
    **{f"letter-{letter}": ([f"-{letter}", *TO], f"-{letter}: {IDLE}") for letter in "imnxEGJU"},
    **{f"letter-{letter}": ([*TO, f"-{letter}", "x"], f"-{letter}: {IDLE}") for letter in "ABDOhpoe"},
    "letter-before": (["-A", "b.pdf", *TO], "--attach b.pdf"), "letter-glued": ([*TO, "-Ab.pdf"], "--attach b.pdf"),
    "letters-of-mta": ([*TO, "-oi"], f"-o: {IDLE}"), "message-as-in-sendemail": ([*TO, "-m", "text"], "--body-file FILE"),
    "files": ([*TO, "--attach", "a.txt", "b.pdf"], "b.pdf: a file, and no address; to attach it write: --attach b.pdf"),
    "file-first": (["b.pdf", *TO], "--attach b.pdf"), "file-after-subject": (["--subject", "x", "a.txt"], "--attach a.txt"),
    "missing-file": ([*TO, "--attach", "a.txt", "./c.pdf"], "./c.pdf: there is no such file, and it is no address"),
    "account-as-attachment": ([*TO, "-a", "b.pdf"], "b.pdf: a file, and -a names an account; write: --attach b.pdf"),
    "help": (["help"], "write: mailchute --help (or, for that recipient: mailchute -- help)"),
    "version": (["version"], "mailchute --version"), "queue": (["queue"], "mailchute --queue-list"),
    "list": (["list"], "mailchute --queue-list"), "queue-list": (["queue", "list"], "mailchute --queue-list"),
    "send": (["send", *TO], "mailchute --to ADDRESS --subject TEXT"), "flush": (["flush"], "mailchute --queue-run"),
    **{f"parted-subject-{i}": (words, 'World: no address; a subject of several words needs quotes: --subject "Hello World" (or')
       for i, words in enumerate(([*TO, "--subject", "Hello", "World"], [*TO, "--subject=Hello", "World", "again"],
                                  ["--subject", "Hello", "World", "x@y.example"], ["x@y.example", "--subject", "Hello", "World"]))},
    "home-behind-equals": ([*TO, "--attach=~/a.pdf"], "the shell does not replace ~ after =; write: --attach ~/a.pdf"),
    "home-behind-equals-of-text": ([*TO, "--body-file=~/a.txt"], "write: --body-file ~/a.txt"),
    "stdin": (["-"], "-: standard input is read anyway; leave it out"), "stdin-last": (["x@y.example", "-"], "standard input is read"),
    "to": (["to", "x@y.example"], "mailchute --to ADDRESS"), "status": (["status"], "mailchute --queue-list"),
    "queue-run": (["queue-run"], "queue-run: an option begins with --; write: --queue-run"),
    "print-config": (["print-config"], "write: --print-config"), "one-word": (["--to x@y.example"], "did you mean --to?"),
    "colon": (["--to:x@y.example"], "did you mean --to?"),
    "h": (["-h"], "-h: for the help write: mailchute --help"), "h-and-more": (["-h", *TO], "mailchute --help"),
    "s": (["-s", "Hello", "x@y.example"], "-s: there is no such option; for the subject write: --subject TEXT"),
    "s-alone": (["-s"], "--subject TEXT"), "c": (["-c", "x@y.example"], "for a copy write: --cc ADDRESS"),
    "b": (["-b", "x@y.example"], "for a hidden copy write: --bcc ADDRESS"), "V": (["-V"], "mailchute --version"),
    "question": (["-?"], "mailchute --help"), "t": (["-t", "x@y.example", "--subject", "x"], "write: --to ADDRESS"),
    "one-hyphen": (["-to", "x@y.example"], "-to: a long option has two hyphens; write: --to"),
    "one-hyphen-from": (["-from", "x@y.example", "z@y.example"], "write: --from"), "one-hyphen-help": (["-help"], "write: --help"),
    "no-hyphen": (["subject=x", *TO], "an option begins with --; write: --subject=x"),
    "quotes-of-recipient": (["\u201cx@y.example\u201d"], "U+201C (left double quotation mark) is no quote for the shell"),
    "quotes-of-to": (["--to", "\u201cx@y.example\u201d"], "U+201C"), "quotes-of-file": ([*TO, "--attach", "\u2018a.txt\u2019"], "U+2018"),
    "quotes-of-subject": ([*TO, "--subject", "\u201cHello", "World\u201d"], "U+201C"),
    "quotes-of-subject-equals": ([*TO, "--subject=\u201eHallo", "Welt\u201c"], "U+201E"),
    "quotes-after": (["World\u201d", *TO], "U+201D"), "quotes-of-sender": (["-f", "\u201ca@b.example\u201d", "x@y.example"], "U+201C"),
    "empty-to": (["--to=", "x@y.example"], "--to: expected an address, but nothing follows"), "blank-to": (["--to", " , "], "--to: expected"),
    "missing-to": (["--to", "--subject", "x"], "--to: an argument is missing; what follows is an option: --subject"),
    "missing-file-name": ([*TO, "--attach", "--subject", "x"], "--attach: an argument is missing"),
    "two-subjects": ([*TO, "--subject", "a", "--subject", "b"], "--subject: given twice"),
    "two-bodies": ([*TO, "--body-file", "a.txt", "--body-file", "b.pdf"], "--body-file: given twice"),
    "typo": (["--atach", "a.txt", *TO], "did you mean --attach?"), "longer": (["--attachment", "a.txt"], "did you mean --attach?"),
    "of-others": (["--recipient", "x@y.example"], "did you mean --to?"), "three-hyphens": (["---to", "x"], "did you mean --to?"),
    "value": (["--tls=yes", "x@y.example"], 'tls: expected on or off, not "yes"; write: on'),
    "ambiguous": (["--queue-r"], "several options begin like this: --queue-retry, --queue-remove, --queue-run"),
}

# Words that are intended as they stand; the last one shows that the message was made or accepted.
MEANT = {
    "hyphen-after-the-end": ([*TO, "--subject", "x", "--", "-"], "Subject: x"), "option-after": (["x@y.example", "queue-run"], "Subject: x"),
    "name-after-subject": (["--subject", "x", "root"], "To: root@"), "name-after-both": ([*TO, "--subject", "x", "--", "root"], "root@"),
    "name-after-no-subject": ([*TO, "--subject", "", "root"], "root@"),
    "name-before-subject": ([*TO, "root", "--subject", "x"], "root@"),
    "local-name": (["root", "--subject", "x"], "To: root@"), "folder-of-that-name": (["folder", "--subject", "x"], "To: folder@"),
    "after-the-end": ([*TO, "--", "b.pdf"], "b.pdf@"), "quotes-in-subject": ([*TO, "--subject", "\u201cHello World\u201d"], "Subject: "),
    "apostrophe": ([*TO, "--subject", "It\u2019s"], "Subject: "), "dash-in-subject": ([*TO, "--subject", "\u2013 x"], "Subject: "),
    "display-name": (["\u201cBob\u201d <x@y.example>"], "Subject: x"), "help-after": (["x@y.example", "help"], "Subject: x"),
    "help-after-the-end": (["--", "help"], "Subject: x"), "letters-without-compose": (["-oi", "-A", "x", "-h", "3", "x@y.example"], "Subject: x"),
    "letters-with-effect": ([*TO, "-odq", "-oem", "-L", "tag"], "To: "), "no-break-space": (["Bob\u00a0Smith <x@y.example>"], "Subject: x"),
    "empty-copy": ([*TO, "--cc="], "To: "),
}


def shell(row, folder):
    words, wanted = row
    for name in ("a.txt", "b.pdf"):
        (folder / name).write_text("x")
    (folder / ".mailchuterc").write_text(ACCOUNT)
    result = run_program(words, b"Subject: x\n\ny\n", home=folder, cwd=folder)
    text = result.stderr.decode()
    expect(result.status == 64 and wanted in text and text.count("\n") == 1, f"expected 64 and {wanted!r}: {result}")


def meant(row, folder):
    words, wanted = row
    (folder / "folder").mkdir()
    (folder / "b.pdf").write_text("x")
    (folder / ".mailchuterc").write_text(ACCOUNT)
    result = run_program(["--dry-run", *words], b"Subject: x\n\ny\n", home=folder, cwd=folder)
    expect(result.status == 0 and wanted in result.stdout.decode() and not result.stderr, f"expected {wanted!r}: {result}")


def run(folder, config, *words):
    path = folder / ".mailchuterc"
    path.write_bytes(config if isinstance(config, bytes) else config.encode())
    path.chmod(0o600)
    return run_program(words or ("--print-config",), b"Subject: x\n\ny\n", home=folder), str(path)


def text_of(result, path):
    text = result.stderr.decode(errors="replace")
    expect("s3cret" not in text and "s3cret" not in result.stdout.decode(errors="replace"), f"the password is shown: {text}")
    expect(text.count("\n") == 1 and path in text, f"expected one line with {path}: {result}")
    return text


def error(row, folder):
    lines, wanted = row
    lines = lines if isinstance(lines, bytes) else lines.encode()
    result, path = run(folder, ACCOUNT.encode() + lines + b"\n")
    expect(result.status == 78 and wanted in text_of(result, path), f"expected 78 and {wanted!r}: {result}")


def file(row, folder):
    config, words, wanted = row
    result, path = run(folder, config, *([] if not words else words if "@" in words[0] else ("-P", *words)))
    expect(result.status == 78 and wanted in text_of(result, path), f"expected 78 and {wanted!r}: {result}")


def warning(row, folder):
    lines, wanted, key, value = row
    result, path = run(folder, ACCOUNT + lines + "\n")
    expect(result.status == 0 and wanted in text_of(result, path), f"expected {wanted!r}: {result}")
    shown = result.stdout.decode()
    expect(value.replace("\u00a0", "?") in shown.replace("\u00a0", "?").split(f"\n{key} = ")[-1].split("\n")[0],
           f"expected {key} = {value}: {shown}")


def quiet(config, folder):
    result, _ = run(folder, config)
    expect(result.status == 0 and not result.stderr, f"expected no word: {result}")


def add_cases(suite):
    for kind, table in ((error, ERRORS), (file, FILES), (warning, WARNINGS), (quiet, QUIET), (shell, SHELL),
                        (meant, MEANT)):
        for name, row in table.items():
            suite.add(f"mistake-{kind.__name__}-{name}", functools.partial(kind, row))
