# SPDX-License-Identifier: GPL-3.0-or-later
"""words.py - comments that begin with "What" or "Who", or say "behind" for "after", are read twice"""
import re
from tests.lib.harness import TOP, expect

TOKEN = re.compile(r'(?P<comment>/\*.*?\*/|//[^\n]*(?:\n[ \t]*//[^\n]*)*)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                   re.S)
FRAME = re.compile(r"^[ \t]*(?:/\*+|\*(?!/)|//+)|\*/", re.M)
RIDDLE = re.compile(r"(?:Wh(?:at|ich|o|om|ose)(?:ever)?|One|Ones|It|He|They|Those|Such|(?:No|Some|Any|Every)(?:body|one))\b")
WORD = re.compile(r"\b(behind|in front of|somebody|someone|nobody|whoever)\b", re.I)
# one comment in so many may begin with such a word: "One line of a reply" is plain
RIDDLE_RATE = 200


def comments(code):
    """The comments of C code, a block each, as (line, text in one line)."""
    for token in TOKEN.finditer(code):
        if token["comment"]:
            yield code.count("\n", 0, token.start()) + 1, " ".join(FRAME.sub("", token["comment"]).split())


def begins_with_riddle(comment):
    """A first line is judged by its job."""
    return RIDDLE.match(re.sub(r"^\w+\.(?:c|h|def) - ", "", comment))


def unwanted_words(comment):
    """Words that stand for a name or for "after"; a quoted text, such as a line of a file, is no comment."""
    return WORD.findall(re.sub(r'"[^"]*"', '""', comment))


def all_comments():
    for path in sorted((TOP / "src").rglob("*")):
        if path.suffix in (".c", ".h", ".def"):
            for line, text in comments(path.read_text()):
                if not text.startswith("SPDX-"):
                    yield f"{path.relative_to(TOP)}:{line}", text


def comments_begin_with_a_name(_):
    """A noun or a verb first; at most one comment in RIDDLE_RATE begins otherwise."""
    found = list(all_comments())
    riddles = [f"{place}: {text[:80]}" for place, text in found if begins_with_riddle(text)]
    expect(len(found) > 1000, f"only {len(found)} comments were found")
    expect(len(riddles) * RIDDLE_RATE <= len(found),
           f"{len(riddles)} of {len(found)} comments begin without a name:\n" + "\n".join(riddles))


def comments_say_after(_):
    wrong = [f'{place}: "{word}"' for place, text in all_comments() for word in unwanted_words(text)]
    expect(not wrong, "say after, before, the user, no caller:\n" + "\n".join(wrong))


def comments_are_judged(_):
    """The two rules themselves: what they find and what they pass."""
    code = '/* x.c - what */\nchar *a = "/* Who */"; // One of\n\t// two lines\n/*\n * What is it, "behind" nobody.\n */\n'
    found = list(comments(code))
    expect(found == [(1, "x.c - what"), (2, "One of two lines"), (4, 'What is it, "behind" nobody.')], f"{found}")
    expect([bool(begins_with_riddle(text)) for _, text in found] == [False, True, True], "the beginnings")
    expect([unwanted_words(text) for _, text in found] == [[], [], ["nobody"]], "the words")
    expect(begins_with_riddle("x.h - Whoever calls") and not begins_with_riddle("Items"), "whole words")


def add_cases(suite):
    suite.add("comments-begin-with-a-name", comments_begin_with_a_name)
    suite.add("comments-say-after", comments_say_after)
    suite.add("comments-are-judged", comments_are_judged)
