"""The README's first screen is true: what it names exists."""

import re

import pytest

from tests.architecture.house import ROOT


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def where_to_look() -> list[tuple[str, str]]:
    """(when, look in) of each row of the table."""
    table = readme().split("| when … | look in … |", 1)[1].split("\n\n", 1)[0]
    return [
        tuple(cell.strip() for cell in row.strip("|").split("|"))[:2]
        for row in table.strip().splitlines()[1:]
    ]  # type: ignore[misc]


def test_the_table_answers_at_least_the_five_first_questions():
    asked = " ".join(when for when, _look in where_to_look())
    for question in ("saved", "imported", "ready", "sent", "rejects"):
        assert question in asked


@pytest.mark.parametrize(("when", "look"), where_to_look())
def test_every_place_in_the_table_exists_and_every_name_is_in_its_file(when, look):
    places = re.findall(r"`([^`]+)`", look)
    assert places, f"{when}: no place given"
    for place in places:
        path, _colon, defined = place.partition(":")
        assert (ROOT / path).exists(), f"{when}: {path} does not exist"
        if defined:
            assert re.search(
                rf"^\s*(?:def|class) {defined}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE
            )


def test_every_make_target_it_names_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z]+)", readme())):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_relative_link_leads_somewhere():
    dead = [link for link in re.findall(r"\]\(([^)#:]+)\)", readme()) if not (ROOT / link).exists()]
    assert dead == []


def test_the_first_screen_holds_the_sentence_the_commands_the_house_and_the_table():
    first = readme().splitlines()[:75]
    text = "\n".join(first)
    assert "make demo" in text
    assert "make test" in text
    assert "pim.lib" in text
    assert "| when … | look in … |" in text


def test_decisions_are_numbered_one_after_another_and_say_their_number():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in files]
    assert numbers == list(range(1, len(files) + 1))
    for number, path in zip(numbers, files, strict=True):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path.name
