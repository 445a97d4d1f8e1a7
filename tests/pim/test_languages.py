"""The interface's languages: chosen or the browser's own, and no translation that loses a placeholder."""

from __future__ import annotations

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation.template import templatize

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sdfg]|%[sd]|\{\w*\}|</?[a-z][^>]*>")
# How a call's first texts are meant, by its name without "_lazy"; `_` is what nearly every file calls gettext.
CALLS = {"_": ("msgid",), "gettext": ("msgid",), "ngettext": ("msgid", "msgid_plural"), "pgettext": ("msgctxt", "msgid"),
    "npgettext": ("msgctxt", "msgid", "msgid_plural")}  # fmt: skip
QUOTED = r"""u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
# A call in what `templatize` makes of a template.
IN_TEMPLATE = re.compile(rf"(?<!\w)(_|n?p?gettext)\(({QUOTED}(?:, {QUOTED})*)")
# A field of a .po file and the quoted lines that follow it.
FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)


def folder(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES"


def entries(language: str) -> list[dict[str, str]]:
    """Those of the .po file but its head, by the names of their fields; fuzzy ones are left out, as the compiler does."""
    text = (folder(language) / "django.po").read_text(encoding="utf-8")
    found = []
    for part in text.split("\n\n"):
        if re.search(r"^#,.*\bfuzzy\b", part, re.MULTILINE):
            continue
        fields = {
            name: "".join(ast.literal_eval(line) for line in lines.splitlines())
            for name, lines in FIELD.findall(part + "\n")
        }
        if fields.get("msgid"):
            found.append(fields)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    wrong = []
    for fields in entries(language):
        singular, plural = fields["msgid"], fields.get("msgid_plural", "")
        for name, text in fields.items():
            if not name.startswith("msgstr") or not text:
                continue
            # The form for one may leave the number out where the English does, or say it all the same.
            allowed = [singular, plural] if name == "msgstr[0]" else [plural or singular]
            if Counter(PLACEHOLDER.findall(text)) not in [
                Counter(PLACEHOLDER.findall(each)) for each in allowed
            ]:
                wrong.append((singular, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """`make messages` compiles; the compiled file is in the repository, since a fresh machine has no compiler."""
    with (folder(language) / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = []
    for fields in entries(language):
        context = fields.get("msgctxt")
        if "msgid_plural" in fields:
            given = [fields["msgid"], fields["msgid_plural"]]
            told = [
                compiled.npgettext(context, *given, n) if context else compiled.ngettext(*given, n)
                for n in (1, 2)
            ]
            written = [fields["msgstr[0]"] or given[0], fields["msgstr[1]"] or given[1]]
        else:
            told = [
                compiled.pgettext(context, fields["msgid"]) if context else compiled.gettext(fields["msgid"])
            ]
            written = [fields["msgstr"] or fields["msgid"]]
        stale += [fields["msgid"]] if told != written else []
    assert stale == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_all_of_the_interface_is_translated(language: str) -> None:
    texts = [fields.get("msgstr", fields.get("msgstr[0]", "")) for fields in entries(language)]
    assert len(texts) > 4000
    assert sum(map(bool, texts)) / len(texts) > 0.97


def texts_of_code(path: Path) -> Iterator[dict[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            fields = CALLS.get(name.removesuffix("_lazy"), ())
            given = [arg.value for arg in node.args[: len(fields)] if isinstance(arg, ast.Constant)]
            if fields and len(given) == len(fields):
                yield dict(zip(fields, given, strict=True))


def texts_of_template(path: Path) -> Iterator[dict[str, str]]:
    for name, given, *_quoted in IN_TEMPLATE.findall(
        templatize(path.read_text(encoding="utf-8"), origin=str(path))
    ):
        texts = [ast.literal_eval(text) for text in re.findall(QUOTED, given)]
        yield dict(zip(CALLS[name], texts, strict=False))


def test_every_text_of_the_interface_is_in_the_catalogues() -> None:
    """Here fails what was written without `make messages`: it would be shown in English, and nobody would be asked for it."""
    rooms = [
        Path(settings.BASE_DIR) / room for room in ("pim", "catalog", "channels", "enrichment", "templates")
    ]
    used = {
        tuple(sorted(text.items()))
        for text in chain(
            *(texts_of_code(path) for room in rooms for path in room.rglob("*.py")),
            *(texts_of_template(path) for room in rooms for path in room.rglob("*.html")),
        )
        if text["msgid"]
    }
    assert len(used) > 4000
    for language in LANGUAGES:
        known = {
            tuple(sorted((name, text) for name, text in entry.items() if not name.startswith("msgstr")))
            for entry in entries(language)
        }
        # A text that is used with and without a number of things has one entry, with both.
        known |= {tuple(field for field in entry if field[0] != "msgid_plural") for entry in known}
        missing = sorted(used - known)
        assert not missing, missing


@pytest.mark.django_db
def test_a_language_is_the_browsers_until_one_is_chosen(admin_client: Client) -> None:
    def spoken(browser: str) -> str:
        page = admin_client.get(
            reverse("admin:catalog_product_changelist"), headers={"accept-language": browser}
        )
        found = re.search(r"<html lang=\"(\w+)", page.content.decode())
        assert found
        return found[1]

    assert [spoken("fr-FR,fr;q=0.9"), spoken("nl"), spoken("")] == ["fr", "en", "en"]
    home = reverse("admin:index")
    answer = admin_client.post(reverse("set_language"), {"language": "de", "next": home})
    assert answer.headers["location"] == home
    assert spoken("fr-FR,fr;q=0.9") == "de"
    assert (
        admin_client.post(
            reverse("set_language"), {"language": "en", "next": "https://evil.example/"}
        ).headers["location"]
        == "/"
    )
    assert spoken("fr") == "en"
