"""reconcile_channel CHANNEL: reads back what the channel shows and lists, field by field, where it drifted."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels.connectors.base import DeliveryError
from channels.delivery.reconcile import reconcile
from channels.management.commands._channels import channel_of


class Command(BaseCommand):
    help = "Compares what a channel shows with what was sent; what drifted is sent again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", help="the channel's code")
        parser.add_argument("--dry-run", action="store_true", help="list only, send nothing again")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, channel: str, dry_run: bool, json: bool, **_options: Any) -> None:
        spec, _structure = channel_of(channel)
        try:
            drifted = reconcile(channel_id=spec.id, mark=not dry_run)
        except NotImplementedError as error:
            raise CommandError(f"{spec.code} cannot be read back.") from error
        except DeliveryError as error:
            raise CommandError(str(error)) from error
        if json:
            self.stdout.write(
                _dumps(
                    {
                        "channel": spec.code,
                        "drifted": [{"sku": one.key, "fields": one.fields} for one in drifted],
                    }
                )
            )
            return
        for one in drifted:
            self.stdout.write(one.key)
            for field in one.fields:
                self.stdout.write(
                    f"  {field['field'] or 'the product'}: sent {field['sent']!r}, seen {field['seen']!r}"
                )
        self.stdout.write(f"{spec.code}: {len(drifted)} drifted")


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
