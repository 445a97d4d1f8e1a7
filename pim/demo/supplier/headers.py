"""The supplier's columns, as they stand in the file."""

SKU = "Art.-Nr."
ARTICLE = "Lieferanten-Nr."
GROUP = "Warengruppe"
MODEL = "Modell"
SPLIT = "Varianten nach"
NAME_DE = "Bezeichnung"
NAME_EN = "Designation EN"
NAME_FR = "Désignation FR"
SHORT_DE = "Kurztext"
LONG_DE = "Langtext (HTML)"
COLOR = "Farbe"
SIZE = "Größe"
EUR = "VK EUR"
USD = "VK USD"
WEIGHT = "Gewicht (kg)"
VOLUME = "Volumen"
EAN = "EAN"
DISHWASHER = "Spülmaschine"
SINCE = "Lieferbar ab"
WARRANTY = "Garantie (Jahre)"
CATEGORY = "Shopkategorie"
ORIGIN = "Ursprungsland"
MATERIAL = "Material"

HEADERS = (
    SKU, ARTICLE, GROUP, MODEL, SPLIT, NAME_DE, NAME_EN, NAME_FR, SHORT_DE, LONG_DE, COLOR, SIZE, EUR, USD, WEIGHT, VOLUME,
    EAN, DISHWASHER, SINCE, WARRANTY, CATEGORY, ORIGIN, MATERIAL,
)  # fmt: skip
