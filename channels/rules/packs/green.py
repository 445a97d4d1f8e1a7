"""Claims about the environment. Directive (EU) 2024/825, which changes Directive 2005/29/EC."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from channels.mapping.template import Meaning
from channels.rules.pack import Pack, Rule

_LAW = "Directive (EU) 2024/825"

GREEN = Pack(
    "green", _("Green claims"),
    _("Texts that call a product good for the environment, in every product unless families or categories are chosen."),
    _LAW, "https://eur-lex.europa.eu/eli/dir/2024/825/oj",
    (
        Rule("proof", _("Proof of green claims"), _("A general claim needs a proof: say which certificate or recognised scheme it rests on, or take the words out."),
             f"{_LAW}, Art. 1, Annex; Directive 2005/29/EC, Annex I, 4a and 4c",
             Meaning(("text", "richtext", "file", "link", "select", "multiselect", "reference"), ("environmental_claim_proof", "green_claim_proof", "eco_label", "ecolabel", "environmental_certificate", "umweltzertifikat", "umweltzeichen"), ("Environmental certificate", "Eco-label", "Proof of environmental claims", "Umweltzertifikat", "Umweltzeichen", "Écolabel")),
             date(2026, 9, 27), "warning", "proof"),
    ),
    everywhere=True,
)  # fmt: skip
