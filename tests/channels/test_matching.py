"""The first connection to a filled shop: what is there is found and changed, what is in doubt is never created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Job
from channels import matching, profiles
from channels.connectors.base import Seen
from channels.connectors.webhook import Webhook
from channels.models import Channel
from tests.channels.stage import Stage


@pytest.fixture
def filled(stage: Stage) -> Stage:
    """Paused, so that nothing is sent; the shop has one of three products from before."""
    profiles.pause(channel_id=stage.channel.pk, reason="before the first sync")
    stage.products(3)
    stage.shop.items["MUG-1"] = {"id": "theirs-7", "hash": "", "revision": 0, "sheet": {"sku": "MUG-1"}}
    return stage


def match(stage: Stage) -> Job:
    job = matching.start(channel=Channel.objects.get(pk=stage.channel.pk), by=None)
    stage.work_off_jobs()
    job.refresh_from_db()
    return job


def test_what_is_there_is_found_and_changed_not_made_again(
    filled: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Webhook, "batch_size", 2)
    job = match(filled)
    assert (job.state, job.result["counts"]) == ("done", {"found": 1, "ambiguous": 0, "absent": 2})
    assert filled.shop.posts == []
    first = job.result["first"]["found"][0]
    assert first["sku"] == "MUG-1"
    profiles.resume(channel_id=filled.channel.pk)
    filled.send()
    assert filled.shop.items["MUG-1"]["id"] == "theirs-7"
    assert filled.shop.created == 2


def test_what_the_channel_does_not_tell_is_in_doubt_and_not_created(
    filled: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Webhook.read_back

    def silent(self: Webhook, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        return {key: seen for key, seen in real(self, keys).items() if key != "MUG-2"}

    monkeypatch.setattr(Webhook, "read_back", silent)
    assert match(filled).result["counts"] == {"found": 1, "ambiguous": 1, "absent": 1}
    profiles.resume(channel_id=filled.channel.pk)
    filled.send()
    assert sorted(filled.shop.items) == ["MUG-1", "MUG-3"]
    monkeypatch.setattr(Webhook, "read_back", real)
    filled.let_time_pass()
    filled.send()
    assert sorted(filled.shop.items) == ["MUG-1", "MUG-2", "MUG-3"]


def test_a_channel_that_does_not_answer_fails_the_job_with_its_reason(filled: Stage) -> None:
    from tests.channels.shop import json

    filled.shop.next_reads.append(json({}, status=401))
    job = match(filled)
    assert job.state == "failed"
    assert "401" in job.error


def test_its_page_says_what_was_found(filled: Stage, client: Client) -> None:
    client.force_login(filled.world.admin)
    address = reverse("admin:channels_channel_match", args=[filled.channel.pk])
    assert "3 products have never been sent." in client.get(address).text
    client.post(reverse("admin:channels_channel_match_start", args=[filled.channel.pk]))
    filled.work_off_jobs()
    page: Any = client.get(address)
    assert [(kind, count) for kind, _label, count, _entries in page.context["kinds"]] == [
        ("found", 1), ("ambiguous", 0), ("absent", 2),
    ]  # fmt: skip
