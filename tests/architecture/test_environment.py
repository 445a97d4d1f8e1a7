"""Every setting is written down in .env.example with a sentence, and nothing reads the environment on the side."""

import ast
import re

from tests.architecture.house import ROOT, name, parsed, python_files

READERS = {"choice", "database", "flag", "folder", "integer", "mail", "names", "secret", "text"}
# Read outside pim/env.py, each for its reason.
ON_THE_SIDE = {
    "pim/env.py": "is the reader",
    "pim/celery.py": "names the settings module",
    "pim/wsgi.py": "names the settings module",
    "pim/lib/failpoint.py": "a switch of fault tests, not a setting",
    "catalog/decoding/decoder.py": "what the child process needs to start",
    "catalog/importing/readers/child.py": "passes only the named few to the process that parses a file",
    "pim/demo/shop/__main__.py": "takes its secret where no other process can read it; no part of the PIM",
    "pim/management/commands/demo.py": "hands its own environment to the processes it starts",
}


def settings_read() -> set[str]:
    return {
        str(node.args[0].value)
        for path in python_files("pim")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr in READERS
        and isinstance(node.args[0], ast.Constant)
    }


def example() -> dict[str, str]:
    """Setting → the comment above it."""
    found: dict[str, str] = {}
    comment: list[str] = []
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"# ?([A-Z][A-Z0-9_]+)=(.*)", line) or re.fullmatch(
            r"([A-Z][A-Z0-9_]+)=(.*)", line
        ):
            found[match[1]] = " ".join(comment)
            comment = []
        elif line.startswith("#"):
            comment.append(line.lstrip("# "))
        else:
            comment = []
    return found


def test_the_example_names_exactly_the_settings_that_are_read():
    assert set(example()) == settings_read()


def test_each_setting_has_a_sentence():
    assert [setting for setting, said in example().items() if not re.search(r"\w{2,}.*\w.*[.!]$", said)] == []


def test_every_setting_of_the_example_is_commented_out_so_that_a_copy_changes_nothing():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_nothing_else_reads_the_environment():
    reading = {
        name(path)
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert reading - set(ON_THE_SIDE) == set()
