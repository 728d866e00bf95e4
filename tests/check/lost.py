# SPDX-License-Identifier: GPL-3.0-or-later
"""lost.py - tests that are written and never run: functions without a use, rows and functions that others replace"""
import ast
import collections
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


def names_used(tree):
    """The names that a file uses itself, and those that it takes from other files."""
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    foreign = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return own, foreign | {node.name for node in ast.walk(tree) if isinstance(node, ast.alias)}


def unused_functions(tree, foreign):
    """Those that neither their own file nor another one names as a function; a decorator may be a use."""
    used = names_used(tree)[0] | foreign
    return [node.name for node in tree.body
            if isinstance(node, FUNCTIONS) and not node.decorator_list and node.name not in used]


def lost_in(tree, foreign):
    return [*rows_given_twice(tree), *functions_given_twice(tree), *unused_functions(tree, foreign)]


def is_python(path):
    return path.suffix == ".py" or path.is_file() and not path.suffix and b"python" in path.read_bytes()[:40]


def lost_tests(_):
    trees = {path: ast.parse(path.read_text()) for path in (TOP / "tests").rglob("*") if is_python(path)}
    foreign = set().union(*(names_used(tree)[1] for tree in trees.values()))
    found = [f"{path.relative_to(TOP)}: {name}" for path, tree in trees.items() for name in lost_in(tree, foreign)]
    expect(not found, "given twice, or never used (a case is named in add_cases of its file):\n" + "\n".join(found))


def lost_tests_are_found(_):
    for text, wanted in (("T = {'a': 1, 'b': 2, 'a': 3}", ["a"]), ("def f():\n  f()\ndef f():\n  f()", ["f"]),
                         ("def f():\n  pass\n@case\ndef g():\n  pass", ["f"]), ("T = {'a': {'a': 1}}", []),
                         ("def f():\n  'f, of which f speaks'  # f", ["f"]), ("def f():\n  pass\nadd(f)", [])):
        tree = ast.parse(text)
        expect(lost_in(tree, names_used(tree)[1]) == wanted, f"{text!r}: {lost_in(tree, set())}")


def add_cases(suite):
    suite.add("lost-tests", lost_tests)
    suite.add("lost-tests-are-found", lost_tests_are_found)
