"""What every coded thing of the structure shares: a code for machines and labels for people."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Codes stand in keys ("name|de_DE"), headers ("name-de_DE") and tokens ("color=red"): none of | - = : , may occur.
CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.]{0,99}\Z"
code_validator = RegexValidator(
    CODE_PATTERN,
    _("Use letters, digits, '_' and '.' only, beginning with a letter or digit (at most 100)."),
    "bad_code",
)


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


class Labelled(models.Model):
    """A code and its labels by locale: {"en_US": "Colour"}."""

    code = models.CharField(_("code"), max_length=100, validators=[code_validator])
    labels = models.JSONField(_("labels"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return label_of(self.labels, self.code)

    def label(self, locale: str | None = None) -> str:
        return label_of(self.labels, self.code, locale)
