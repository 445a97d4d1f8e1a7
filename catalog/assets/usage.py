"""Where assets are used: products by the token index, campaigns by their documents, records by their picture. Set-based,
whatever the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from catalog import search
from catalog.models.asset import Asset
from catalog.models.campaign import CampaignValues
from catalog.models.product import Product
from catalog.models.reference import ReferenceRecord
from catalog.models.tokens import numbered
from catalog.values.derive import asset_token


def products_showing(digests: Iterable[str]) -> QuerySet[Product]:
    """Products any of whose values, own or inherited, permanent or of a campaign, names one of these files."""
    listed = sorted(set(digests))
    if not listed:
        return Product.objects.none()
    by_token = search.filter_tokens(
        Product.objects.all(), any_of=[[asset_token(digest) for digest in listed]]
    )
    roots = campaigns_naming(listed).values("product__root_id")
    return Product.objects.filter(Q(pk__in=by_token.values("pk")) | Q(root_id__in=roots))


Shown = Sequence[tuple[str, int]]
_tell: Callable[[QuerySet[Product]], Shown] = lambda _products: ()  # noqa: E731


def told_by(tell: Callable[[QuerySet[Product]], Shown]) -> None:
    """The room that knows the channels says here which of them show products."""
    global _tell
    _tell = tell


def channels_showing(digests: Iterable[str]) -> Shown:
    """The channels on which products with one of these files stand, or wait to: name, how many."""
    return _tell(products_showing(digests))


def campaigns_naming(digests: Iterable[str]) -> QuerySet[CampaignValues]:
    """Documents of campaigns that name one of these files. They are few: their texts are read."""
    named = Q()
    for digest in digests:
        named |= Q(text__contains=digest)
    return (
        CampaignValues.objects.annotate(text=Cast("values", TextField())).filter(named)
        if named
        else CampaignValues.objects.none()
    )


def counts(digests: Sequence[str]) -> dict[str, int]:
    """How many products (models and variants counted in) show each of these files: one query for all. Campaigns not counted."""
    tokens = {numbered(asset_token(digest)): digest for digest in digests}
    if not tokens:
        return {}
    marks = ",".join(["%s"] * len(tokens))
    if connection.vendor == "postgresql":
        # Each token asked of the index by itself; unnesting all tokens of all products found would read them whole.
        statement = (
            "SELECT asked.token, count(*) FROM unnest(%s::bigint[]) AS asked (token) "
            "JOIN catalog_product ON catalog_product.tokens @> ARRAY[asked.token] GROUP BY asked.token"
        )
        params: list[object] = [list(tokens)]
    else:
        statement = f"SELECT token, count(*) FROM catalog_token WHERE token IN ({marks}) GROUP BY token"  # noqa: S608 - only marks
        params = list(tokens)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {tokens[token]: number for token, number in cursor.fetchall()}


def unused(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    """Those that no product shows, no campaign names and no reference record has as its picture."""
    return assets.filter(~_shown()).exclude(Exists(_in_campaigns())).exclude(Exists(_of_records()))


def used(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    return assets.filter(Q(_shown()) | Q(Exists(_in_campaigns())) | Q(Exists(_of_records())))


def _shown() -> RawSQL:
    from django.db.models import BooleanField

    number = search.number_of_file(f"{Asset._meta.db_table}.sha256")
    if connection.vendor == "postgresql":
        text = f"EXISTS (SELECT 1 FROM catalog_product p WHERE p.tokens @> ARRAY[{number}])"  # noqa: S608
    else:
        text = f"EXISTS (SELECT 1 FROM catalog_token t WHERE t.token = {number})"  # noqa: S608
    return RawSQL(text, [], output_field=BooleanField())  # noqa: S611 - no foreign word in it


def _in_campaigns() -> QuerySet[CampaignValues]:
    return CampaignValues.objects.annotate(text=Cast("values", TextField())).filter(
        text__contains=OuterRef("sha256")
    )


def _of_records() -> QuerySet[ReferenceRecord]:
    return ReferenceRecord.objects.filter(image=OuterRef("pk"))
