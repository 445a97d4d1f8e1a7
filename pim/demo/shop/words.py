"""The shop's own words, in each of its languages."""

from __future__ import annotations

from functools import cache

from pim.demo.catalogue.content import LOCALES, by_locale, read

LANGUAGES = {"en_US": ("en", "English"), "de_DE": ("de", "Deutsch"), "fr_FR": ("fr", "Français")}

_WORDS = {
    "all": ("Everything", "Alles", "Tout voir"),
    "skip": ("Skip to content", "Zum Inhalt springen", "Aller au contenu"),
    "categories": ("Categories", "Kategorien", "Catégories"),
    "language": ("Language", "Sprache", "Langue"),
    "claim": ("Made for outside, welcome inside.", "Für draußen gemacht, drinnen gern gesehen.", "Pensé pour dehors, bienvenu dedans."),
    "intro": (
        "The dealer range: everything that is approved and complete, as it stands this minute.",
        "Das Händlersortiment: alles, was freigegeben und vollständig ist, auf dem Stand dieser Minute.",
        "La gamme revendeurs : tout ce qui est validé et complet, à la minute près.",
    ),
    "empty": ("Nothing here yet.", "Hier ist noch nichts.", "Rien ici pour l’instant."),
    "empty_hint": (
        "Products appear as soon as they are approved and complete.",
        "Produkte erscheinen, sobald sie freigegeben und vollständig sind.",
        "Les produits apparaissent dès qu’ils sont validés et complets.",
    ),
    "products": ("products", "Produkte", "produits"),
    "product": ("product", "Produkt", "produit"),
    "variants": ("variants", "Varianten", "variantes"),
    "choose": ("Variants", "Varianten", "Variantes"),
    "details": ("Details", "Details", "Détails"),
    "description": ("Description", "Beschreibung", "Description"),
    "net": ("Dealer price, excluding tax", "Händlerpreis ohne Steuer", "Prix revendeur, hors taxes"),
    "article": ("Article", "Artikel", "Article"),
    "yes": ("Yes", "Ja", "Oui"),
    "no": ("No", "Nein", "Non"),
    "home": ("Home", "Start", "Accueil"),
    "missing_page": ("This page does not exist.", "Diese Seite gibt es nicht.", "Cette page n’existe pas."),
    "gone": (
        "This article is not available any more.",
        "Dieser Artikel ist nicht mehr erhältlich.",
        "Cet article n’est plus disponible.",
    ),
    "updated": ("The page was updated.", "Die Seite wurde aktualisiert.", "La page a été mise à jour."),
    "footer": (
        "A stand-in shop of the demo. Nothing here is for sale.",
        "Ein Beispielshop der Demo. Hier wird nichts verkauft.",
        "Une boutique fictive de démonstration. Rien n’est à vendre ici.",
    ),
    "no_picture": ("No picture", "Kein Bild", "Pas d’image"),
}  # fmt: skip


def word(key: str, locale: str) -> str:
    return by_locale(_WORDS[key])[locale]


@cache
def _field_labels() -> dict[str, dict[str, str]]:
    return {row["code"]: by_locale(row["labels"]) for row in read("attributes")["attributes"]}


def field_label(field: str, locale: str) -> str:
    labels = _field_labels().get(field)
    return labels[locale] if labels else field.replace("_", " ").capitalize()


__all__ = ["LANGUAGES", "LOCALES", "field_label", "word"]
