"""How long it is kept which dropped file went to which product; the files themselves are the library's."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.retention import RULES, Rule, by_age
from enrichment.models import PictureFile, PictureMatch

# The lines first: a drop of thousands does not go in one transaction.
for code, model, field, label in (
    ("picture_files", PictureFile, "match__created_at", gettext_lazy("Files dropped for products, by name")),
    ("picture_matches", PictureMatch, "created_at", gettext_lazy("Drops of files for products")),
):
    RULES.add(
        code,
        Rule(
            code, label, lambda: _("For %(days)d days.") % {"days": settings.PIM_KEEP_JOBS_DAYS}, model,
            by_age(model, field, settings.PIM_KEEP_JOBS_DAYS),
        ),
    )  # fmt: skip
