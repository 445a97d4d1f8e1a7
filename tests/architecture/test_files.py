"""Files are named by topic, short enough to read, finished, and know nothing of the machine they were written on."""

import re

from tests.architecture.house import name, own_files, python_files

KINDS = re.compile(r"^(?:utils?|helpers?|common|misc|tools|stuff|functions|base_utils)\.(?:py|js|css|html)$")
TEXT = {".py", ".html", ".js", ".css", ".md", ".toml", ".yaml", ".yml", ".txt", ".example", ".sh", ""}
MAX_LINES = 400
# A path of somebody's own machine: home folders, scratch folders, a workspace mount.
MACHINE = re.compile(r"(?<![\w.$}~:/-])/(?:work|root|home|Users)/[\w.-]+|[/]tmp/[a-z]+/")
PROMISES = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def test_no_file_is_named_after_a_kind_of_thing():
    assert [name(path) for path in own_files() if KINDS.match(path.name)] == []


def test_no_python_file_is_longer_than_400_lines():
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_script_or_style_is_longer_than_400_lines():
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in own_files()
        if path.suffix in (".js", ".css", ".html")
    }
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_work_is_left_for_later_in_the_code():
    left = [
        f"{name(path)}:{number}"
        for path in own_files()
        if path.suffix in (".py", ".html", ".js", ".css")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PROMISES.search(line)
    ]
    assert left == []


def test_no_path_of_a_machine_is_written_down():
    found = [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in own_files()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE.search(line)
    ]
    assert found == []
