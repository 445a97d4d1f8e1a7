"""Which of a channel's categories stand for ours: what is chosen, what comes from above, what may be meant, what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count

from catalog.models.product import ProductCategory
from catalog.structure.snapshot import CategorySpec, Structure
from channels import profiles
from channels.categories import suggesting, taxonomies
from channels.categories.suggesting import Suggestion
from channels.categories.taxonomies import Entry, Index
from channels.models import Channel, FieldMapping
from channels.sheets.categories import nearest

CATEGORY = {"category": True}


class ChangedMeanwhile(Exception):
    """The channel's profile is not the one the page was made from."""


@dataclass(frozen=True, slots=True)
class Line:
    """A category of ours. `word`: chosen for it; `above`: what it gets from which category above; `products`: placed in it.

    `stored`: the word it has, where another was entered and is not saved; `is_contested`: and somebody else changed it meanwhile.
    """

    spec: CategorySpec
    path: str
    depth: int
    products: int
    word: str = ""
    entry: Entry | None = None
    above: tuple[str, str] | None = None
    suggestions: Sequence[Suggestion] = ()
    stored: str = ""
    is_contested: bool = False

    @property
    def is_missing(self) -> bool:
        return bool(self.products) and not self.word and self.above is None


def field_of(channel: Channel, pk: int = 0, target: str = "") -> FieldMapping | None:
    """The field that is made of categories: this one, or that of this name, else the channel's first."""
    rows = channel.fields.select_related("family").filter(source=CATEGORY).order_by("position", "pk")
    if target:
        named = channel.fields.filter(pk=pk, target=target).exclude(source=CATEGORY)
        by_name = rows.filter(target=target) if not named.exists() else rows.none()
        return rows.filter(pk=pk).first() or by_name.first()
    return rows.filter(pk=pk).first() or rows.first()


def begun(channel: Channel, target: str, pk: int = 0) -> FieldMapping:
    """The channel's field (with `pk` that row of it, be it a family's) as it will be once it is made of categories; its limits
    stay. Nothing is stored before its first word is (save): until then what it was made from goes on being sent."""
    rows = channel.fields.filter(target=target)
    row = rows.filter(pk=pk).first() or rows.filter(family=None).first()
    row = row or FieldMapping(channel=channel, target=target)
    row.source, row.value_list, row.transforms, row.localized = CATEGORY, {}, [], False
    return row


def lines_of(
    field: FieldMapping, channel: Channel, structure: Structure, indexes: Sequence[Index]
) -> list[Line]:
    """Every category of the channel's tree, from the top down. Two queries."""
    tree = channel.category_tree_id or 0
    specs = [
        spec
        for spec in structure.categories.values()
        if len(spec.ancestry) > 1 and (not tree or tree in spec.ancestry)
    ]
    placed = ProductCategory.objects.filter(product__trashed_at=None).order_by()
    if tree in structure.categories:
        placed = placed.filter(category__path__startswith=structure.categories[tree].path)
    counts = dict(placed.values_list("category").annotate(n=Count("pk")))
    words, lines, by_code = field.value_list, [], _by_code(indexes)
    for spec in sorted(specs, key=lambda spec: _order(spec, structure)):
        steps = [structure.categories[pk] for pk in spec.ancestry if pk in structure.categories][1:]
        word = str(words.get(spec.code, ""))
        found = nearest(spec, words, structure) if not word else None
        lines.append(
            Line(
                spec, " › ".join(step.label() for step in steps), len(steps) - 1, counts.get(spec.id, 0), word, by_code.get(word),
                (found[0], found[1].label()) if found else None, stored=word,
            )
        )  # fmt: skip
    return lines


def with_suggestions(lines: Sequence[Line], structure: Structure, indexes: Sequence[Index]) -> list[Line]:
    """Of those that have no word of their own."""
    made = []
    for line in lines:
        found: Sequence[Suggestion] = ()
        if not line.word and indexes:
            path = [
                structure.categories[pk].labels for pk in line.spec.ancestry if pk in structure.categories
            ][1:]
            found = suggesting.suggest(path, indexes)
        made.append(replace(line, suggestions=found))
    return made


def with_entered(
    lines: Sequence[Line], words: Mapping[str, str], before: Mapping[str, str], indexes: Sequence[Index]
) -> list[Line]:
    """Those for which a word was sent, by our code, with that word; where it is still the one `before`, with the one of now."""
    made, by_code = [], _by_code(indexes)
    for line in lines:
        if (word := words.get(line.spec.code)) is None:
            continue
        was = before.get(line.spec.code, "")
        if word not in (was, line.stored):
            line = replace(line, word=word, entry=by_code.get(word), is_contested=line.stored != was)
        made.append(line)
    return made


def _by_code(indexes: Sequence[Index]) -> dict[str, Entry]:
    return {code: entry for index in reversed(indexes) for code, entry in index.by_code.items()}


def _order(spec: CategorySpec, structure: Structure) -> tuple[str, ...]:
    return tuple(
        structure.categories[pk].label().casefold() for pk in spec.ancestry if pk in structure.categories
    )


def save(
    channel: Channel,
    field: FieldMapping,
    words: Mapping[str, str],
    *,
    profile_rev: int,
    by: int,
    indexes: Sequence[Index],
) -> bool:
    """Puts these words over the stored ones, by our code; "" takes one out. False where nothing changed.

    With its first word a field that was begun is stored. Locks the channel's row. Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        if Channel.objects.select_for_update().get(pk=channel.pk).profile_rev != profile_rev:
            raise ChangedMeanwhile
        row = FieldMapping.objects.filter(pk=field.pk, source=CATEGORY).first()
        stored = row.value_list if row else {}
        given = {
            code: word if word == stored.get(code) else taxonomies.code_of(indexes, word)
            for code, word in words.items()
            if word.strip()
        }
        kept = {code: word for code, word in stored.items() if code not in words} | given
        if kept == stored:
            return False
        if row is None and field.pk is None:
            last = channel.fields.order_by("-position").values_list("position", flat=True).first()
            field.position = (last if last is not None else -1) + 1
        field.value_list = kept
        field.save(update_fields=["value_list"] if row else None)
        profiles.changed(channel, by=by)
    return True


def tally(lines: Sequence[Line]) -> dict[str, int]:
    """How many categories have a word, get one from above, or lack one; and how many products that leaves without."""
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts[
            "own" if line.word else "above" if line.above else "missing" if line.products else "empty"
        ] += 1
        counts["products"] += line.products if line.is_missing else 0
    return dict(counts)
