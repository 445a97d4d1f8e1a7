"""Batteries, and products with one inside. Regulation (EU) 2023/1542."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from channels.mapping.template import Meaning
from channels.rules.pack import Pack, Rule

_LAW = "Regulation (EU) 2023/1542"
# Article 13 (1), (2): not before this day; later where the act on their form was late.
_LABELS = date(2026, 8, 18)

BATTERY = Pack(
    "battery", _("Batteries"),
    _("Batteries, and products with one inside: choose their families or categories."),
    _LAW, "https://eur-lex.europa.eu/eli/reg/2023/1542/oj",
    (
        Rule("collection", _("Marking for separate collection"), _("The crossed-out wheeled bin on the battery, or a statement that it is there."), f"{_LAW}, Art. 13 (4)",
             Meaning(("boolean", "image", "images", "select", "multiselect", "text"), ("battery_collection_symbol", "weee_symbol", "battery_markings", "batterie_kennzeichnung"), ("Battery markings", "Separate collection symbol", "Batteriekennzeichnung")), date(2025, 8, 18), "warning"),
        Rule("chemistry", _("Battery chemistry"), _("What the battery is made of, as its label says."), f"{_LAW}, Art. 13 (1), Annex VI",
             Meaning(("select", "text"), ("battery_chemistry", "battery_type", "batteriechemie", "batterietyp", "chimie_batterie"), ("Battery chemistry", "Battery type", "Batteriechemie", "Batterietyp")), _LABELS, "warning"),
        Rule("capacity", _("Battery capacity"), _("Of rechargeable portable batteries, as their label says."), f"{_LAW}, Art. 13 (2)",
             Meaning(("measurement", "number", "text"), ("battery_capacity", "batteriekapazitaet", "capacite_batterie"), ("Battery capacity", "Batteriekapazität", "Capacité de la batterie")), _LABELS, "warning"),
        Rule("removable", _("How the battery is removed"), _("Of portable batteries: how they are used, taken out and replaced safely, for buyers to read."), f"{_LAW}, Art. 11 (1)",
             Meaning(("text", "richtext", "file", "link", "select"), ("battery_removal", "battery_removability", "removable_battery", "batterie_entnahme", "batterie_amovible"), ("Battery removal", "Removable battery", "Batterieentnahme", "Batterie amovible")), date(2027, 2, 18), in_language=True),
        Rule("code", _("Address behind the battery's QR code"), _("Every battery carries a QR code; that of a vehicle's or a large industrial one leads to its passport."), f"{_LAW}, Art. 13 (6), Art. 77",
             Meaning(("link", "text"), ("battery_passport", "battery_passport_url", "battery_qr_code", "batteriepass"), ("Battery passport", "Batteriepass", "Passeport de batterie")), date(2027, 2, 18), "warning"),
    ),
)  # fmt: skip
