"""Textile fibre names and composition. Regulation (EU) No 1007/2011."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from channels.mapping.template import Meaning
from channels.rules.pack import Pack, Rule

_SINCE = date(2012, 5, 8)  # Article 28
_LAW = "Regulation (EU) No 1007/2011"
_COMPOSITION = Meaning(
    ("table", "text", "richtext", "counted_list"),
    ("fibre_composition", "fiber_composition", "textile_composition", "material_composition", "composition", "materialzusammensetzung", "faserzusammensetzung", "composition_textile"),
    ("Fibre composition", "Fiber composition", "Material composition", "Composition", "Materialzusammensetzung", "Faserzusammensetzung", "Composition textile"),
)  # fmt: skip

TEXTILE = Pack(
    "textile", _("Textile composition"),
    _("Products of at least 80 % textile fibres by weight, and the others of Article 2. Choose their families or categories."),
    _LAW, "https://eur-lex.europa.eu/eli/reg/2011/1007/oj",
    (
        Rule("composition", _("Fibre composition"), _("Every fibre by a name of Annex I with its share by weight, seen before the purchase, in a language of the country of sale."),
             f"{_LAW}, Art. 9, Art. 16", _COMPOSITION, _SINCE, in_language=True),
        Rule("shares", _("Shares of the fibres"), _("The shares of each part of the product add to 100 %."), f"{_LAW}, Art. 9", _COMPOSITION, _SINCE, check="shares"),
    ),
)  # fmt: skip
