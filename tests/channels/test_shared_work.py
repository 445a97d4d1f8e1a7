"""Work that a change of one person leaves for everybody is done in the language of the house, whatever that person reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone, translation

from catalog.assets import jobs as asset_jobs
from catalog.models import Attribute, Job, Locale, Option
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values.rederive import enqueue_rederive
from channels import profile, requirements
from channels.launches import scheduling
from channels.models import Requirement
from channels.rules import using
from tests.channels.stage import make_channel
from tests.world import World


def test_it_speaks_the_language_of_the_house(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "AT_ONCE", 0)
    product = world.create("MUG-1", family="mugs").product or 0
    with translation.override("de"), transaction.atomic():
        channel = make_channel(world)
        announce("locale", [Locale.objects.get(code="de_DE").pk])
        announce("attribute", [Attribute.objects.get(code="name").pk])
        announce("option", [Option.objects.all()[0].pk])
        before = requirements.lines_of(channel.pk)
        Requirement.objects.all().delete()
        requirements.changed(channel, before)
        using.changed(channel, [using.Scope(everything=True)], Structure.current())
        enqueue_rederive([product])
        asset_jobs.enqueue_due()
        asset_jobs.enqueue_preset("web")
        asset_jobs.enqueue_purge()
    launch = scheduling.create(name="Winter", at=timezone.now() + timedelta(days=1), time_zone="UTC", by=None)
    scheduling.add(launch, profile.current(Structure.current()).by_id[channel.pk], [product], by=None)
    with translation.override("de"):
        scheduling.let_go(launch.pk, by=None)
    kinds = {
        "assets.preset", "assets.purge", "assets.renditions", "catalog.rederive", "channels.fan_out", "channels.launch",
        "channels.recount", "memory.again",
    }  # fmt: skip
    assert set(Job.objects.values_list("kind", "language")) == {(kind, "en") for kind in kinds}
