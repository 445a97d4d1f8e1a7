"""What every coded thing of the structure shares: a code for machines and labels for people."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.codes import CODE_PATTERN, label_of

__all__ = ["CODE_PATTERN", "Labelled", "code_validator", "label_of"]

code_validator = RegexValidator(
    CODE_PATTERN,
    _("Use letters, digits, '_' and '.' only, beginning with a letter or digit (at most 100)."),
    "bad_code",
)


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
