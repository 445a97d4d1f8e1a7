"""Energy labels in offers at a distance. Regulation (EU) 2017/1369 and what was laid down under it for each group of products."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from channels.mapping import meanings
from channels.mapping.template import Meaning
from channels.rules.pack import Pack, Rule

# The first groups with a label of the scale A to G; lamps followed on 2021-09-01, others later (docs/channels/eu-rules.md).
_SINCE = date(2021, 3, 1)
_LAW = "Regulation (EU) 2017/1369"

ENERGY = Pack(
    "energy", _("Energy label"),
    _("Only the groups of products that have a label of the scale A to G: choose their families or categories."),
    _LAW, "https://eur-lex.europa.eu/eli/reg/2017/1369/oj",
    (
        Rule("class", _("Energy efficiency class"), _("The class, A to G."), f"{_LAW}, Art. 6 (a)",
             Meaning(("select", "text"), ("energy_class", "energy_efficiency_class", "energieeffizienzklasse", "classe_energetique"), ("Energy class", "Energy efficiency class", "Energieeffizienzklasse", "Classe énergétique")), _SINCE),
        Rule("label", _("Picture of the label"), _("The label, shown with the offer."), f"{_LAW}, Art. 5 (1) (a)",
             Meaning(("image", "images", "file"), ("energy_label", "energy_label_image", "energielabel", "etiquette_energie"), ("Energy label", "Energielabel", "Étiquette énergie")), _SINCE),
        Rule("sheet", _("Product information sheet"), _("The sheet, to be had with the offer."), f"{_LAW}, Art. 5 (1) (b)",
             Meaning(("file", "link"), ("product_information_sheet", "energy_data_sheet", "produktdatenblatt", "fiche_information_produit"), ("Product information sheet", "Produktdatenblatt", "Fiche d’information sur le produit")), _SINCE),
        Rule("eprel", _("Number in EPREL"), _("By it label and sheet are found in the EU's register. The register is the supplier's duty; shops ask for the number."), f"{_LAW}, Art. 4 (1), Art. 12",
             meanings.EPREL, _SINCE, "warning"),
    ),
)  # fmt: skip
