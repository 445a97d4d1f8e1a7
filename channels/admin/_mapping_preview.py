"""A real product through the mapping as it stands in the form, saved or not: what each field comes out as, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import can, visible
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.products import find
from channels.admin._mapping_rows import Row, every
from channels.mapping import judging
from channels.mapping.judging import Judged
from channels.models import Listing
from channels.profile import ChannelSpec, FieldSpec
from channels.sheets import load, sources
from channels.sheets.files import IMAGE_TYPES
from channels.sheets.validate import text_of
from channels.units import unit_of

SUGGESTED = 40  # SKUs to choose from before anything is typed


@dataclass(frozen=True, slots=True)
class Shown:
    """`length` of `limit` characters, where the channel has one."""

    locale: str
    text: str
    length: int = 0
    limit: int = 0
    problems: tuple[str, ...] = ()
    is_hidden: bool = False

    @property
    def tone(self) -> str:
        return "danger" if self.problems else "success" if self.text else "muted"


@dataclass
class Preview:
    """`told`: problems that belong to no field of the page; `why`: why there is nothing to show."""

    sku: str = ""
    label: str = ""
    family: str = ""
    why: str = ""
    told: list[str] = field(default_factory=list)
    is_offered: bool = True


def suggested(channel: ChannelSpec, user: Any) -> list[str]:
    """SKUs of the channel's products, those that are there first; before it has listings, of any."""
    products = visible(user, Product.objects.filter(trashed_at=None, enabled=True))
    listed = Listing.objects.filter(channel_id=channel.id, product__in=products).exclude(state="absent")
    found = list(listed.order_by("-sent_at", "pk").values_list("product__sku", flat=True)[:SUGGESTED])
    return found or list(products.order_by("pk").values_list("sku", flat=True)[:SUGGESTED])


def show(sku: str, rows: Sequence[Row], spec: ChannelSpec, structure: Structure, user: Any) -> Preview:
    """Fills `shown` of the rows."""
    pk = find([sku]).get(sku.upper(), 0)
    product = visible(user, Product.objects.filter(pk=pk)).first() if pk else None
    if product is None:
        return Preview(sku, why=_("There is no product with the SKU '%s'.") % sku)
    unit = unit_of(spec.unit, product=product.pk, kind=product.kind, root=product.root_id)
    judged_spec = replace(spec, fields=_fields(rows, structure))
    loaded = load.units([unit], judged_spec, structure).get(unit) if unit else None
    if loaded is None:
        return Preview(sku, why=_("This product has no sheet of its own here: choose one of its variants."))
    judged = judging.judge(loaded, judged_spec, structure, at=timezone.now())
    place = _Place(product, judged, judged_spec, structure, user)
    preview = Preview(
        product.sku,
        str(product),
        place.family_label,
        is_offered=judging.is_offered(loaded, judged_spec, structure),
    )
    met = {row.draft.target for row in every(rows)}
    preview.told = [
        error["message"] for error in judged.errors if error["field"] not in met and place.concerns(error)
    ]
    for row in rows:
        own = next(
            (each for each in row.families if each.draft.family.casefold() == place.family.casefold()), None
        )
        (own or row).shown = place.shown(own or row)
    return preview


def _fields(rows: Sequence[Row], structure: Structure) -> Mapping[int | None, tuple[FieldSpec, ...]]:
    fields: dict[int | None, list[FieldSpec]] = {}
    for row in every(rows):
        if row.values is None:
            continue
        family = structure.family_by_code.get(row.draft.family.casefold()) if row.draft.family else None
        fields.setdefault(family.id if family else None, []).append(FieldSpec(**row.values))
    return {family: tuple(listed) for family, listed in fields.items()}


class _Place:
    """One product of a judged sheet, as far as this person may see its values."""

    def __init__(
        self, product: Product, judged: Judged, spec: ChannelSpec, structure: Structure, user: Any
    ) -> None:
        self.product, self.judged, self.spec, self.structure, self.user = (
            product,
            judged,
            spec,
            structure,
            user,
        )
        payload, unit = judged.sheet.payload, judged.unit
        variants = list(payload.get("variants") or ())
        self.part: Mapping[str, Any] = next(
            (variant for variant in variants if variant["sku"] == product.sku),
            variants[0] if variants else payload,
        )
        bundle = next(
            (bundle for bundle in unit.variants if bundle.product.sku == self.part["sku"]), unit.bundle
        )
        self.family = bundle.family.code if bundle.family else ""
        self.family_label = bundle.family.label() if bundle.family else ""

    def concerns(self, error: Mapping[str, Any]) -> bool:
        return not error.get("sku") or error["sku"] == self.part["sku"]

    def shown(self, row: Row) -> list[Shown]:
        if row.values is None:
            return []
        source, target = row.values["source"], row.draft.target
        origins = sources.attributes_of(source, self.structure)
        if any(self._is_image(code) for code in origins if "attribute" in source):
            return [self._pictures(row)]
        shown = []
        for locale in self.spec.locales if row.draft.localized else ("",):
            if not all(self._may_see(code, locale) for code in origins):
                shown.append(Shown(locale, "", is_hidden=True))
                continue
            held = self.part["locales"].get(locale, {}) if locale else self.part["fields"]
            value = held.get(target)
            shown.append(
                Shown(
                    locale, plain(value), len(text_of(value)) if value is not None else 0,
                    int((row.values["limits"] or {}).get("max_length") or 0), self._problems(target, locale),
                )
            )  # fmt: skip
        return shown

    def _pictures(self, row: Row) -> Shown:
        images = self.part.get("images") or ()
        text = _("%d in the sheet's pictures") % len(images) if images else ""
        return Shown("", text, problems=self._problems(row.draft.target, ""))

    def _problems(self, target: str, locale: str) -> tuple[str, ...]:
        return tuple(
            error["message"]
            for error in self.judged.errors
            if error["field"] == target and self.concerns(error) and error.get("locale", "") in ("", locale)
        )

    def _is_image(self, code: str) -> bool:
        spec = self.structure.find_attribute(code)
        return spec is not None and spec.type in IMAGE_TYPES

    def _may_see(self, code: str, locale: str) -> bool:
        spec = self.structure.find_attribute(code)
        in_locale = {"locale": locale} if spec is not None and spec.localizable and locale else {}
        return can(self.user, "product.view", self.product, attribute=code, **in_locale)


def plain(value: Any) -> str:
    """A sheet's value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        if "label" in value:
            return str(value["label"])
        if "amount" in value:
            return f"{value['amount']} {value.get('unit', '')}".strip()
        return " · ".join(f"{plain(part)} {name}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(part) for part in value)
    return str(value)
