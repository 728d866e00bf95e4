# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - suite "check": rules that no compiler checks, such as the order of the folders and stale lists

The checks of generated files need a finished build (beside the program that $MAILCHUTE names, else build/).
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
from tests.check import modules
from tests.lib.harness import PROGRAM, TOP, Suite, expect, run_program, write_private
from . import lost, words


BUILD = pathlib.Path(PROGRAM).absolute().parent
SRC = TOP / "src"
FOLDERS = ["generate", "app", "serve", "submit", "cli", "deliver", "prepare", "queue", "smtp", "net", "mail", "conf",
           "base"]
SHELLS = {"bash": "bash", "fish": "fish", "zsh": "zsh"}
LINES_MAX = 500

suite = Suite("check")


def sources(folder=SRC, endings=(".c", ".h", ".def")):
    return sorted(p for p in folder.rglob("*") if p.suffix in endings)


def ours():
    """Every text file of the tree that is not generated."""
    kept = []
    for path in sorted(TOP.rglob("*")):
        parts = path.relative_to(TOP).parts
        skipped = parts[0].startswith("build") or "__pycache__" in parts or ".git" in parts
        if not skipped and parts[:3] != ("tests", "fuzz", "corpus") and path.is_file():
            kept.append(path)
    return kept


def name_of(path):
    return str(path.relative_to(TOP))


def without_comments_and_texts(code):
    """C source without its comments and the contents of its strings; line numbers stay."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def blank(match):
        kept = "\n" * match.group().count("\n")
        return kept if match.group()[0] == "/" else '""' + kept

    return re.sub(pattern, blank, code, flags=re.S)


def run(*args, **more):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True,
                          **more)


def expect_none(found, what):
    expect(not found, what + ":\n" + "\n".join(found))


# The tables


TEXT = r'"(?:\\.|[^"\\])*"'
ARGUMENT = rf"(?:{TEXT}|NULL)"


def settings():
    """The name of every setting, and whether it has a long option."""
    text = (SRC / "conf/options.def").read_text()
    pattern = rf"^OPTION\(\w+, (\w+), \w+,\s*{ARGUMENT},\s*{ARGUMENT},\s*([\w |]+),"
    found = {name: "OPTION_NO_FLAG" not in flags
             for name, flags in re.findall(pattern, text, re.M)}
    expect(len(found) == len(re.findall(r"^OPTION\(", text, re.M)) > 30,
           "options.def has entries that this check can't read")
    return found


def flags():
    """Long names and letters of the options that are no settings."""
    text = (SRC / "cli/cli.def").read_text()
    pattern = r"^FLAG\(\w+, (?:\"([\w-]+)\"|NULL), (?:'(\w)'|0),"
    found = re.findall(pattern, text, re.M)
    expect(len(found) == len(re.findall(r"^FLAG\(", text, re.M)) > 5,
           "cli.def has entries that this check can't read")
    return [n for n, _ in found if n], [letter for _, letter in found if letter]


def letters():
    """A letter for each option that has letters; a setting's further letters are old spellings."""
    text = (SRC / "conf/options.def").read_text()
    first = {}
    for letter, name in re.findall(r"^LETTER\('(\w)', (\w+)\)", text, re.M):
        first.setdefault(name, letter)
    return list(first.values()) + flags()[1]


def long_options():
    return flags()[0] + [n.replace("_", "-") for n, has_flag in settings().items()
                         if has_flag]


def plain_manual(name):
    """The text of a manual page, without its emphasis."""
    path = BUILD / "doc" / name
    expect(path.exists(), f"{path} has not been built")
    shown = run("man", "-l", path, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
    expect(shown.returncode == 0, f"man can't format it: {shown.stderr}")
    return re.sub(r".\x08", "", shown.stdout).replace("\u2019", "'")


def expect_options(text, names, where):
    missing = [n for n in names if not re.search(rf"--{n}(?![\w-])", text)]
    expect_none(missing, f"missing in {where}")


# The house


@suite.case
def include_order(_):
    """A file includes only from its own folder or from one further right."""
    wrong = []
    for path in sources():
        parts = path.relative_to(SRC).parts
        here = FOLDERS.index(parts[0]) if len(parts) > 1 else 0
        for included in re.findall(r'^#\s*include "([^"]+)"', path.read_text(), re.M):
            folder = included.split("/")[0]
            if folder not in FOLDERS or FOLDERS.index(folder) < here:
                wrong.append(f"{name_of(path)} includes {included}")
    expect_none(wrong, "against the order " + " > ".join(FOLDERS))


@suite.case
def no_two_include_each_other(_):
    """Of two modules (a .c file with its header) at most one includes the other."""
    included = {}
    for path in sources(endings=(".c", ".h")):
        module = str(path.relative_to(SRC).with_suffix(""))
        found = re.findall(r'^#\s*include "([^"]+)\.h"', path.read_text(), re.M)
        included.setdefault(module, set()).update(set(found) - {module})
    expect_none([f"{a} and {b}" for a, names in sorted(included.items()) for b in sorted(names)
                 if a < b and a in included.get(b, ())], "modules that include each other")


@suite.case
def include_form(_):
    """Our own headers as "folder/file.h", those of others in angle brackets."""
    wrong = []
    for path in sources():
        for line in re.findall(r"^#\s*include .*$", path.read_text(), re.M):
            quoted = re.fullmatch(r'#include "([a-z]+/[a-z0-9_]+\.(?:h|def))"', line)
            angled = re.fullmatch(r"#include <([^>]+)>", line)
            if not (quoted and (SRC / quoted.group(1)).exists()) and not (
                    angled and not (SRC / angled.group(1)).exists()):
                wrong.append(f"{name_of(path)}: {line}")
    expect_none(wrong, "includes in an unknown form, or of no file")


@suite.case
def top_level_is_known(_):
    """The tree has no folder left over from an experiment."""
    there = {p.name for p in TOP.iterdir() if p.is_dir() and p.name[0] != "." and not p.name.startswith("build")}
    expect_none(sorted(there - {"completions", "doc", "po", "src", "tests"}), "folders that nobody planned")


@suite.case
def folders_are_known(_):
    unknown = {p.relative_to(SRC).parts[0] for p in sources() if p.parent != SRC} - set(FOLDERS)
    expect_none(sorted(unknown), "folders without a place in the order")


# keyring.h has an implementation for each way to build; help.c prints for cli.h
SHARED_HEADERS = ("conf/keyring.h", "cli/cli.h")


@suite.case
def headers_declare_their_own(_):
    """A header declares the functions that the .c file of its name defines, and no others."""
    wrong = []
    for path in sources(endings=(".h",)):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.S)
        names = re.findall(r"^(?!static|#|\s)[\w *]*?\b(\w+)\([^{};]*\)[^{};]*;", text, re.M)
        code = path.with_suffix(".c").read_text() if path.with_suffix(".c").exists() else ""
        if str(path.relative_to(SRC)) not in SHARED_HEADERS:
            wrong += [f"{name_of(path)}: {name}()" for name in names
                      if not re.search(rf"^[^\s#/*].*\b{name}\(", code, re.M)]
    expect_none(wrong, "declared in the header of another file")


@suite.case
def modules_are_listed(_):
    """doc/modules.md has every module with the first line of its source."""
    expect(modules.LIST.read_text() == modules.text(),
           "doc/modules.md is stale: run python3 -m tests.check.modules --write")


def exists(name, paths):
    """Whether a file of that name, or with that path from the top, from src or from tests, is there."""
    return any(path == name or path.endswith("/" + name) for path in paths)


def is_defined(function, code):
    return re.search(rf"^[^\s#/*].*?\b{function}\(", code, re.M)


@suite.case
def documents_name_what_is_there(_):
    """Every file, folder of tests and function() that the pages for developers name."""
    paths = [name_of(p) for p in ours()]
    code = "\n".join(p.read_text() for p in sources())
    wrong = []
    for page in ("CONTRIBUTING.md", "doc/architecture.md", "doc/testing.md"):
        named = set(re.findall(r"`([^`\n]+)`", (TOP / page).read_text()))
        expect(len(named) > 20, f"{page} names nothing")
        for name in sorted(n for n in named if not re.search("[A-Z]{4}|^thing", n)):
            if re.fullmatch(r"[\w./-]+\.(c|h|def|py|scd|build)", name) and not exists(name, paths):
                wrong.append(f"{page}: no file {name}")
            elif re.fullmatch(r"(src|tests|doc|po)/[\w./-]*", name) and not (TOP / name).exists():
                wrong.append(f"{page}: no {name}")
            elif re.fullmatch(r"\w{3,}\(\)", name) and not is_defined(name[:-2], code):
                wrong.append(f"{page}: no function {name}")
    expect_none(wrong, "named in the documentation, but not there")


@suite.case
def architecture_says_where_functions_are(_):
    """The name of a function begins with its file, or the page says: `function()` in `file.c`."""
    text = (TOP / "doc/architecture.md").read_text()
    wrong = []
    for function in sorted(set(re.findall(r"`(\w+)\(\)`", text))):
        homes = [path for path in sources(endings=(".c",)) if is_defined(function, path.read_text())]
        if not any(function.startswith(path.stem + "_") or
                   re.search(rf"`{function}\(\)`\s+in\s+`{path.name}`", text) for path in homes):
            wrong.append(f"{function}() in {' or '.join(path.name for path in homes)}")
    expect_none(wrong, "doc/architecture.md has to say in which file these are")


@suite.case
def sources_are_built(_):
    listed = set(re.findall(r"'(\w+/\w+\.c)'", (SRC / "meson.build").read_text()))
    there = {str(p.relative_to(SRC)) for p in sources(endings=(".c",))} - {"main.c"}
    expect(listed == there, f"src/meson.build and src differ: {sorted(listed ^ there)}")
    expect("'src/main.c'" in (TOP / "meson.build").read_text(), "nobody builds main.c")


def listed_names(variable):
    text = (TOP / "tests/meson.build").read_text()
    found = re.search(rf"^{variable} = \[([^]]*)\]", text, re.M)
    expect(found, f"tests/meson.build has no list {variable}")
    return sorted(re.findall(r"'(\w+)'", found.group(1)))


@suite.case
def unit_tests_are_built(_):
    there = sorted(p.stem[len("test_"):] for p in (TOP / "tests/unit").glob("test_*.c"))
    expect(listed_names("unit_tests") == there, f"tests/meson.build is not: {there}")


@suite.case
def fuzz_targets_are_built(_):
    there = sorted(p.stem[len("fuzz_"):] for p in (TOP / "tests/fuzz").glob("fuzz_*.c"))
    expect(listed_names("fuzz_targets") == there, f"tests/meson.build is not: {there}")
    empty = [n for n in there if not any((TOP / "tests/fuzz/corpus" / n).glob("*"))]
    expect_none(empty, "fuzz targets without a corpus")


@suite.case
def suites_are_run(_):
    """tests/all runs every suite of the tree."""
    expect("tests/suites.py" in (TOP / "tests/all").read_text(), "tests/all does not run suites.py")
    listed = run(sys.executable, TOP / "tests/suites.py", "--list").stdout.split()
    found = sorted(path.parent.name for path in (TOP / "tests").glob("*/__main__.py"))
    expect_none([name for name in found if name not in listed], "suites that tests/all does not run")


# How the code reads


BANNED = "strcpy stpcpy strcat sprintf vsprintf gets strtok atoi atol alloca system popen mktemp " \
    "tmpnam setuid".split()


@suite.case
def no_banned_calls(_):
    wrong = []
    for path in sources():
        code = without_comments_and_texts(path.read_text())
        for number, line in enumerate(code.splitlines(), 1):
            for call in re.findall(rf"(?<![\w.>])({'|'.join(BANNED)})\s*\(", line):
                wrong.append(f"{name_of(path)}:{number}: {call}")
    expect_none(wrong, "calls that are not safe")


# Of a separate program, which runs during the build
LOCAL = r"\b(strn?casecmp|(is|to)(alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|xdigit))\s*\("
MAY_BE_LOCAL = ("generate/generate.c", "generate/item.c")


@suite.case
def no_call_follows_the_locale(_):
    """ASCII text is tested by base/ascii, because in a Turkish locale "I" is not the capital of "i"."""
    wrong = []
    for path in sources():
        if str(path.relative_to(SRC)) not in MAY_BE_LOCAL:
            code = without_comments_and_texts(path.read_text())
            wrong += [f"{name_of(path)}: {found[0]}" for found in re.findall(LOCAL, code)]
    expect_none(wrong, "calls that follow the locale")


@suite.case
def only_report_prints(_):
    """To the right of app/, only report.c writes to stdout or stderr; log.c has its debug lines."""
    wrong = []
    for path in sources():
        parts = path.relative_to(SRC).parts
        if len(parts) == 1 or parts[0] in ("generate", "app") or parts in (("base", "log.c"), ("deliver", "report.c")):
            continue
        code = without_comments_and_texts(path.read_text())
        if re.search(r"\b(v?f?printf|puts|fputs|putchar|fwrite|perror)\s*\(|\bstdout\b", code):
            wrong.append(name_of(path))
    expect_none(wrong, "prints")


@suite.case
def first_lines(_):
    """The first line says the file's job, and one of the next names the licence."""
    wrong = []
    for path in ours():
        name = re.escape(path.name)
        lines = (path.read_text(errors="replace").splitlines() + [""] * 3)[:3]
        job = {".c": rf"/\* {name} - .+ \*/", ".h": rf"/\* {name} - .+ \*/",
               ".def": rf"/\* {name} - .+ \*/", ".py": rf'#!/|"""{name} - .+|# SPDX-'}
        if path.suffix not in job:
            continue
        head = "\n".join(lines)
        if not re.match(job[path.suffix], lines[0]) or \
                "SPDX-License-Identifier: GPL-3.0-or-later" not in head or \
                not re.search(rf"{name} - \S", head):
            wrong.append(name_of(path))
    expect_none(wrong, "without a job or a licence in the first lines")


@suite.case
def file_length(_):
    counts = {name_of(p): len(p.read_text().splitlines()) for p in sources()}
    expect_none([f"{n}: {c} lines" for n, c in counts.items() if c > LINES_MAX],
                f"longer than {LINES_MAX} lines")


def faults_in_line(path, line):
    indent = re.match(r"[ \t]*", line).group()
    if line != line.rstrip():
        yield "blanks at the end"
    if path.suffix in (".c", ".h", ".def"):
        # after tabs there may be less than a tab of blanks, for alignment; " *" is a comment
        if re.search(r" \t", indent) or re.search(r" {8}", indent):
            yield "indented with blanks"
    elif path.suffix == ".py" or path.name.startswith("meson"):
        if "\t" in indent:
            yield "indented with tabs"


@suite.case
def white_space(_):
    wrong = []
    for path in ours():
        data = path.read_bytes()
        # a case holds a server's words, blanks at the end included
        if b"\0" in data or path.name == "COPYING" or path.suffix == ".case":
            continue
        if b"\r" in data or (data and not data.endswith(b"\n")) or data.endswith(b"\n\n"):
            wrong.append(f"{name_of(path)}: CR, no line end at the end, or an empty line there")
        for number, line in enumerate(data.decode().splitlines(), 1):
            wrong += [f"{name_of(path)}:{number}: {f}" for f in faults_in_line(path, line)]
    expect_none(wrong, "white space")


@suite.case
def no_leftovers(_):
    """The sources have no reminders of work left for later."""
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!XXX)")
    wrong = []
    for path in ours():
        if path == pathlib.Path(__file__).resolve() or b"\0" in path.read_bytes():
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if pattern.search(line):
                wrong.append(f"{name_of(path)}:{number}: {line.strip()}")
    expect_none(wrong, "leftovers")


# The translation


MARKED = re.compile(r'\b(?:_|N_|P_)\(\s*"')


def languages():
    text = (TOP / "po/LINGUAS").read_text()
    return [w for line in text.splitlines() if not line.startswith("#") for w in line.split()]


def catalogue(language):
    return TOP / f"po/{language}.po"


def messages(path, *choice):
    """The texts (with their plurals) of a catalogue that are not obsolete; `choice` is msgattrib's."""
    listed = run("msgattrib", "--no-obsolete", "--no-wrap", "--no-location", *choice, path).stdout
    entries = re.findall(r'^msgid(?:_plural)? (".*"(?:\n".*")*)$', listed, re.M)
    return {re.sub(r'"\n"', "", text) for text in entries} - {'""'}


def texts_of_sources(folder):
    template = folder / "fresh.pot"
    options = (TOP / "po/xgettext.options").read_text().split()
    made = run("xgettext", *options, "--files-from=po/POTFILES", "-o", template, cwd=TOP)
    expect(made.returncode == 0 and "warning" not in made.stderr, made.stderr)
    found = messages(template)
    expect(len(found) > 50, f"xgettext finds only {len(found)} texts")
    return found


def is_release():
    """CHANGELOG.md has a date for its newest version, instead of "unreleased"."""
    newest = re.search(r"^## .*$", (TOP / "CHANGELOG.md").read_text(), re.M)
    return newest and "unreleased" not in newest.group()


@suite.case
def potfiles(_):
    listed = (TOP / "po/POTFILES").read_text().split()
    there = sorted(name_of(p) for p in sources() if MARKED.search(p.read_text()))
    expect(listed == there, "po/POTFILES does not list the sources that have texts to translate; "
           "run: sh po/update\n" + " ".join(sorted(set(listed) ^ set(there))))


@suite.case
def translations_are_sound(_):
    expect(languages(), "po/LINGUAS is empty")
    for language in languages():
        done = run("msgfmt", "--check", "-o", "/dev/null", catalogue(language))
        expect(done.returncode == 0, done.stderr)


@suite.case
def translations_are_current(folder):
    """No catalogue has a text that is in no source, or a translation that is a guess (fuzzy)."""
    fresh = texts_of_sources(folder)
    for language in languages():
        stale = messages(catalogue(language)) - fresh
        expect_none(sorted(stale), f"po/{language}.po has texts that no source has; run: sh po/update")
        fuzzy = messages(catalogue(language), "--only-fuzzy")
        expect_none(sorted(fuzzy), f"po/{language}.po has fuzzy entries; translate them, or run: sh po/update")


@suite.case
def translations_are_complete(folder):
    """A missing translation is listed, and is a failure only at a release."""
    fresh = texts_of_sources(folder)
    for language in languages():
        missing = sorted(fresh - messages(catalogue(language), "--translated"))
        if is_release():
            expect_none(missing, f"CHANGELOG.md names a release, and po/{language}.po lacks")
        elif missing:
            print(f"# po/{language}.po lacks {len(missing)} texts:", *missing, sep="\n#   ", flush=True)


@suite.case
def translation_is_spoken(_):
    """A built catalogue has a text that differs from the original."""
    for language in languages():
        path = BUILD / "po" / language / "LC_MESSAGES/mailchute.mo"
        expect(path.exists(), f"{path} has not been built")
        text = run("msgunfmt", path).stdout
        expect(text.count("msgid") > 50, f"{path} is empty")


# The generated files


@suite.case
def manual_has_every_setting(_):
    text = plain_manual("mailchute.conf.5")
    # each option stands on a line of its own, followed by its argument
    missing = [n for n in settings() if not re.search(rf"^ {{7}}{n}(?: \S+)?$", text, re.M)]
    expect_none(missing, "settings without a paragraph in mailchute.conf(5)")


@suite.case
def manual_has_every_option(_):
    text = plain_manual("mailchute.1")
    expect_options(text, long_options(), "mailchute(1)")
    expect_none([c for c in letters() if not re.search(rf"(?<!\w)-{c}\b", text)],
                "letters that mailchute(1) does not name")


def modes(trait=""):
    """The options of the modes that have the trait."""
    table = next(SRC.rglob("mode.def")).read_text()
    found = re.findall(r'^MODE\(\w+, "([\w-]+)", ([\w |]+),', table, re.M)
    expect(len(found) > 10, "mode.def has entries that this check can't read")
    return [option for option, traits in found if trait in traits]


@suite.case
def manual_has_every_queue_command(_):
    """mailchute-queue(7) is written by hand, and explains every mode that takes an id."""
    text = plain_manual("mailchute-queue.7")
    missing = [mode for mode in modes("TAKES_ID") if not re.search(rf"mailchute --{mode}=", text)]
    expect_none(missing, "modes without a paragraph in mailchute-queue(7)")


def text_of_auth():
    """The entry of the setting `auth`."""
    text = (SRC / "conf/options.def").read_text()
    return re.search(r"^OPTION\(AUTH, auth, .*?(?=^OPTION)", text, re.M | re.S).group()


@suite.case
def settings_are_read(_):
    """An unread setting is accepted, and has no effect."""
    code = "\n".join(path.read_text() for path in sources(endings=(".c", ".h")))
    missing = [name for name in settings() if not re.search(rf"(?:->|\.|\bOPT_){name}\b", code)]
    expect_none(missing, "settings that no code reads")


@suite.case
def settings_and_modes_are_tested(_):
    """At least one test names each setting and each mode."""
    paths = [path for path in (TOP / "tests").rglob("*") if path.suffix in (".py", ".c", ".case")]
    # in a Python text, \\n stands before a setting
    words = set(re.findall(r"[\w-]+", "\n".join(path.read_text() for path in paths).replace("\\n", " ")))
    expect_none([name for name in settings() if not words & {name, "--" + name.replace("_", "-")}],
                "settings that no test names")
    expect_none([mode for mode in modes() if "--" + mode not in words], "modes that no test names")


@suite.case
def changelog_names_every_mode(_):
    """-q is the usual name of --queue-run; every program has --help and --version."""
    text = (TOP / "CHANGELOG.md").read_text()
    missing = [mode for mode in modes() if f"`--{mode}" not in text]
    expect_none(set(missing) - {"queue-run", "help", "version"}, "modes that CHANGELOG.md does not name")


@suite.case
def manual_names_every_mechanism(_):
    """A new row of mechanism.def needs a word in the text of the setting `auth`."""
    names = re.findall(r'^MECHANISM\("([A-Z0-9-]+)"', (SRC / "conf/mechanism.def").read_text(), re.M)
    expect(len(names) > 10, "mechanism.def has rows that this check can't read")
    auth = text_of_auth()
    expect_none([n for n in names if f"*{n.lower()}*" not in auth],
                "mechanisms that the text of auth in src/conf/options.def does not name")


@suite.case
def manual_names_the_mechanisms_of_auth_on(_):
    """The text of `auth` lists the mechanisms for a password that "auth on" may choose, in the order of the rows."""
    rows = re.findall(r'^MECHANISM\("([A-Z0-9-]+)", PASSWORD,\s+MECHANISM_AUTOMATIC\b',
                      (SRC / "conf/mechanism.def").read_text(), re.M)
    listed = re.search(r"With \*on\*.*?\. ", text_of_auth(), re.S)
    expect(rows and listed, "the text of auth has no sentence that begins with: With *on*")
    named = [name.upper() for name in re.findall(r"\*([a-z0-9-]+)\*", listed.group())[1:]]
    expect(named == rows, f'"auth on" chooses {", ".join(rows)}; '
                          f'the text of auth in src/conf/options.def names {", ".join(named)}')


@suite.case
def manual_formats_without_warnings(_):
    for name in ("mailchute.1", "mailchute.conf.5", "mailchute-queue.7", "mailchute-msmtp.7"):
        path = BUILD / "doc" / name
        expect(path.exists(), f"{path} has not been built")
        done = run("man", "--warnings=w", "-l", path,
                   env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
        expect(done.returncode == 0 and not done.stderr, f"{name}: {done.stderr}")
        left = re.findall(r"@[A-Z]+@", path.read_text())
        expect_none(left, f"{name} has places that were not filled in")


@suite.case
def manual_example_is_read(folder):
    text = (TOP / "doc/mailchute.conf.5.scd").read_text()
    found = re.search(r"^# EXAMPLE\n\n```\n(.*?)```", text, re.M | re.S)
    expect(found, "mailchute.conf(5) shows no example")
    config = write_private(folder / "config", found.group(1))
    for sender, account in {"bob@example.com": "work", "alice+list@example.org": "home",
                            "carol@example.net": "default"}.items():
        done = run_program(["-C", config, "--pretend", "-f", sender])
        expect(done.status == 0 and f"using account {account} " in done.stdout.decode(), str(done))


@suite.case
def help_has_every_option(_):
    done = run_program(["--help"])
    expect(done.status == 0 and not done.stderr, str(done))
    text = done.stdout.decode()
    expect_options(text, long_options(), "--help")
    expect_none([c for c in letters() if not re.search(rf"(?<!\w)-{c}\b", text)],
                "letters that --help does not name")
    expect_none([line for line in text.splitlines() if len(line) > 100], "too long for --help")


@suite.case
def print_config_has_every_setting(_):
    done = run_program(["--print-config", "--host=localhost"])
    expect(done.status == 0, str(done))
    shown = re.findall(r"^(\w+) ?=", done.stdout.decode(), re.M)
    expect_none(sorted(set(settings()) ^ set(shown)), "--print-config and options.def differ in")


@suite.case
def units_are_sound(_):
    """The units have sections with keys, the files they start exist, and the program knows their options."""
    folder = SRC / "system"
    units = sorted(p for p in folder.rglob("*") if re.search(r"\.(service|socket|timer)(\.in)?$", p.name))
    names = {p.name.removesuffix(".in") for p in units}
    wrong = []
    for path in units:
        text = path.read_text()
        lines = [line for line in text.splitlines() if line and line[0] != "#"]
        wrong += [f"{name_of(path)}: {line}" for line in lines
                  if not re.fullmatch(r"\[(Unit|Service|Socket|Timer|Install)\]|[A-Z]\w+=.*", line)]
        meant = re.findall(r"mailchute[\w@-]*\.(?:service|socket|timer)", "\n".join(lines))
        if path.name.endswith(".timer"):
            meant.append(path.stem + ".service")
        wrong += [f"{name_of(path)}: {name}" for name in meant if name not in names]
        for words in re.findall(r"^ExecStart=.*?@bindir@/mailchute ([^'\n]*)", text, re.M):
            done = run_program([*shlex.split(words), "--version"])
            if done.status != 0:
                wrong.append(f"{name_of(path)}: mailchute {words}")
    expect(len(units) > 6, f"only {len(units)} units")
    expect_none(wrong, "faults in units")
    done = run("sh", "-n", folder / "50-mailchute")
    expect(done.returncode == 0, done.stderr)


@suite.case
def units_are_understood(folder):
    """systemd reads each unit without a warning, the templates with an instance."""
    built = BUILD / "src" / "system"
    expect(built.is_dir(), f"{built} has not been built")
    for kind in ("system", "user"):
        place = folder / kind
        place.mkdir()
        sources = [p for top in (built, SRC / "system") for p in (top / "user" if kind == "user" else top).iterdir()
                   if p.suffix in (".service", ".socket", ".timer")]
        for path in sources:
            text = re.sub(r"(?<=[= ])/\S*/mailchute(?= )", PROGRAM, path.read_text())
            (place / path.name).write_text(text)
        for path in sources:
            instance = place / path.name.replace("@.", "@backup.service.")
            done = run("systemd-analyze", f"--{kind}", "verify", "--man=no", instance,
                       env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})
            expect(done.returncode == 0 and not done.stderr, f"{kind}/{path.name}: {done.stderr}")
        expect(len(sources) > 2, f"only {sources}")


@suite.case
def units_for_all_users_may_end_their_runs(folder):
    """Without CAP_KILL root would wait forever for a run that a user has stopped, and delay all other users."""
    units = [p.read_text() for p in (SRC / "system").glob("*.service.in") if "--all-users" in p.read_text()]
    for text in units:
        [allowed] = re.findall(r"^CapabilityBoundingSet=(.*)", text, re.MULTILINE)
        expect({"CAP_KILL", "CAP_SETUID", "CAP_SETGID"} <= set(allowed.split()), allowed)
    expect(len(units) == 2, f"{len(units)} units")


def completion(shell):
    found = [p for p in (BUILD / "completions").glob("*")
             if p.is_file() and {"bash": p.name in ("mailchute", "mailchute.bash"),
                                 "fish": p.name == "mailchute.fish",
                                 "zsh": p.name == "_mailchute"}[shell]]
    expect(len(found) == 1, f"no completion for {shell} in {BUILD}/completions")
    return found[0]


def add_completion_case(shell):
    def check(_):
        path = completion(shell)
        done = run(SHELLS[shell], "-n", path)
        expect(done.returncode == 0 and not done.stderr, done.stderr)
        text = path.read_text()
        missing = [n for n in long_options() if not re.search(rf"(?<!\w){n}(?![\w-])", text)]
        expect_none(missing, f"not completed in {shell}")

    suite.add(f"completion-{shell}", check)


for a_shell in SHELLS:
    add_completion_case(a_shell)


@suite.case
def example_config_is_whole(folder):
    """Every setting is in the example config, and the program accepts the config."""
    found = [p for d in ("doc", "completions", "") for p in (BUILD / d).glob("mailchuterc*")
             if p.is_file()]
    expect(len(found) == 1, f"no example config in {BUILD}")
    text = found[0].read_text()
    missing = [n for n in settings() if not re.search(rf"^#? ?{n}\b", text, re.M)]
    expect_none(missing, "not in the example config")
    done = run_program(["-C", write_private(folder / "config", text), "--print-config"])
    expect(done.status == 0, str(done))


# The documents


@suite.case
def readme_names_both_commands(_):
    text = (TOP / "README.md").read_text()
    missing = [c for c in ("sh tests/quickstart", "sh tests/all") if c not in text]
    expect_none(missing, "README.md does not name")
    for command in ("tests/quickstart", "tests/all"):
        expect((TOP / command).exists(), f"{command} does not exist")


@suite.case
def readme_config_is_read(folder):
    """The program accepts the config in the README."""
    block = re.search(r"```\n(host .*?)```", (TOP / "README.md").read_text(), re.S)
    expect(block, "README.md shows no config")
    config = write_private(folder / "config", block.group(1))
    done = run_program(["-C", config, "--print-config"])
    expect(done.status == 0, str(done))


@suite.case
def links_lead_somewhere(_):
    wrong = []
    for path in sorted(TOP.glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                wrong.append(f"{path.name}: {target}")
    expect_none(wrong, "links to nothing")


@suite.case
def changelog_has_this_version(_):
    version = re.search(r"version: '([^']+)'", (TOP / "meson.build").read_text()).group(1)
    text = (TOP / "CHANGELOG.md").read_text()
    expect(f"## {version}" in text, f"CHANGELOG.md has no section for {version}")


@suite.case
def copying_is_the_licence(_):
    text = (TOP / "COPYING").read_text()
    for part in ("GNU GENERAL PUBLIC LICENSE", "Version 3, 29 June 2007",
                 "END OF TERMS AND CONDITIONS", "15. Disclaimer of Warranty"):
        expect(part in text, f"COPYING lacks: {part}")
    expect(len(text.splitlines()) > 600, "COPYING is cut short")


# The commits


SUBJECT_MAX = 65
SUBJECT = re.compile(r"[\w()./+-]+(?:,? [\w()./+-]+)*: (.*[^.])")
RULED_SINCE = "f8fdbaf"  # older commits were written without these rules
LIKE_OTHER_FORMS = {"bring", "embed", "exceed", "feed", "focus", "need", "proceed", "ring", "seed", "shed", "speed", "succeed"}
NO_VERBS = {"a", "all", "an", "any", "both", "each", "every", "it", "new", "no", "not", "one", "our", "some", "the", "these",
            "this", "we", "what", "when", "where", "which", "who"}


def git(*words):
    done = run("git", "-C", TOP, *words)
    expect(done.returncode == 0, f"git {' '.join(words)}: {done.stderr}")
    return done.stdout.strip()


def has_commit(name):
    return run("git", "-C", TOP, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}").returncode == 0


def subjects():
    """The subjects of the commits since the last release; none in a tarball or in a foreign repository."""
    if not (TOP / ".git").exists():
        return []
    released = git("tag", "--merged", "HEAD", "--sort=-creatordate", "--list", "v[0-9]*").splitlines()
    since = released[0] if released else RULED_SINCE
    if has_commit(since):
        return git("log", "--no-merges", "--format=%s", f"{since}..HEAD").splitlines()
    if git("rev-parse", "--is-shallow-repository") == "true":
        return git("log", "--no-merges", "--format=%s").splitlines()
    print(f"# {since} is no commit of this repository: its subjects are not looked at", flush=True)
    return []


def is_imperative(word):
    other_form = re.search(r"(?<![su])s$|ing$|ed$", word)
    return word.islower() and word not in NO_VERBS and (not other_form or word in LIKE_OTHER_FORMS)


def faults_of_subject(subject):
    found = SUBJECT.fullmatch(subject)
    if len(subject) > SUBJECT_MAX:
        yield f"{len(subject)} characters, and at most {SUBJECT_MAX} are read"
    if not found:
        yield 'not of the form "module: do this", without a dot at the end'
    elif not is_imperative(re.match(r"[\w-]*", found.group(1)).group()):
        yield f'begins with "{found.group(1).split()[0]}" after the colon, not with what it does to the code ("add", "refuse")'


@suite.case
def commit_subjects(_):
    wrong = [f"{subject}: {fault}" for subject in subjects() for fault in faults_of_subject(subject)]
    expect_none(wrong, "subjects of commits (see CONTRIBUTING.md, and git rebase -i)")


@suite.case
def commit_subjects_are_judged(_):
    """The rule for subjects accepts good subjects and refuses bad ones."""
    good = ["reply: refuse a reply with two codes", "net, smtp: pass the reason on", "mailchute-queue(7): name the tags",
            "net suite: bring a relay down", "tests/lib: address it by name", "po: up-date German"]
    bad = ["reply: refuses a reply", "reply: refused a reply", "Reply refuses", "reply: add a reply.", "fix a bug",
           "reply: a reply is refused", "reply: Refuse it", "reply: refusing", "fixup! reply: refuse it", "reply: " + "be " * 20 + "so"]
    expect_none([s for s in good for _ in faults_of_subject(s)], "refused")
    expect_none([s for s in bad if not list(faults_of_subject(s))], "taken")


lost.add_cases(suite)
words.add_cases(suite)

if __name__ == "__main__":
    suite.main()
