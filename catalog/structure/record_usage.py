"""Who points at reference records: found by the tokens of the products, and in what campaigns say; and which fields have
values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from catalog import search
from catalog.models.attribute import Attribute
from catalog.models.campaign import CampaignValues
from catalog.models.product import Product
from catalog.models.reference import ReferenceEntity, ReferenceField, ReferenceRecord

CHUNK = 200  # tokens of one query
FIXED_BY_VALUES = ("type", "localizable")  # what decides how a field's values and keys are read


def attributes_of(entities: Iterable[int]) -> list[Attribute]:
    """The attributes whose values are records of these entities (ids)."""
    codes = set(ReferenceEntity.objects.filter(pk__in=list(entities)).values_list("code", flat=True))
    rows = Attribute.objects.filter(type="reference").order_by("position", "code")
    return [row for row in rows if row.params.get("entity") in codes]


def has_values(field: ReferenceField) -> bool:
    """Whether any record of the entity has a value of the field, as it is stored."""
    own = Q(values__has_key=field.code) | Q(text__contains=f'"{field.code}|')
    rows = ReferenceRecord.objects.filter(entity_id=field.entity_id)
    return rows.annotate(text=Cast("values", TextField())).filter(own).exists()


def check_field_change(field: ReferenceField) -> None:
    """Raises ValidationError by field where a stored field that records have values of would read them otherwise."""
    before = ReferenceField.objects.filter(pk=field.pk).values(*FIXED_BY_VALUES).first() if field.pk else None
    changed = [name for name, value in (before or {}).items() if value != getattr(field, name)]
    if changed and has_values(field):
        text = _("Records have values of %(code)s, so this cannot change: empty them first.")
        raise ValidationError(dict.fromkeys(changed, text % {"code": field.code}))


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
