"""Composes the texts of a model from the sentences its family's file offers, in each language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from pim.demo.catalogue import measures
from pim.demo.catalogue.content import LOCALES, by_locale, option_label, read

PERSON = {"en_US": ("person", "people"), "de_DE": ("Person", "Personen"), "fr_FR": ("personne", "personnes")}
# French wants a no-break space before : ; ! ? % and inside « » (the content files write a plain one).
_FRENCH_SPACE = re.compile(r" (?=[:;!?%»])|(?<=«) ")
# German and English want one between a number and %.
_PERCENT_SPACE = re.compile(r" (?=%)")


def typeset(text: str, locale: str) -> str:
    return (_FRENCH_SPACE if locale == "fr_FR" else _PERCENT_SPACE).sub("\u00a0", text)


def markup(text: str) -> str:
    """As rich text is stored: HTML, the no-break space by its name."""
    return escape(text, quote=False).replace("\u00a0", "&nbsp;")


def placeholders(values: Mapping[str, Any], locale: str) -> dict[str, str]:
    """Every value a sentence may name, as it is written in this language."""
    types = {row["code"]: row["type"] for row in read("attributes")["attributes"]}
    found: dict[str, str] = {}
    for code, value in values.items():
        kind = types.get(code)
        if kind == "measurement":
            found[code] = measures.written(value, locale)
        elif kind == "number":
            found[code] = measures.number(value, locale)
        elif kind == "select":
            found[code] = option_label(code, value, locale)
    if "persons" in values:
        found["people"] = f"{found['persons']}\u00a0{PERSON[locale][values['persons'] != '1']}"
    return found


def filled(template: str, known: Mapping[str, str]) -> str | None:
    """The sentence, or None where it names a value this product does not have."""
    try:
        return template.format_map(known)
    except KeyError:
        return None


def texts(
    family: Mapping[str, Any], model: Mapping[str, Any], values: Mapping[str, Any], turn: int
) -> dict[str, str]:
    """Keys "name|en_US" … of one model. `turn` chooses among closing sentences, where the model names none."""
    closing = family["closings"][model.get("closing", turn % len(family["closings"]))]
    found: dict[str, str] = {}
    for locale in LOCALES:
        known = placeholders(values, locale)
        name = typeset(by_locale(model["name"])[locale], locale)
        story = typeset(by_locale(model["story"])[locale], locale)
        short = filled(by_locale(model.get("short", family["short"]))[locale], known)
        bullets = [
            filled(by_locale(bullet)[locale], known)
            for index, bullet in enumerate(family["bullets"])
            if index not in model.get("skip", ())
        ]
        points = "".join(f"<li>{markup(typeset(bullet, locale))}</li>" for bullet in bullets if bullet)
        found[f"name|{locale}"] = name
        found[f"short_description|{locale}"] = typeset(short or story, locale)
        found[f"description|{locale}"] = (
            f"<p>{markup(story)}</p><ul>{points}</ul>"
            f"<p>{markup(typeset(by_locale(closing)[locale], locale))}</p>"
        )
        found[f"keywords|{locale}"] = by_locale(family["keywords"])[locale]
        found[f"seo_title|{locale}"] = f"{name} | Tarnholt"
        found[f"picture_alt|{locale}"] = {
            "en_US": f"{name} on a light studio background",
            "de_DE": f"{name} vor hellem Studiohintergrund",
            "fr_FR": f"{name} sur fond de studio clair",
        }[locale]
    if model.get("austria"):
        found["name|de_AT"] = model["austria"]
    return found


def professional_texts(family: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, str]:
    """What hotels, guides and rental fleets read instead of the consumers' description."""
    found: dict[str, str] = {}
    for locale in LOCALES:
        story = typeset(by_locale(model["story"])[locale], locale)
        offer = typeset(by_locale(family["professional"])[locale], locale)
        found[f"description|{locale}|professional"] = (
            f"<p>{markup(story)}</p><p><strong>{markup(offer)}</strong></p>"
        )
    return found
