"""What the demo says about its pictures and documents: galleries, instructions, texts in three languages, one ended right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pim.demo.catalogue.content import by_locale
from pim.demo.catalogue.records import ImageSpec

Texts = tuple[str, str, str]  # English, German, French


@dataclass(frozen=True, slots=True)
class GalleryPicture:
    """One more picture of a product. `ended`: its rights ended that many days ago, so channels do not get it."""

    spec: ImageSpec
    name: str
    alt: Texts
    tags: str
    ended: int | None = None


FRONT: Texts = ("seen from the front", "von vorn gesehen", "vu de face")
SIDE: Texts = (
    "in another light, from the side",
    "von der Seite, in anderem Licht",
    "de côté, sous une autre lumière",
)
DETAIL: Texts = (
    "a close look at surface and edge",
    "Nahaufnahme von Oberfläche und Kante",
    "gros plan sur la surface et le bord",
)
# SKU → (family, shape, colours), what the picture is of.
SHOWN: Mapping[str, tuple[str, int, str, Texts]] = {
    "TH-KOPP": ("mugs", 0, "cream", ("Stoneware mug", "Steinzeugbecher", "Mug en grès")),
    "TH-EMALJ": ("mugs", 2, "moss", ("Enamel mug", "Emaillebecher", "Mug en émail")),
    "TH-HOLMEN4": ("tents", 1, "pine", ("Family tent", "Familienzelt", "Tente familiale")),
}
INSTRUCTIONS: Mapping[str, tuple[str, Texts]] = {
    "mugs": ("care-of-mugs.pdf", ("Care of mugs", "Pflege von Bechern", "Entretien des mugs")),
    "tents": ("pitching-a-tent.pdf", ("Pitching a tent", "Ein Zelt aufbauen", "Monter une tente")),
}
FILMS: Mapping[str, str] = {"TH-HOLMEN4": "https://films.tarnholt.example/holmen-in-six-minutes"}
CREDIT = "Studio Fjell"


def gallery(sku: str) -> list[GalleryPicture]:
    """Front, side and detail; the second mug has one more, of a season that is over."""
    family, shape, color, what = SHOWN[sku]

    def one(place: str, view: Texts, spec: ImageSpec, ended: int | None = None) -> GalleryPicture:
        alt = tuple(f"{noun}, {seen}" for noun, seen in zip(what, view, strict=True))
        tags = "studio, " + ("season 2025" if ended else place)
        return GalleryPicture(spec, f"{sku.lower()}-{place}.jpg", (alt[0], alt[1], alt[2]), tags, ended)

    found = [
        one("front", FRONT, ImageSpec(family, shape, color, 1)),
        one("side", SIDE, ImageSpec(family, shape, color, 3)),
        one("detail", DETAIL, ImageSpec(family, shape, color, 1, detail=True)),
    ]
    if sku == "TH-EMALJ":
        found.append(one("christmas", FRONT, ImageSpec(family, shape, "ochre", 2), ended=20))
    return found


def texts(three: Texts) -> dict[str, str]:
    return by_locale(list(three))
