#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""modules.py - the list of modules, doc/modules.md, from the first lines of the sources

Without arguments it prints the list; with --write it writes the file.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
SRC = TOP / "src"
LIST = TOP / "doc/modules.md"
HEAD = """# The modules

One line a module, from the first line of its source. `python3 -m tests.check.modules --write` writes
this file; [architecture.md](architecture.md) says what each folder is for, and in which order they
stand.
"""


def jobs(folder):
    """The job of each module of a folder by its name: the .c file's line, else the header's."""
    found = {}
    for ending in (".h", ".c", ".def"):
        for path in sorted(folder.glob(f"*{ending}")):
            first = path.read_text().split("\n", 1)[0]
            job = re.fullmatch(rf"/\* {re.escape(path.name)} - (.+) \*/", first)
            name = path.name if ending == ".def" or path.name == "main.c" else path.stem
            found[name] = job.group(1) if job else first
    return sorted(found.items())


def text():
    parts = [HEAD]
    for folder in [SRC] + sorted(p for p in SRC.iterdir() if any(p.glob("*.[ch]"))):
        parts.append(f"\n## {folder.relative_to(TOP)}/\n\n")
        parts += [f"- `{name}`: {job}\n" for name, job in jobs(folder)]
    return "".join(parts)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        LIST.write_text(text())
    else:
        print(text(), end="")
