"""What a dry run says is what the next drain does, and it changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Job, Product
from catalog.structure.snapshot import Structure
from channels import dry_run, dry_runs, profile
from channels.models import Attempt, Channel, Listing
from tests.channels import shop as acts
from tests.channels.stage import Stage


def planned(stage: Stage) -> dict[str, str]:
    structure = Structure.current()
    spec = profile.current(structure).by_id[stage.channel.pk]
    pages = dry_run.of_channel(
        spec, structure, listings=Listing.objects.all(), products=Product.objects.all()
    )
    return {one.sku: one.kind for page in pages for one in page}


def run(stage: Stage, **params: Any) -> dict[str, Any]:
    spec = profile.current(Structure.current()).by_id[stage.channel.pk]
    job = dry_runs.start(channel=spec, by=stage.world.admin, **params)
    stage.work_off_jobs()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job.result


def mixed(stage: Stage) -> dict[str, int]:
    """One product of each fate, all but the new ones sent before."""
    names = ("SAME", "EDITED", "RENAMED", "GONE", "SHORT", "LONG", "REFUSED", "DOUBT")
    made = {name: stage.product(name) for name in names}
    stage.shop.next.append(acts.rejects("REFUSED", message="Too loud."))
    stage.send()
    stage.edit(made["EDITED"], name__en_US="Other")
    stage.put(made["RENAMED"], sku="RENAMED-2")
    stage.put(made["GONE"], status="draft")
    stage.edit(made["SHORT"], name__de_DE="")
    stage.edit(made["LONG"], name__en_US="x" * 80)
    Listing.objects.filter(product_id=made["DOUBT"]).update(unknown=True, desired_rev=9)
    made["NEW"] = stage.product("NEW")
    return made


def test_what_it_says_is_what_the_next_drain_does(stage: Stage) -> None:
    mixed(stage)
    said = planned(stage)
    assert said == {
        "SAME": "nothing", "EDITED": "change", "RENAMED-2": "rename", "GONE": "withdraw", "SHORT": "held", "LONG": "refused",
        "REFUSED": "refused", "DOUBT": "change", "NEW": "create",
    }  # fmt: skip
    before = len(stage.shop.posts)
    stage.send()
    first = stage.shop.posts[before]
    did = {item["key"]: item["op"] for item in first["items"]}
    # The doubtful one was asked for first, and is there as it should be.
    assert did == {"EDITED": "upsert", "RENAMED": "withdraw", "GONE": "withdraw", "NEW": "upsert"}
    states = {row.product.sku: row.state for row in Listing.objects.select_related("product")}
    assert (states["SHORT"], states["LONG"], states["REFUSED"]) == ("incomplete", "blocked", "refused")


def test_it_changes_nothing_and_asks_the_channel_nothing(stage: Stage) -> None:
    mixed(stage)
    rows = list(Listing.objects.order_by("pk").values())
    attempts, requests = Attempt.objects.count(), stage.shop.requests
    run(stage)
    assert list(Listing.objects.order_by("pk").values()) == rows
    assert (Attempt.objects.count(), stage.shop.requests) == (attempts, requests)


def test_the_payload_is_told_field_by_field_against_what_was_sent(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    stage.edit(product, name__en_US="Other")
    structure = Structure.current()
    spec = profile.current(structure).by_id[stage.channel.pk]
    made = dry_run.of_product(Product.objects.get(pk=product), spec, structure)
    assert made is not None
    assert [one.as_json() for one in made.changes] == [
        {"field": "locales.en_US.title", "before": "Blue mug", "after": "Other"}
    ]
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"] == made.payload


def test_a_channel_that_was_never_active_says_what_it_would_create(stage: Stage) -> None:
    Listing.objects.all().delete()
    stage.product("MUG-1")
    Listing.objects.all().delete()
    Channel.objects.update(is_active=False)
    assert planned(stage) == {"MUG-1": "create"}


def test_the_cap_is_weighed_over_the_whole(stage: Stage) -> None:
    Channel.objects.update(removal_share=20, removal_least=0)
    ids = stage.products(10)
    stage.send()
    for pk in ids[:3]:
        stage.put(pk, status="draft")
    result = run(stage)
    assert (result["counts"]["withdraw"], result["counts"]["held"], result["capped"]) == (0, 3, 3)
    stage.send()
    assert len(stage.shop.items) == 10
    stage.put(ids[0], status="approved")
    for pk in ids[1:3]:
        stage.edit(pk, name__en_US="Other")
    result = run(stage)
    assert (result["counts"]["withdraw"], result["capped"]) == (2, 0)
    stage.send()
    assert len(stage.shop.items) == 8


def test_a_result_is_bounded_and_the_file_has_all(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(dry_runs, "FIRST", 2)
    monkeypatch.setattr(dry_run, "PAGE", 2)
    stage.products(5)
    result = run(stage)
    assert result["counts"]["create"] == 5
    assert [entry["sku"] for entry in result["first"]["create"]] == ["MUG-1", "MUG-2"]
    client.force_login(stage.world.admin)
    page = client.get(reverse("admin:channels_channel_dry_run", args=[stage.channel.pk]))
    assert "MUG-2" in page.text
    assert "MUG-3" not in page.text
    job = Job.objects.get(kind=dry_runs.KIND)
    file = b"".join(client.get(reverse("admin:catalog_job_file", args=[job.pk])).streaming_content)
    assert [line.split(",")[0] for line in file.decode("utf-8-sig").splitlines()[1:]] == [
        f"MUG-{n}" for n in range(1, 6)
    ]


def test_a_selection_is_of_its_products_only(stage: Stage) -> None:
    first, _second = stage.products(2)
    result = run(stage, products=[first])
    assert result["counts"]["create"] == 1
    assert [entry["sku"] for entry in result["first"]["create"]] == ["MUG-1"]


def test_its_page_shows_the_differences_of_one_product(stage: Stage, client: Client) -> None:
    product = stage.product()
    stage.send()
    stage.edit(product, name__en_US="Other")
    client.force_login(stage.world.admin)
    address = reverse("admin:channels_channel_dry_run_product", args=[stage.channel.pk, product])
    page = client.get(address).text
    assert "<del>Blue mug</del>" in page
    assert "<ins>Other</ins>" in page


def test_twice_the_listings_cost_no_more_queries(stage: Stage) -> None:
    structure = Structure.current()
    spec = profile.current(structure).by_id[stage.channel.pk]
    counts = []
    for names in (range(4), range(4, 12)):
        for number in names:
            stage.product(f"MUG-{number}")
        rows = list(Listing.objects.all())
        dry_run.of_listings(rows, spec, structure, at=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            assert len(dry_run.of_listings(rows, spec, structure, at=timezone.now())) == len(rows)
        counts.append(len(captured))
    assert counts[0] == counts[1]
