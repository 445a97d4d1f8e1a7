"""What attributes of catalogues are usually called: English, German, French, Italian, Spanish, Dutch."""

from __future__ import annotations

from channels.mapping.template import Meaning

_WORDS = ("text", "select", "reference")
_TEXTS = ("text", "richtext")

NAME = Meaning(
    ("text",),
    ("name", "title", "product_name", "item_name", "bezeichnung", "artikelbezeichnung", "produktname", "titel", "nom", "titre", "nome", "nombre", "naam"),
    ("Name", "Title", "Product name", "Bezeichnung", "Artikelbezeichnung", "Produktname", "Titel", "Nom", "Titre", "Nom du produit", "Nome", "Titolo", "Nombre", "Título", "Naam", "Productnaam"),
)  # fmt: skip
DESCRIPTION = Meaning(
    _TEXTS,
    ("description", "long_description", "product_description", "beschreibung", "produktbeschreibung", "langtext", "descrizione", "descripcion", "beschrijving", "omschrijving"),
    ("Description", "Long description", "Product description", "Beschreibung", "Produktbeschreibung", "Langtext", "Description longue", "Descrizione", "Descripción", "Beschrijving", "Omschrijving"),
)  # fmt: skip
SHORT_NAME = Meaning(
    ("text",), ("short_title", "short_name", "kurzbezeichnung", "kurztitel", "titre_court"), ("Short title", "Short name", "Kurzbezeichnung", "Kurztitel", "Titre court")
)  # fmt: skip
HIGHLIGHTS = Meaning(
    ("multiselect",), ("highlights", "product_highlights", "bullet_points", "features", "vorteile", "points_forts"), ("Highlights", "Bullet points", "Features", "Vorteile", "Merkmale", "Points forts")
)  # fmt: skip
BRAND = Meaning(
    _WORDS, ("brand", "brand_name", "vendor", "marke", "marque", "marca", "merk", "manufacturer", "hersteller", "fabricant"),
    ("Brand", "Vendor", "Marke", "Marque", "Marca", "Merk"),
)  # fmt: skip
GTIN = Meaning(
    ("identifier", "text"), ("gtin", "ean", "ean13", "gtin13", "ean_code", "barcode", "upc", "gencod"), ("GTIN", "EAN", "GTIN/EAN", "EAN/GTIN", "EAN-13", "Barcode", "UPC", "Code-barres", "Codice EAN", "Código EAN")
)  # fmt: skip
MPN = Meaning(
    ("identifier", "text"), ("mpn", "manufacturer_part_number", "manufacturer_sku", "herstellernummer", "herstellerartikelnummer", "reference_fabricant"),
    ("MPN", "Manufacturer part number", "Herstellernummer", "Hersteller-Artikelnummer", "Référence fabricant"),
)  # fmt: skip
PRICE = Meaning(
    ("price",), ("price", "list_price", "retail_price", "sales_price", "preis", "verkaufspreis", "vk", "prix", "prix_de_vente", "prezzo", "precio", "prijs"),
    ("Price", "Retail price", "Sales price", "Preis", "Verkaufspreis", "Prix", "Prix de vente", "Prezzo", "Precio", "Prijs"),
)  # fmt: skip
SALE_PRICE = Meaning(
    ("price",), ("sale_price", "special_price", "aktionspreis", "sonderpreis", "prix_promo"), ("Sale price", "Special price", "Aktionspreis", "Sonderpreis", "Prix promotionnel")
)  # fmt: skip
PRICE_BEFORE = Meaning(
    ("price",), ("compare_at_price", "msrp", "rrp", "uvp", "strike_price", "streichpreis", "prix_barre"), ("Compare-at price", "MSRP", "RRP", "UVP", "Streichpreis", "Prix barré")
)  # fmt: skip
COST = Meaning(("price",), ("cost", "purchase_price", "einkaufspreis", "ek", "prix_achat"), ("Cost", "Purchase price", "Einkaufspreis", "Prix d’achat"))  # fmt: skip
WEIGHT = Meaning(
    ("measurement",), ("weight", "product_weight", "net_weight", "gewicht", "nettogewicht", "poids", "peso"), ("Weight", "Product weight", "Gewicht", "Poids", "Peso"), {"family": "weight"}
)  # fmt: skip
SHIPPING_WEIGHT = Meaning(
    ("measurement",), ("shipping_weight", "gross_weight", "package_weight", "versandgewicht", "bruttogewicht", "poids_brut"),
    ("Shipping weight", "Gross weight", "Versandgewicht", "Bruttogewicht", "Poids brut"), {"family": "weight"},
)  # fmt: skip
PICTURE = Meaning(
    ("image",), ("picture", "image", "main_image", "main_picture", "packshot", "bild", "hauptbild", "produktbild", "photo", "image_principale"),
    ("Picture", "Image", "Main image", "Main picture", "Packshot", "Bild", "Hauptbild", "Produktbild", "Image principale", "Immagine", "Imagen", "Afbeelding"),
)  # fmt: skip
PICTURES = Meaning(
    ("images",), ("gallery", "pictures", "images", "more_images", "additional_images", "galerie", "bilder", "weitere_bilder"),
    ("Gallery", "Pictures", "Images", "Further pictures", "Additional images", "Galerie", "Bilder", "Weitere Bilder", "Autres images"),
)  # fmt: skip
COLOR = Meaning(
    ("select", "multiselect", "text"), ("color", "colour", "farbe", "couleur", "colore", "kleur"), ("Color", "Colour", "Farbe", "Couleur", "Colore", "Kleur")
)  # fmt: skip
SIZE = Meaning(("select", "text"), ("size", "groesse", "grosse", "taille", "taglia", "talla", "maat"), ("Size", "Größe", "Taille", "Taglia", "Talla", "Maat"))  # fmt: skip
MATERIAL = Meaning(
    ("select", "multiselect", "text"), ("material", "materials", "material_composition", "matiere", "materiau", "materiale"),
    ("Material", "Materials", "Materialien", "Matière", "Matières", "Matériau", "Materiale", "Materiaal"),
)  # fmt: skip
PATTERN = Meaning(("select", "text"), ("pattern", "muster", "motif"), ("Pattern", "Muster", "Motif"))
GENDER = Meaning(("select",), ("gender", "geschlecht", "genre", "sexe"), ("Gender", "Geschlecht", "Genre", "Sexe"))  # fmt: skip
AGE_GROUP = Meaning(("select",), ("age_group", "altersgruppe", "tranche_age"), ("Age group", "Altersgruppe", "Tranche d’âge"))  # fmt: skip
CONDITION = Meaning(("select",), ("condition", "zustand", "etat"), ("Condition", "Zustand", "État"))
AVAILABILITY = Meaning(
    ("select",),
    ("availability", "verfuegbarkeit", "disponibilite"),
    ("Availability", "Verfügbarkeit", "Disponibilité"),
)
AVAILABLE_FROM = Meaning(
    ("date", "datetime"), ("availability_date", "available_from", "verfuegbar_ab"), ("Availability date", "Available from", "Verfügbar ab", "Disponible dès")
)  # fmt: skip
STOCK = Meaning(("number",), ("stock", "inventory", "quantity", "bestand", "lagerbestand", "stock_quantity"), ("Stock", "Inventory", "Bestand", "Lagerbestand"))  # fmt: skip
PAGE = Meaning(
    ("link", "text"), ("product_url", "product_link", "shop_url", "shop_link", "produktlink", "url_produit"), ("Product page", "Shop link", "Produktseite", "Produktlink", "Page du produit")
)  # fmt: skip
PRODUCT_TYPE = Meaning(("text", "select"), ("product_type", "produktart", "produkttyp", "type_produit"), ("Product type", "Produktart", "Produkttyp", "Type de produit"))  # fmt: skip
SEO_TITLE = Meaning(
    ("text",), ("seo_title", "meta_title", "page_title", "seitentitel"), ("SEO title", "Meta title", "Page title", "Page title for search engines", "SEO-Titel", "Meta-Titel", "Seitentitel", "Titre SEO")
)  # fmt: skip
SEO_DESCRIPTION = Meaning(
    _TEXTS, ("seo_description", "meta_description"), ("SEO description", "Meta description", "SEO-Beschreibung", "Meta-Beschreibung", "Description SEO", "Méta description")
)  # fmt: skip
HANDLE = Meaning(("text", "identifier"), ("handle", "url_handle", "url_key", "slug", "link_rewrite"), ("URL handle", "Slug", "URL key"))  # fmt: skip
TAGS = Meaning(("multiselect",), ("tags", "shop_tags", "schlagworte"), ("Tags", "Schlagworte", "Étiquettes"))
TARIFF_CODE = Meaning(
    ("text", "identifier"), ("tariff_code", "hs_code", "harmonized_code", "customs_tariff_number", "commodity_code", "zolltarifnummer", "warennummer", "code_douanier"),
    ("HS code", "Tariff code", "Customs tariff code", "Commodity code", "Zolltarifnummer", "Warennummer", "Code douanier"),
)  # fmt: skip
ORIGIN = Meaning(
    ("select", "text"), ("country_of_origin", "origin", "origin_country", "made_in", "ursprungsland", "herkunftsland", "pays_origine"),
    ("Country of origin", "Origin", "Ursprungsland", "Herkunftsland", "Pays d’origine", "Paese di origine", "País de origen", "Land van herkomst"),
)  # fmt: skip
EPREL = Meaning(("text", "identifier", "number"), ("eprel", "eprel_id", "eprel_number", "eprel_registration_number"), ("EPREL", "EPREL number", "EPREL-Nummer", "Numéro EPREL"))  # fmt: skip
