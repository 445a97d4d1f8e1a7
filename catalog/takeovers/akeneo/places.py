"""Where values hold and products are filed: locales, currencies, the channels' contexts, categories."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from catalog.models import Category, Context, Currency, Locale
from catalog.takeovers.akeneo.codes import split
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.parts import Part


def locales(draft: Draft) -> Part:
    part = Part("locales", _("Locales"), "locales", ["code", "name", "is_active", "position"])
    stored = {row.code: row for row in Locale.objects.all()}
    last = max((row.position for row in stored.values()), default=-1)
    for number, code in enumerate(draft.spoken, start=1):
        here = stored.get(code)
        part.add(
            code=code, name=here.name if here else name_of(code), is_active="1",
            position=str(here.position if here else last + number),
        )  # fmt: skip
    others = [row["code"] for row in draft.rows("locales") if row["code"] not in draft.spoken]
    if others:
        part.left = len(others)
        part.notes.append(_("Locales that no channel uses are not taken over: %d.") % len(others))
    return part


def name_of(code: str) -> str:
    """ "German (DE)": the language as Django calls it, and what else stands in the code."""
    language, *rest = code.split("_")
    name = LANG_INFO.get(language, {}).get("name", language)
    return f"{name} ({' '.join(rest)})" if rest else name


def currencies(draft: Draft) -> Part:
    part = Part("currencies", _("Currencies"), "currencies", ["code", "name", "is_active", "position"])
    stored = {row.code: row for row in Currency.objects.all()}
    last = max((row.position for row in stored.values()), default=-1)
    used = [code for row in draft.rows("channels") for code in split(row.get("currencies", ""))]
    if not used:
        used = [row["code"] for row in draft.rows("currencies") if row.get("activated") == "1"]
    wanted = list(dict.fromkeys(used))
    for number, code in enumerate(wanted, start=1):
        here = stored.get(code)
        part.add(
            code=code, name=here.name if here else "", is_active="1",
            position=str(here.position if here else last + number),
        )  # fmt: skip
    others = [row["code"] for row in draft.rows("currencies") if row["code"] not in wanted]
    if others:
        part.left = len(others)
        part.notes.append(_("Currencies that no channel uses are not taken over: %d.") % len(others))
    return part


def contexts(draft: Draft) -> Part:
    """Each channel's own, in which its values are kept; the channel itself comes last (channels.takeover)."""
    part = Part(
        "contexts", _("Contexts of the channels"), "channels", ["code", "kind", "position", *draft.label_headers("channels")]
    )  # fmt: skip
    stored = {row.code: row for row in Context.objects.all()}
    last = max((row.position for row in stored.values()), default=-1)
    for number, row in enumerate(draft.rows("channels"), start=1):
        code = draft.contexts.get(row["code"]) or ""
        here = stored.get(code)
        part.add(
            code=code, kind=here.kind if here else Context.Kind.CHANNEL.value,
            position=str(here.position if here else last + number), **draft.labels(row),
        )  # fmt: skip
    return part


def categories(draft: Draft) -> Part:
    part = Part(
        "categories", _("Categories"), "categories", ["code", "parent", "position", *draft.label_headers("categories")]
    )  # fmt: skip
    below: dict[str, list[tuple[int, dict[str, str]]]] = {}
    here = {code.casefold() for code in Category.objects.values_list("code", flat=True)}
    named = {row["code"].casefold() for row in draft.rows("categories")} | here
    for number, row in enumerate(draft.rows("categories")):
        parent = row.get("parent", "").casefold()
        if parent and parent not in named:
            text = _("%(code)s stood below %(parent)s, which is in no file: it becomes a tree of its own.")
            part.notes.append(text % {"code": row["code"], "parent": row["parent"]})
            parent, row = "", row | {"parent": ""}
        below.setdefault(parent, []).append((number, row))
    # Level by level, so that what stands above is there, whatever the order of the file.
    written = {row["code"].casefold() for row in draft.rows("categories")}
    level = [*below.pop("", []), *(each for name in sorted(set(below) - written) for each in below.pop(name))]
    while level:
        for number, row in level:
            above = draft.categories.get(row.get("parent", "")) or ""
            part.add(
                code=draft.categories.get(row["code"]) or "", parent=above, position=str(number), **draft.labels(row)
            )  # fmt: skip
        level = [each for _number, row in level for each in below.pop(row["code"].casefold(), [])]
    for rows in below.values():
        part.left_out += [
            (row["code"], _("It stands below itself, by way of its parents.")) for _number, row in rows
        ]
    return part
