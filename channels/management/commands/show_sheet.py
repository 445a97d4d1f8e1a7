"""show_sheet CHANNEL SKU: the sheet a channel would be sent, at any time, with what stands in its way."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from channels import preview
from channels.management.commands._channels import channel_of


class Command(BaseCommand):
    help = "Shows the sheet of a product for a channel, as it stands or would stand at a date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", help="the channel's code")
        parser.add_argument("sku")
        parser.add_argument("--locale", help="only the texts of this locale")
        parser.add_argument(
            "--at", help="a date or time (2026-12-24, 2026-12-24T08:00), with the campaigns then active"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(
        self, *, channel: str, sku: str, locale: str | None, at: str | None, json: bool, **_options: Any
    ) -> None:
        spec, structure = channel_of(channel)
        if locale and locale not in spec.locales:
            raise CommandError(f"{spec.code} has no locale {locale}; it has {', '.join(spec.locales)}.")
        found = preview.by_sku(sku, spec, structure, at=_moment(at))
        if found is None:
            raise CommandError(
                f"{spec.code} sends no sheet for {sku}: there is no such product, or its sheet is its model's or its variants'."
            )
        document = preview.as_json(found, locale=locale)
        self.stdout.write(_dumps(document) if json else _told(document))


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        moment = day = None
    if moment is None and day is None:
        raise CommandError(f"{text} is neither a date nor a time: write 2026-12-24 or 2026-12-24T08:00.")
    moment = moment or datetime(day.year, day.month, day.day)  # type: ignore[union-attr]  # noqa: DTZ001 - made aware next
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _told(document: dict[str, Any]) -> str:
    lines = [f"{document['sku']} for {document['channel']}: {document['decision']}"]
    lines += [f"  {error['message']}" for error in document["errors"]]
    lines += [
        f"  changed: {one['field']}: {one['before']!r} → {one['after']!r}" for one in document["changes"]
    ]
    return "\n".join([*lines, json.dumps(document["sheet"], ensure_ascii=False, indent=2, sort_keys=True)])
