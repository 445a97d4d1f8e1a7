"""Which field of the sheet an error of Shopify's is about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from channels.connectors._shopify.fields import LISTS, OF_VARIANTS, TEXTS, Outgoing
from channels.connectors.base import ItemError


def errors_of(
    told: Iterable[Mapping[str, Any]], where: Callable[[tuple[str, ...]], tuple[str, str]]
) -> list[ItemError]:
    """userErrors as errors of the sheet; `where`: a path of Shopify's → (field of ours, the variant's SKU or "")."""
    errors = []
    for error in told:
        name, sku = where(tuple(str(step) for step in error.get("field") or ()))
        message = str(error.get("message") or "")[:1000] or _("Refused without a reason.")
        code = str(error.get("code") or "")[:255]
        errors.append(ItemError(message, name, code=code, sku=sku))
    return errors


def field_of(path: Sequence[str], sent: Outgoing) -> tuple[str, str]:
    """(our field, variant's SKU) of a path in productSet's input, as ("input", "variants", "0", "price")."""
    steps = [step for step in path if step != "input"]
    if not steps:
        return "", ""
    head, rest = steps[0], steps[1:]
    if head == "variants":
        return _of_variant(rest, sent)
    if head == "files":
        return "images", ""
    if head == "productOptions":
        place = number_in(rest)
        return (f"axes.{sent.axes[place]}" if 0 <= place < len(sent.axes) else "", "")
    for target, (name, _key) in TEXTS.items():
        if name in (head, ".".join(steps[:2])):
            return target, ""
    return (head if head in LISTS else "", "")


def _of_variant(steps: Sequence[str], sent: Outgoing) -> tuple[str, str]:
    place = number_in(steps)
    sku = sent.skus[place] if 0 <= place < len(sent.skus) else ""
    sku = sku if len(sent.skus) > 1 else ""
    rest = [step for step in steps[1:] if not step.isdigit()]
    if rest[:1] == ["optionValues"]:
        return (f"axes.{sent.axes[0]}" if len(sent.axes) == 1 else "", sku)
    if rest[:1] == ["file"]:
        return "images", sku
    path = ".".join(rest)
    for target, (name, _owned) in OF_VARIANTS.items():
        if path and (path == name or path.startswith(f"{name}.") or name.endswith(f".{path}")):
            return target, sku
    return "", sku


def metafield_of(path: Sequence[str], targets: Sequence[str]) -> str:
    """Our field of a path as ("metafields", "0", "value")."""
    place = number_in(path[1:])
    return targets[place] if 0 <= place < len(targets) else ""


def number_in(steps: Sequence[str]) -> int:
    return int(steps[0]) if steps and steps[0].isdigit() else -1
