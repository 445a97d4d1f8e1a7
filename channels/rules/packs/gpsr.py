"""General product safety: what an offer at a distance has to show. Regulation (EU) 2023/988, Article 19."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from channels.mapping import meanings
from channels.mapping.template import Meaning
from channels.rules.pack import Pack, Rule

_SINCE = date(2024, 12, 13)  # Article 52
_LAW = "Regulation (EU) 2023/988"
_WORDS = ("text", "select", "reference")
_MAKER = f"{_LAW}, Art. 19 (a)"
_PERSON = f"{_LAW}, Art. 19 (b), Art. 16"
_PRODUCT = f"{_LAW}, Art. 19 (c)"

GPSR = Pack(
    "gpsr", _("General product safety (GPSR)"),
    _("Consumer products offered at a distance. Not food, medicines, antiques and what else Article 2 names: choose families or categories where you sell such things."),
    _LAW, "https://eur-lex.europa.eu/eli/reg/2023/988/oj",
    (
        Rule("manufacturer_name", _("Manufacturer's name"), _("The manufacturer's name, trade name or trade mark."), _MAKER,
             Meaning(_WORDS, ("manufacturer_name", "manufacturer", "hersteller", "herstellername", "fabricant", "producer"), ("Manufacturer", "Manufacturer name", "Hersteller", "Fabricant")), _SINCE),
        Rule("manufacturer_address", _("Manufacturer's postal address"), _("Where the manufacturer can be written to."), _MAKER,
             Meaning(_WORDS, ("manufacturer_address", "manufacturer_postal_address", "hersteller_adresse", "herstelleradresse", "adresse_fabricant"), ("Manufacturer address", "Herstelleradresse", "Adresse du fabricant")), _SINCE),
        Rule("manufacturer_contact", _("Manufacturer's electronic address"), _("An e-mail address or a page with a contact form."), _MAKER,
             Meaning((*_WORDS, "link"), ("manufacturer_email", "manufacturer_contact", "manufacturer_electronic_address", "hersteller_email", "email_fabricant"), ("Manufacturer e-mail", "Manufacturer email", "Hersteller E-Mail")), _SINCE),
        Rule("responsible_name", _("Responsible person's name"), _("Of a manufacturer outside the EU: who is responsible within it."), _PERSON,
             Meaning(_WORDS, ("eu_responsible_person", "responsible_person", "eu_representative", "eu_verantwortlicher", "personne_responsable"), ("EU responsible person", "Responsible person", "Verantwortliche Person")), _SINCE, outside_eu=True),
        Rule("responsible_address", _("Responsible person's postal address"), _("Of a manufacturer outside the EU: where the responsible person can be written to."), _PERSON,
             Meaning(_WORDS, ("eu_responsible_person_address", "responsible_person_address", "eu_representative_address"), ("EU responsible person address", "Adresse der verantwortlichen Person")), _SINCE, outside_eu=True),
        Rule("responsible_contact", _("Responsible person's electronic address"), _("Of a manufacturer outside the EU: an e-mail address or a page with a contact form."), _PERSON,
             Meaning((*_WORDS, "link"), ("eu_responsible_person_email", "responsible_person_email", "eu_representative_email"), ("EU responsible person e-mail", "E-Mail der verantwortlichen Person")), _SINCE, outside_eu=True),
        Rule("picture", _("Picture"), _("A picture by which the product is known."), _PRODUCT, meanings.PICTURE, _SINCE),
        Rule("identification", _("Type or other identification"), _("The type, model or batch, or another number that tells it from others."), _PRODUCT,
             Meaning(("text", "identifier", "select"), ("type_designation", "model_number", "batch_number", "gtin", "ean", "mpn", "typenbezeichnung"), ("Type designation", "Model number", "GTIN", "EAN", "Typenbezeichnung")), _SINCE),
        Rule("warnings", _("Warnings and safety information"), _("What has to stand on the product, its packaging or in its papers, in a language its buyers understand easily. Not every product has any."),
             f"{_LAW}, Art. 19 (d)",
             Meaning(("text", "richtext"), ("safety_information", "safety_warnings", "warnings", "safety_notes", "sicherheitshinweise", "warnhinweise", "avertissements"), ("Safety information", "Warnings", "Sicherheitshinweise", "Warnhinweise", "Avertissements")),
             _SINCE, "warning", in_language=True),
    ),
    everywhere=True,
)  # fmt: skip
