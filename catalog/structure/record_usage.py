"""Who points at reference records: found by the tokens of the products, and in what campaigns say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from catalog import search
from catalog.models.attribute import Attribute
from catalog.models.campaign import CampaignValues
from catalog.models.product import Product
from catalog.models.reference import ReferenceEntity, ReferenceRecord

CHUNK = 200  # tokens of one query


def attributes_of(entities: Iterable[int]) -> list[Attribute]:
    """The attributes whose values are records of these entities (ids)."""
    codes = set(ReferenceEntity.objects.filter(pk__in=list(entities)).values_list("code", flat=True))
    rows = Attribute.objects.filter(type="reference").order_by("position", "code")
    return [row for row in rows if row.params.get("entity") in codes]


def tokens_of(records: Iterable[int]) -> list[str]:
    """The tokens of products that have one of these records (ids), by whichever attribute."""
    by_entity: dict[str, list[str]] = defaultdict(list)
    rows = ReferenceRecord.objects.filter(pk__in=list(records)).order_by("entity__code", "code")
    for entity, code in rows.values_list("entity__code", "code"):
        by_entity[entity].append(code)
    return [
        f"{attribute.code}={code}"
        for attribute in Attribute.objects.filter(type="reference").order_by("position", "code")
        for code in by_entity.get(str(attribute.params.get("entity")), ())
    ]


def products_of(records: Sequence[int]) -> list[int]:
    """Ids of the products that have one of them: themselves, inherited, or while a campaign lasts."""
    found: set[int] = set()
    tokens = tokens_of(records)
    for start in range(0, len(tokens), CHUNK):
        chunk = tokens[start : start + CHUNK]
        found.update(search.filter_tokens(Product.objects.all(), any_of=[chunk]).values_list("pk", flat=True))
        found.update(
            Product.objects.filter(root_id__in=in_campaigns(chunk).values("product__root_id")).values_list(
                "pk", flat=True
            )
        )
    return sorted(found)


def in_campaigns(tokens: Iterable[str]) -> QuerySet[CampaignValues]:
    """Campaign documents that seem to name one: by the code in quotes, so that one too many may be among them."""
    named = Q(pk__in=[])
    for token in tokens:
        attribute, _mark, code = token.partition("=")
        own = Q(text__contains=f'"{attribute}"') | Q(text__contains=f'"{attribute}|')
        named |= own & Q(text__contains=f'"{code}"')
    return CampaignValues.objects.annotate(text=Cast("values", TextField())).filter(named)
