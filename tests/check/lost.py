# SPDX-License-Identifier: GPL-3.0-or-later
"""lost.py - tests that are written and never run: functions without a use, rows and functions that others replace"""
import ast
import collections
import re
from tests.lib.harness import TOP, expect

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def twice(names):
    return [name for name, number in collections.Counter(names).items() if number > 1]


def rows_given_twice(tree):
    """Keys that a table has twice: the first row is lost."""
    for table in (node for node in ast.walk(tree) if isinstance(node, ast.Dict)):
        yield from twice(key.value for key in table.keys if isinstance(key, ast.Constant))


def functions_given_twice(tree):
    for scope in (node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef))):
        yield from twice(node.name for node in scope.body if isinstance(node, FUNCTIONS) and not node.decorator_list)


def unused_functions(tree, words):
    """Those whose names stand nowhere else; a decorator may be a use."""
    return [node.name for node in tree.body
            if isinstance(node, FUNCTIONS) and not node.decorator_list and words[node.name] < 2]


def lost_in(tree, words):
    return [*rows_given_twice(tree), *functions_given_twice(tree), *unused_functions(tree, words)]


def lost_tests(_):
    texts = {path: path.read_text(errors="replace") for path in (TOP / "tests").rglob("*")
             if path.is_file() and path.suffix in (".py", "")}
    words = collections.Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    found = [f"{path.relative_to(TOP)}: {name}" for path, text in texts.items() if path.suffix == ".py"
             for name in lost_in(ast.parse(text), words)]
    expect(not found, "given twice, or never used:\n" + "\n".join(found))


def lost_tests_are_found(_):
    for text, wanted in (("T = {'a': 1, 'b': 2, 'a': 3}", ["a"]), ("def f():\n  f()\ndef f():\n  f()", ["f"]),
                         ("def f():\n  pass\n@case\ndef g():\n  pass", ["f"]), ("T = {'a': {'a': 1}}", [])):
        words = collections.Counter(re.findall(r"\w+", text))
        expect(lost_in(ast.parse(text), words) == wanted, f"{text!r}: {lost_in(ast.parse(text), words)}")


def add_cases(suite):
    suite.add("lost-tests", lost_tests)
    suite.add("lost-tests-are-found", lost_tests_are_found)
