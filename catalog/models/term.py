"""The company's words: for each thing what it is called in each locale, and what it is never called."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import code_validator

TERM_LENGTH = 120
NEVER_LENGTH = 600
MOST_WORDS = 30


def words_of(text: str) -> tuple[str, ...]:
    """The words and phrases of a cell with commas or lines, each once."""
    parts = unicodedata.normalize("NFC", text).replace("\n", ",").replace(";", ",").split(",")
    return tuple(dict.fromkeys(word for part in parts if (word := " ".join(part.split()))))


class Term(models.Model):
    """One concept. `preferred`: {locale: the term}; `forbidden`: {locale: "flask, tumbler"}. Read by catalog.glossary."""

    code = models.CharField(
        _("concept"),
        max_length=100,
        validators=[code_validator],
        help_text=_("A short name for it, such as travel_mug. Files find it by this name."),
    )
    preferred = models.JSONField(
        _("use this"), default=dict, blank=True, help_text=_("What it is called in this language.")
    )
    forbidden = models.JSONField(
        _("never this"),
        default=dict,
        blank=True,
        help_text=_("What must not be written, with commas between: mug, beaker, tumbler."),
    )
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("Why, for whoever writes. Shown beside the field.")
    )
    matches_case = models.BooleanField(
        _("capitals matter"),
        default=False,
        help_text=_("For names: “iPhone” is not “Iphone”."),
    )
    whole_words = models.BooleanField(
        _("whole words only"),
        default=True,
        help_text=_("Without it, parts of words are found as well: “mug” in “mugs”, and in “smuggled”."),
    )

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("glossary terms")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="term_code",
                violation_error_message=_("This concept is in the glossary already."),
            )
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        self.preferred = _texts(self.preferred, "preferred", TERM_LENGTH)
        self.forbidden = _texts(self.forbidden, "forbidden", NEVER_LENGTH)
        if not self.preferred and not self.forbidden:
            raise ValidationError({"preferred": _("Write what it is called in one language at least.")})
        for locale, text in self.forbidden.items():
            words = words_of(text)
            if len(words) > MOST_WORDS:
                raise ValidationError(
                    {
                        "forbidden": _("%(locale)s: at most %(most)d words.")
                        % {"locale": locale, "most": MOST_WORDS}
                    }
                )
            own = self.preferred.get(locale, "")
            if own in words or (not self.matches_case and own.lower() in {word.lower() for word in words}):
                text = _("%(locale)s: “%(word)s” cannot be both what is used and what is not.")
                raise ValidationError({"forbidden": text % {"locale": locale, "word": own}})


def _texts(value: Any, field: str, longest: int) -> dict[str, str]:
    """The texts that are there, on one line each."""
    if not isinstance(value, Mapping):
        raise ValidationError({field: _('Write texts as {"en_US": "…"}.')})
    made = {
        str(locale): " ".join(unicodedata.normalize("NFC", str(text)).split())
        for locale, text in value.items()
    }
    if too_long := [locale for locale, text in made.items() if len(text) > longest]:
        raise ValidationError(
            {
                field: _("At most %(limit)d characters are possible: shorten %(locales)s.")
                % {"limit": longest, "locales": ", ".join(too_long)}
            }
        )
    return {locale: text for locale, text in made.items() if text}
