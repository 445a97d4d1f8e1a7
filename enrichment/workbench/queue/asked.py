"""Which fields of a product are in question in a queue, and on which level they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, attributes_of
from catalog.values.keys import Key, format_key
from channels import completeness
from enrichment.workbench.page.listings import Panel, about
from enrichment.workbench.queue.address import Queue


def codes(queue: Queue, bundle: Bundle, panels: Sequence[Panel], shown: Iterable[str] = ()) -> list[str]:
    """The attributes, as the family has them in order. `shown`: what somebody is working at stays, though it is there now."""
    found = {*queue.fields, *shown}
    if not queue.fields:
        found.update(_told(queue, bundle, panels))
    if not found:
        found.update(_required(queue, bundle))
    if not found and bundle.family and bundle.family.label_attribute:
        found.add(bundle.family.label_attribute)
    return [code for code in attributes_of(bundle, queue.structure) if code in found and _exists(queue, code)]


def _exists(queue: Queue, code: str) -> bool:
    spec = queue.structure.attributes.get(code)
    return spec is not None and spec.exists_in(queue.locale if spec.localizable else "")


def _told(queue: Queue, bundle: Bundle, panels: Sequence[Panel]) -> set[str]:
    """What the filters say."""
    chosen = queue.chosen
    found = set(chosen.get("empty") or ())
    if chosen.get("missing"):
        found.add(str(chosen["missing"]).split("|")[-1])
    elif chosen.get("incomplete") and queue.channel:
        found.update(spec.code for spec in _missing(queue, bundle))
    if chosen.get("outdated"):
        old = (Key.parse(key) for key in bundle.levels[0].outdated)
        found.update(key.attribute for key in old if key.locale == queue.locale)
    if chosen.get("picture") and bundle.family:
        found.add(bundle.family.image_attribute)
    if chosen.get("listing") and queue.channel:
        found.update(_refused(queue, bundle, panels))
    return found


def _missing(queue: Queue, bundle: Bundle) -> list[AttributeSpec]:
    assert queue.channel is not None  # noqa: S101 - the caller asked
    return completeness.missing(bundle, queue.channel, queue.locale, queue.structure)


def _refused(queue: Queue, bundle: Bundle, panels: Sequence[Panel]) -> set[str]:
    """Of the product and what it inherits from: another variant of the same item is worked off by itself."""
    own = {level.sku for level in bundle.levels}
    return {
        str(error["attribute"])
        for panel in panels
        if panel.channel is queue.channel
        for error in (panel.listing.errors if panel.listing else ())
        if error.get("attribute") and about(error, panel, bundle.product.sku) in own
    }


def _required(queue: Queue, bundle: Bundle) -> set[str]:
    """Nothing was named: what a channel misses in this language, or all that is required there."""
    channels = [queue.channel] if queue.channel else list(queue.profiles.active)
    of_family = bundle.family.id if bundle.family else None
    required = {
        spec.code: spec for channel in channels for spec in channel.required_of(of_family, queue.structure)
    }
    required |= {
        spec.code: spec
        for channel in channels
        if queue.locale in channel.locales
        for spec in completeness.asked_of(bundle, channel, queue.locale, queue.structure)
    }
    missing = {
        spec.code
        for channel in channels
        if queue.locale in channel.locales and bundle.product.is_sellable
        for spec in completeness.missing(bundle, channel, queue.locale, queue.structure)
    }
    return missing or {code for code, spec in required.items() if spec.localizable} or set(required)


@dataclass(frozen=True, slots=True)
class Placed:
    """`owner`: the product on whose level `here` are written: itself, or the model above. `elsewhere`: (code, that level's
    product id), not to be written in this step."""

    owner: int
    here: list[str]
    elsewhere: list[tuple[str, int]]


def placed(queue: Queue, bundle: Bundle, asked: Sequence[str]) -> Placed:
    """The nearest level at which something of it is written."""
    at: dict[int, list[str]] = {}
    for code in asked:
        level = _level(queue, bundle, code)
        if level >= 0:  # what is written on each variant is not written on their model
            at.setdefault(level, []).append(code)
    if not at:
        return Placed(bundle.product.pk, [], [])
    nearest = min(at)
    elsewhere = [
        (code, bundle.levels[level].product_id)
        for level, listed in sorted(at.items())
        if level != nearest
        for code in listed
    ]
    return Placed(bundle.levels[nearest].product_id, at[nearest], elsewhere)


def _level(queue: Queue, bundle: Bundle, code: str) -> int:
    """As the family binds it. What is bound to none is written where it stands, or once for all, on the model."""
    bound = bundle.variant.bound.get(code) if bundle.variant else None
    if bound is not None:
        return bundle.depth - bound
    spec = queue.structure.attributes[code]
    key = format_key(code, queue.locale if spec.localizable else "", queue.context if spec.scopable else "")
    stands = (level for level, one in enumerate(bundle.levels) if key in one.values)
    return next(stands, bundle.depth)
