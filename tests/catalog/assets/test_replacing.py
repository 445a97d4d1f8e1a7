"""One file takes another's place: in every value that names it, through the door, after a look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import assets
from catalog.assets import replacing
from catalog.assets.describing import set_tags
from catalog.assets.replacing import planned, replace
from catalog.jobs import enqueue, run_due
from catalog.models import (
    Asset,
    Attribute,
    AttributeGroup,
    Campaign,
    CampaignValues,
    FamilyAttribute,
    Grant,
    Job,
    ProductValues,
    Revision,
    Role,
    User,
)
from catalog.structure.announce import announce
from catalog.values.campaigns import write_campaign
from catalog.values.write import write
from channels.models import Listing
from tests.catalog.assets.conftest import stored
from tests.catalog.decoding.harmless import pdf, picture
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import SYSTEM, World


def gallery(world: World) -> None:
    with transaction.atomic():
        made = Attribute.objects.create(
            code="gallery", type="images", group=AttributeGroup.objects.get(code="marketing")
        )
        FamilyAttribute.objects.create(family=world.families["mugs"], attribute=made)
        announce("attribute", [made.pk])


def values(product: int | None) -> dict[str, Any]:
    found: dict[str, Any] = ProductValues.objects.get(pk=product).values
    return found


def test_every_value_that_names_it_is_written_anew_and_what_is_inherited_follows(world: World) -> None:
    gallery(world)
    old, new, other = stored("#ff0000", alts={"en_US": "A mug"}), stored("#00ff00"), stored("#0000ff")
    one = world.create(
        "MUG-1", {"picture": old.sha256, "gallery": [other.sha256, old.sha256]}, family="mugs"
    ).product
    two = world.create("MUG-2", {"picture": other.sha256}, family="mugs").product
    model = world.create(
        "SHIRT", {"picture": old.sha256}, family="shirts", family_variant="shirts_size"
    ).product
    variant = world.create("SHIRT-S", {"size": "s"}, parent="SHIRT").product
    campaign = Campaign.objects.create(
        code="xmas", starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1)
    )
    assert two is not None
    write_campaign(campaign, {two: {"picture": old.sha256}}, by=SYSTEM)
    assert world.admin is not None
    plan = planned(old.sha256, new.sha256, user=world.admin)
    assert (plan.products, plan.values, plan.campaigns, plan.refusals) == (2, 3, 1, {})
    revisions = Revision.objects.count()
    assert replace(old.sha256, new.sha256, user=world.admin, ref="replace:1") == {
        "changed": 3,
        "refused": 0,
        "proposed": 0,
    }
    assert values(one) == {"picture": new.sha256, "gallery": [other.sha256, new.sha256]}
    assert values(two) == {"picture": other.sha256}
    assert values(model)["picture"] == new.sha256
    assert "picture" not in values(variant)
    assert CampaignValues.objects.get().values == {"picture": new.sha256}
    assert Revision.objects.count() == revisions + 3
    assert Asset.objects.get(pk=new.pk).alts == {"en_US": "A mug"}
    assert replace(old.sha256, new.sha256, user=world.admin, ref="replace:1") == {
        "changed": 0,
        "refused": 0,
        "proposed": 0,
    }


def test_what_the_person_may_not_write_is_counted_before_and_left_alone(world: World) -> None:
    old, new = stored("#ff0000"), stored("#00ff00")
    inside = world.create("MUG-1", {"picture": old.sha256}, family="mugs", categories=["cups"]).product
    outside = world.create("MUG-2", {"picture": old.sha256}, family="mugs", categories=["other"]).product
    role = Role.objects.create(code="agency", verbs=["product.edit", "product.publish", "asset.edit"])
    Grant.objects.create(role=role).categories.add(world.categories["kitchen"])
    user = User.objects.create_user("ann", is_staff=True)
    user.roles.add(role)
    assert sum(planned(old.sha256, new.sha256, user=user).refusals.values()) == 1
    assert replace(old.sha256, new.sha256, user=user, ref="replace:1") == {
        "changed": 1,
        "refused": 1,
        "proposed": 0,
    }
    assert values(inside)["picture"] == new.sha256
    assert values(outside)["picture"] == old.sha256


def test_from_the_upload_over_the_look_to_the_job_and_back(world: World, boss: Client) -> None:
    make_channel(world)
    old = stored("#ff0000", name="old.png")
    pk = world.create("MUG-1", {"picture": old.sha256}, family="mugs").product
    start = reverse("admin:catalog_asset_replace", args=[old.sha256])
    look = boss.post(start, {"file": SimpleUploadedFile("new.png", picture(color="#00ff00"))})
    new = Asset.objects.get(name="new.png")
    assert look["Location"] == reverse("admin:catalog_asset_replace_preview", args=[old.sha256, new.sha256])
    page = boss.get(look["Location"]).content.decode()
    assert "1 value of products is written anew." in page
    assert "B2B shop (1 product)" in page
    assert values(pk)["picture"] == old.sha256
    page = boss.post(look["Location"] + "run/", follow=True).content.decode()
    work_off_jobs()
    assert values(pk)["picture"] == new.sha256
    job = Job.objects.get(kind="assets.replace")
    assert job.result == {"changed": 1, "refused": 0, "proposed": 0}
    changed = f"{reverse('admin:catalog_product_changelist')}?ref=replace%3A{job.pk}&level=all"
    assert changed.replace("&", "&amp;") in page or changed in page
    grid = boss.get(changed).content.decode()
    assert "MUG-1" in grid
    assert f'name="ref" value="replace:{job.pk}"' in grid
    boss.post(reverse("admin:catalog_product_bulk_undo"), {"ref": f"replace:{job.pk}"})
    assert values(pk)["picture"] == old.sha256


def test_only_another_file_of_its_kind_is_looked_at_as_its_successor(world: World, boss: Client) -> None:
    old, other = stored(), assets.store(pdf(), name="manual.pdf", user=None)
    for wrong, code in ((old, 302), (other, 404)):
        look = reverse("admin:catalog_asset_replace_preview", args=[old.sha256, wrong.sha256])
        assert boss.get(look).status_code == code
        assert boss.post(look + "run/").status_code == 404
    assert Job.objects.filter(kind="assets.replace").count() == 0


def test_another_kind_of_file_cannot_take_its_place(world: World, boss: Client) -> None:
    old = stored()
    start = reverse("admin:catalog_asset_replace", args=[old.sha256])
    answer = boss.post(start, {"file": SimpleUploadedFile("manual.pdf", pdf())}, follow=True)
    assert "manual.pdf is of another kind, so it cannot take the place." in answer.content.decode()
    assert Job.objects.filter(kind="assets.replace").count() == 0


def test_texts_that_go_over_to_the_new_file_make_the_sheets_stale_that_show_it_already(world: World) -> None:
    make_channel(world, fields=[{"target": "photo", "source": {"attribute": "picture"}}])
    old, new = stored("#ff0000", alts={"en_US": "A mug"}), stored("#00ff00")
    world.create("MUG-1", {"picture": old.sha256}, family="mugs")
    world.create("MUG-2", {"picture": new.sha256}, family="mugs")
    work_off_jobs()
    before = dict(Listing.objects.values_list("product__sku", "desired_rev"))
    assert world.admin is not None
    replace(old.sha256, new.sha256, user=world.admin, ref="replace:1")
    work_off_jobs()
    after = dict(Listing.objects.values_list("product__sku", "desired_rev"))
    assert after["MUG-2"] == before["MUG-2"] + 1
    replace(old.sha256, new.sha256, user=world.admin, ref="replace:1")
    work_off_jobs()
    assert dict(Listing.objects.values_list("product__sku", "desired_rev")) == after


def test_taken_back_the_new_file_loses_the_texts_it_got_where_nobody_wrote_others(
    world: World, boss: Client
) -> None:
    make_channel(world, fields=[{"target": "photo", "source": {"attribute": "picture"}}])
    old = stored(
        "#ff0000", alts={"en_US": "A mug", "de_DE": "Eine Tasse"}, titles={"en_US": "Mug"}, credit="Ann"
    )
    new = stored("#00ff00")
    with transaction.atomic():
        set_tags(old, ["red"])
    one, two = (
        world.create(sku, {"picture": old.sha256}, family="mugs").product for sku in ("MUG-1", "MUG-2")
    )
    world.create("MUG-3", {"picture": new.sha256}, family="mugs")
    boss.post(reverse("admin:catalog_asset_replace_preview", args=[old.sha256, new.sha256]) + "run/")
    work_off_jobs()
    new.refresh_from_db()
    assert (new.alts, new.titles, new.credit) == (old.alts, {"en_US": "Mug"}, "Ann")
    Asset.objects.filter(pk=new.pk).update(alts={"en_US": "A green mug", "de_DE": "Eine Tasse"})
    before = Listing.objects.get(product__sku="MUG-3").desired_rev
    undo = {"ref": f"replace:{Job.objects.get(kind='assets.replace').pk}"}
    world.edit(two, status="in_review")
    boss.post(reverse("admin:catalog_product_bulk_undo"), undo)
    work_off_jobs()
    new.refresh_from_db()
    assert (values(one)["picture"], values(two)["picture"]) == (old.sha256, old.sha256)
    assert (new.alts, new.titles, new.credit) == ({"en_US": "A green mug"}, {}, "")
    assert (list(new.tags.all()), "mug" in new.search.split()) == ([], True)
    assert Listing.objects.get(product__sku="MUG-3").desired_rev == before + 1
    old.refresh_from_db()
    assert (old.credit, [tag.name for tag in old.tags.all()]) == ("Ann", ["red"])


def test_it_keeps_them_where_a_product_still_shows_it(world: World, boss: Client) -> None:
    old, new = stored("#ff0000", alts={"en_US": "A mug"}), stored("#00ff00")
    for sku, category in (("MUG-1", "cups"), ("MUG-2", "other")):
        world.create(sku, {"picture": old.sha256}, family="mugs", categories=[category])
    boss.post(reverse("admin:catalog_asset_replace_preview", args=[old.sha256, new.sha256]) + "run/")
    work_off_jobs()
    undo = {"ref": f"replace:{Job.objects.get(kind='assets.replace').pk}"}
    role = Role.objects.create(code="agency", verbs=["product.edit", "product.publish", "asset.edit"])
    Grant.objects.create(role=role).categories.add(world.categories["kitchen"])
    user = User.objects.create_user("ann", is_staff=True)
    user.roles.add(role)
    limited = Client()
    limited.force_login(user)
    for client, expected in ((limited, {"en_US": "A mug"}), (boss, {})):
        client.post(reverse("admin:catalog_product_bulk_undo"), undo)
        new.refresh_from_db()
        assert new.alts == expected


def test_a_worker_that_goes_on_counts_what_the_killed_one_did_and_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "BATCH", 1)
    old, new = stored("#ff0000"), stored("#00ff00")
    for number, category in enumerate(("other", "cups", "cups", "cups")):
        world.create(f"MUG-{number}", {"picture": old.sha256}, family="mugs", categories=[category])
    role = Role.objects.create(code="agency", verbs=["product.edit", "product.publish", "asset.edit"])
    Grant.objects.create(role=role).categories.add(world.categories["kitchen"])
    ann = User.objects.create_user("ann", is_staff=True)
    ann.roles.add(role)
    run_due("interactive")
    job = enqueue("assets.replace", {"old": old.sha256, "new": new.sha256}, by=ann)
    act, seen = write, []

    def killed_at_the_third(changes: Any, **named: Any) -> Any:
        outcomes = act(changes, **named)
        seen.append(Job.objects.get(pk=job.pk).done)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return outcomes

    monkeypatch.setattr(replacing, "write", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run_due("interactive")
    job.refresh_from_db()
    assert (job.done, job.result) == (2, {"changed": 1, "refused": 1, "proposed": 0})
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due("interactive")
    job.refresh_from_db()
    assert (job.state, job.done, job.result) == ("done", 4, {"changed": 3, "refused": 1, "proposed": 0})
    assert seen == sorted(seen)


def test_what_waits_as_a_proposal_is_not_told_as_changed(world: World) -> None:
    old, new = stored("#ff0000"), stored("#00ff00")
    pk = world.create("MUG-1", {"picture": old.sha256}, family="mugs", status="approved").product
    role = Role.objects.create(code="agency", verbs=["product.edit", "asset.edit"])
    Grant.objects.create(role=role)
    ann = User.objects.create_user("ann", is_staff=True)
    ann.roles.add(role)
    result = replace(old.sha256, new.sha256, user=ann, ref="replace:1")
    assert (result, values(pk)["picture"]) == ({"changed": 0, "refused": 0, "proposed": 1}, old.sha256)
