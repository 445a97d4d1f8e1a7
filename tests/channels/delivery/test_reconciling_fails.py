"""A channel that cannot be read back: the person who asked is told why, in words and without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from catalog.models import Job
from channels import profiles
from channels.connectors.base import Config
from channels.connectors.webhook import Webhook
from channels.models import Channel
from tests.channels.stage import Stage


def test_the_job_says_what_the_channel_said_and_no_secret(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.product()
    stage.send()
    channel = Channel.objects.get(pk=stage.channel.pk)
    channel.credentials = {**channel.credentials, "user": "t0p-s3cret"}
    channel.save()

    def refuse(self: Webhook, keys: Sequence[str]) -> Any:
        raise Config("The channel answered 401: nobody is called t0p-s3cret")

    monkeypatch.setattr(Webhook, "read_back", refuse)
    profiles.enqueue_reconcile(channel_id=channel.pk)
    stage.work_off_jobs()
    job = Job.objects.get(kind="channels.reconcile")
    assert (job.state, job.error) == ("failed", "The channel answered 401: nobody is called [redacted]")
    assert "t0p-s3cret" not in str(job.log)
