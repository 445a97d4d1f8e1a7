"""What a connector said of each item of a batch, as settlements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from channels.connectors.base import Item, ItemResult
from channels.delivery import outcomes
from channels.delivery.prepare import Prepared
from channels.delivery.settle import Record, Settlement


def content_of(item: Item) -> Any:
    """What went out of an item, for the attempt's record: its content where the connector made one, else its sheet."""
    return item.sheet if item.content is None else item.content


def settle_results(
    prepared: Sequence[Prepared],
    items: Sequence[Item],
    results: Iterable[ItemResult],
    milliseconds: int,
    answer: Mapping[str, Any],
    now: datetime,
) -> list[Settlement]:
    """Each item by its key. No answer, or answers that contradict each other, are an unknown outcome."""
    by_key: dict[str, list[ItemResult]] = defaultdict(list)
    for result in results:
        by_key[result.key].append(result)
    return [
        _settle_one(one, item, by_key.get(item.key, []), milliseconds, answer, now)
        for one, item in zip(prepared, items, strict=True)
    ]


def _settle_one(
    one: Prepared,
    item: Item,
    told: Sequence[ItemResult],
    milliseconds: int,
    answer: Mapping[str, Any],
    now: datetime,
) -> Settlement:
    said = {result.outcome for result in told}
    if len(said) != 1 or said == {"ignored"}:
        message = (
            _("The channel's answer does not mention this product.") if not told
            else _("The channel holds something newer.") if said == {"ignored"}
            else _("The channel's answer contradicts itself.")
        )  # fmt: skip
        record = Record(item.operation, "unknown", message, milliseconds, answer, content_of(item))
        return outcomes.later(
            one,
            message,
            now,
            record,
            unknown=True,
            after=0 if said == {"ignored"} and not one.listing.attempts else None,
        )
    result = told[0]
    if result.outcome == "untouched":
        return Settlement(one.listing)
    if result.outcome == "rejected":
        message = "; ".join(str(error) for error in result.errors)
        return outcomes.refused(
            one,
            result.errors,
            Record(item.operation, "data", message, milliseconds, answer, content_of(item)),
            unknown=result.changed or one.listing.unknown,
        )
    return outcomes.taken(one, item, result, now, Record(item.operation, "ok", "", milliseconds, answer))
