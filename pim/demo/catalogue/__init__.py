"""The range of Tarnholt, an invented brand for outdoors and home: its structure and its 300 sellable products.

    structure(today) -> dict        locales, attributes, families, categories, channels …: see `structure.structure`
    products() -> Iterator[ProductData]     parents before their children, the same on every run

Texts stand in families/*.json, one file a family; every triple there is [en_US, de_DE, fr_FR].
"""

from pim.demo.catalogue.products import products
from pim.demo.catalogue.records import ImageSpec, ProductData, Readiness
from pim.demo.catalogue.structure import structure

__all__ = ["ImageSpec", "ProductData", "Readiness", "products", "structure"]
