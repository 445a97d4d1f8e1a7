"""What stands under the models of a page: the number of their variants, and how those are on the channels, taken together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.models import Product
from catalog.values.rows import select_rows

Place = tuple[int, int]  # (product, channel)

# A model is the root of all that stands under it, a sub-model the parent.
_UNDER = """WITH owner AS (SELECT id FROM {asked}),
under AS (
    SELECT p.id, p.parent_id, p.root_id, p.kind, p.trashed_at FROM owner JOIN catalog_product p ON p.root_id = owner.id
    UNION
    SELECT p.id, p.parent_id, p.root_id, p.kind, p.trashed_at FROM owner JOIN catalog_product p ON p.parent_id = owner.id
)
"""
_VARIANTS = """SELECT 'variants', parent_id, root_id, 0, '', count(*), 0 FROM under
    WHERE trashed_at IS NULL AND kind = 'variant' GROUP BY parent_id, root_id"""
_ON_CHANNELS = """
UNION ALL SELECT 'scores', parent_id, root_id, channel_id, locale, sum(required), sum(missing)
    FROM under JOIN channels_completeness score ON score.product_id = under.id
    WHERE trashed_at IS NULL GROUP BY parent_id, root_id, channel_id, locale
UNION ALL SELECT 'states', parent_id, root_id, channel_id, state, count(*), 0
    FROM under JOIN channels_listing listing ON listing.product_id = under.id
    WHERE trashed_at IS NULL GROUP BY parent_id, root_id, channel_id, state"""


@dataclass(slots=True)
class Below:
    """By model: `variants`; by (model, channel): `scores`, locale → (required, missing), and `states`, state → variants in it."""

    variants: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    scores: dict[Place, dict[str, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    states: dict[Place, Mapping[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


def under(products: Sequence[Product], *, on_channels: bool) -> Below:
    """Under those of the products that are models. One query, none where none is. Without `on_channels` the numbers alone."""
    found, models = Below(), {row.pk for row in products if not row.is_sellable}
    if not models:
        return found
    for of, parent, root, channel, name, number, missing in select_rows(
        _UNDER + _VARIANTS + (_ON_CHANNELS if on_channels else ""), sorted(models)
    ):
        for owner in {parent, root} & models:
            if of == "variants":
                found.variants[owner] += number
            elif of == "states":
                found.states[owner, channel][name] += number
            else:
                before = found.scores[owner, channel].get(name, (0, 0))
                found.scores[owner, channel][name] = (before[0] + int(number), before[1] + int(missing))
    return found
