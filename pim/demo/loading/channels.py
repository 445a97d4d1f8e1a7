"""The demo's channels: one sends to the stand-in shop on loopback, one writes files, one is a portal served here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from catalog.models import Attribute, Category, Context, Currency, Family, Locale
from channels import profiles
from channels.models import Channel, FieldMapping, Requirement
from pim.local_secrets import local_secret


def shop_secret() -> str:
    """What the demo's channel and the stand-in shop share, in the form of Standard Webhooks ("whsec_" and base64)."""
    return (
        "whsec_"
        + base64.b64encode(local_secret(settings.PIM_DATA / "secrets", "shop_secret").encode()[:32]).decode()
    )


def load_channels(rows: Iterable[Mapping[str, Any]], *, shop_url: str) -> list[Channel]:
    """`shop_url`: where the stand-in shop listens, as "http://127.0.0.1:8801". Channels that exist only get a new address."""
    return [_load(row, f"{shop_url}/hooks/{row['code']}") for row in rows]


def _load(row: Mapping[str, Any], endpoint: str) -> Channel:
    known = Channel.objects.filter(code=row["code"]).first()
    settings = row.get("settings") or {"endpoint": endpoint, "timeout": 15}
    credentials = {} if "settings" in row else {"secret": shop_secret()}
    if known is not None:
        if "endpoint" in settings and known.settings.get("endpoint") != endpoint:
            known.settings = {**known.settings, "endpoint": endpoint}
            known.save(update_fields=["settings"])
            profiles.reconnected(channel_id=known.pk)
        return known
    families = {family.code: family for family in Family.objects.all()}
    attributes = {attribute.code: attribute for attribute in Attribute.objects.all()}
    with transaction.atomic():
        channel = Channel.objects.create(
            code=row["code"], labels=row["labels"], context=Context.objects.get(code=row["context"]), connector=row["connector"],
            category_tree=Category.objects.get(code=row["category_tree"]), assortment=row["assortment"],
            settings=settings, credentials=credentials,
            schedule=row["schedule"], send_fallback=row["send_fallback"], pictures=row.get("pictures", {}),
        )  # fmt: skip
        channel.locales.set(Locale.objects.filter(code__in=row["locales"]))
        channel.currencies.set(Currency.objects.filter(code__in=row["currencies"]))
        Requirement.objects.bulk_create(
            Requirement(
                channel=channel,
                family=families.get(rule["family"]),
                attribute=attributes[rule["attribute"]],
                level=rule["level"],
            )
            for rule in row["requirements"]
        )
        FieldMapping.objects.bulk_create(
            FieldMapping(channel=channel, **{**field, "family": families.get(field["family"])})
            for field in row["fields"]
        )
        profiles.changed(channel)
    return channel
