"""What a bulk change says of itself at its end: each product once, whichever of its workers came to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import Attribute, Job, Product
from channels.models import Channel
from enrichment.workbench.bulk_edit import running, views
from enrichment.workbench.grid import batches, bulk
from enrichment.workbench.launches import running as launching
from tests.attributes import changed
from tests.enrichment.conftest import Desk
from tests.enrichment.test_bulk_editing import EVERYWHERE, FIND, done, mugs, names

__all__ = ["mugs"]


def no_longer_than(code: str, length: int) -> None:
    Attribute.objects.filter(code=code).update(params={"max_length": length})
    changed("attribute", Attribute.objects.get(code=code).pk)


def test_what_a_killed_worker_was_refused_counts_in_the_end(
    desk: Desk, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (views, batches):
        monkeypatch.setattr(module, "BATCH", 2)
    no_longer_than("name", 8)
    done(desk, mugs, **FIND | {"edit-find": "u", "edit-by": "uu"})
    act = running.apply

    def killed(part: Any, *rest: Any, **named: Any) -> Any:
        result = act(part, *rest, **named)
        if mugs[2] in part:
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as patch:
        patch.setattr(running, "apply", killed)
        with pytest.raises(KeyboardInterrupt):
            run_due("interactive")
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due("interactive")
    job = Job.objects.get(kind="grid.edit")
    assert names(mugs) == ["Red muug", "Blue mug", "Smuggler's cup", "MUG of red", "Bowl"]
    assert (job.state, job.result["changed"], job.result["refused"]) == ("done", 1, 3)
    assert sum(job.result["reasons"].values()) == 3


def test_of_many_variants_of_one_model_each_is_planned_and_counted_once(
    desk: Desk, world: Any, channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where their model is refused what all of them have of it."""
    for module in (views, running, batches):
        monkeypatch.setattr(module, "BATCH", 2, raising=False)
    said = {"name|en_US": "A mug", "description|en_US": "<p>mug</p>"}
    world.create("SHIRT", said, family_variant="shirts_size")
    own = ({}, {"name|en_US": "Mug M"}, {})
    for number, size in enumerate(("s", "m", "l")):
        world.create(f"SHIRT-{size}", {"size": size, **own[number]}, parent="SHIRT")
    variants = list(Product.objects.filter(sku__startswith="SHIRT-").values_list("pk", flat=True))
    no_longer_than("name", 5)
    plan, planned = running.targets, list[int]()

    def noted(part: Any, *rest: Any) -> Any:
        assert len(part) <= 2
        planned.extend(part)
        return plan(part, *rest)

    monkeypatch.setattr(running, "targets", noted)
    done(desk, variants, **EVERYWHERE | {"edit-by": "cup of"})
    run_due("interactive")
    job = Job.objects.get(kind="grid.edit")
    assert sorted(planned) == sorted(variants)
    assert (job.state, job.result["changed"], job.result["refused"]) == ("done", 0, 2)


def test_a_launch_counts_over_all_workers_what_was_approved_refused_and_proposed(
    desk: Desk, mugs: list[int], channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 1)
    monkeypatch.setattr(launching, "BATCH", 1)
    Product.objects.filter(pk__in=mugs).update(status="draft")
    start = {"name": "Winter", "at": timezone.now() + timedelta(days=1), "time_zone": "UTC", "sheets": 3}
    some = mugs[:3]
    launching.start(**start, entries={channel.pk: some}, approve=some, by=desk.user, ref=bulk.new_ref())
    act, killed_at = bulk.apply, [some[1]]

    def applied(part: Any, *rest: Any, **named: Any) -> Any:
        result = act(part, *rest, **named)
        if part == some[:1]:
            result.refuse("A reason")
            result.proposed = 1
        if list(part) == killed_at:
            killed_at.clear()
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(bulk, "apply", applied)
    with pytest.raises(KeyboardInterrupt):
        run_due("interactive")
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due("interactive")
    job = Job.objects.get(kind="launches.fill")
    assert (job.state, job.done, job.result["changed"]) == ("done", 6, 3)
    assert (job.result["refused"], job.result["proposed"], job.result["reasons"]) == (1, 1, {"A reason": 1})
