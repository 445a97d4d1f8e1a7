"""Codes for machines and labels for people, as every part of the structure has them."""

from __future__ import annotations

from django.utils.translation import get_language

# Codes stand in keys ("name|de_DE"), headers ("name-de_DE") and tokens ("color=red"): none of | - = : , may occur.
CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.]{0,99}\Z"


def label_of(labels: dict[str, str], code: str, locale: str | None = None) -> str:
    """The label in `locale`, else in the interface language, else any, else the code in brackets (as Akeneo shows it)."""
    if locale and labels.get(locale):
        return labels[locale]
    language = (locale or get_language() or "en").replace("-", "_").split("_")[0].lower()
    for candidate, label in labels.items():
        if label and candidate.split("_")[0].lower() == language:
            return label
    for fallback in ("en_US", "en_GB"):
        if labels.get(fallback):
            return labels[fallback]
    return next((label for label in labels.values() if label), f"[{code}]")
