"""sync_channel CHANNEL: sends what is stale now; with --dry-run it shows what would be sent, and sends nothing."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.structure.snapshot import Structure
from channels import preview, profiles
from channels.delivery.drain import drain
from channels.management.commands._channels import channel_of
from channels.profile import ChannelSpec


class Command(BaseCommand):
    help = "Sends a channel what it waits for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", help="the channel's code")
        parser.add_argument(
            "--dry-run", action="store_true", help="show the differences to what was sent last, send nothing"
        )
        parser.add_argument(
            "--all", action="store_true", help="build and compare every listing, not only the stale ones"
        )
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *, channel: str, dry_run: bool, json: bool, **options: Any) -> None:
        spec, structure = channel_of(channel)
        if dry_run:
            self._show(spec, structure, as_json=json)
        else:
            self._send(spec, everything=options["all"], as_json=json)

    def _show(self, spec: ChannelSpec, structure: Structure, *, as_json: bool) -> None:
        counts: Counter[str] = Counter(send=0, withdraw=0, held=0, nothing=0)
        listed = []
        for one in preview.of_channel(spec, structure):
            counts[one.action] += 1
            if one.action in ("send", "withdraw"):
                entry = {
                    "sku": one.sku,
                    "action": one.action,
                    "changes": [change.as_json() for change in one.changes],
                }
                if as_json:
                    listed.append(entry)
                else:
                    self.stdout.write(f"{one.sku}: {one.action}")
                    for change in one.changes:
                        self.stdout.write(f"  {change.path}: {change.before!r} → {change.after!r}")
        if as_json:
            self.stdout.write(_dumps({"channel": spec.code, "dry_run": True, **counts, "items": listed}))
        else:
            self.stdout.write(
                f"{spec.code}: " + ", ".join(f"{name} {count}" for name, count in counts.items())
            )

    def _send(self, spec: ChannelSpec, *, everything: bool, as_json: bool) -> None:
        if everything:
            profiles.mark_all(channel_id=spec.id)
        total: Counter[str] = Counter()
        while True:
            report = drain(channel_id=spec.id)
            total += report.counts
            if report.finished:
                break
        result = {"channel": spec.code, "counts": dict(sorted(total.items())), "closed": report.closed}
        if as_json:
            self.stdout.write(_dumps(result))
        else:
            done = ", ".join(f"{name} {count}" for name, count in sorted(total.items()))
            self.stdout.write(f"{spec.code}: {done or 'nothing to do'}")
            if report.closed:
                self.stdout.write(report.closed)


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
