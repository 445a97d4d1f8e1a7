"""Moves a catalogue here as a person does: uploads, looks at the plan, presses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from catalog.models import ImportRun, Takeover
from tests.channels.stage import work_off_jobs


@dataclass
class Mover:
    client: Client

    def upload(self, *files: Any) -> Takeover:
        """Planned, or refused by its job."""
        answer = self.client.post(reverse("admin:catalog_takeover_upload"), {"file": list(files)})
        takeover = Takeover.objects.latest("pk")
        assert answer["Location"] == self.address(takeover)
        work_off_jobs()
        takeover.refresh_from_db()
        return takeover

    def press(self, takeover: Takeover, what: str = "run") -> Takeover:
        self.client.post(reverse(f"admin:catalog_takeover_{what}", args=[takeover.pk]))
        work_off_jobs()
        takeover.refresh_from_db()
        return takeover

    def page(self, takeover: Takeover) -> str:
        answer = self.client.get(self.address(takeover))
        assert answer.status_code == 200
        return answer.content.decode()

    @staticmethod
    def address(takeover: Takeover) -> str:
        return reverse("admin:catalog_takeover_show", args=[takeover.pk])


def tallies(takeover: Takeover) -> list[tuple[int, ...]]:
    """(rows, created, updated, unchanged, rejected) of each of its imports."""
    names = ("rows", "created", "updated", "unchanged", "rejected")
    runs = ImportRun.objects.in_bulk(takeover.marks["runs"].values())
    return [tuple(runs[pk].counts[name] for name in names) for pk in takeover.marks["runs"].values()]


def lines(found: Any) -> dict[str, dict[str, Any]]:
    """A plan's lines, or a report's, by their step."""
    return {line["code"]: line for line in found}
