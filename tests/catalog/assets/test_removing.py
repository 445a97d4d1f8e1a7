"""Nothing that is used is deleted, and what is deleted leaves no file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.assets.removing import Removed, purge, remove
from catalog.jobs import run_due
from catalog.models import Asset, Campaign, Job, ReferenceEntity, ReferenceRecord
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ProductChange
from tests.catalog.assets.conftest import stored
from tests.world import SYSTEM, World


def later() -> Any:
    return timezone.now() + timedelta(minutes=1)


def test_what_a_product_or_a_campaign_uses_stays(world: World) -> None:
    shown, promised, free = stored("#ff0000"), stored("#00ff00"), stored("#0000ff")
    world.create("MUG-1", {"picture": shown.sha256}, family="mugs")
    other = world.create("MUG-2", {}, family="mugs").product
    assert other is not None
    campaign = Campaign.objects.create(code="xmas", starts_at=timezone.now(), ends_at=later())
    write_campaign(campaign, {other: {"picture": promised.sha256}}, by=SYSTEM)
    assert remove([shown.pk, promised.pk, free.pk], by=None) == Removed(removed=1, still_used=2)
    assert set(Asset.objects.in_library()) == {shown, promised}
    job = Job.objects.get(kind="assets.purge")
    assert job.run_at > timezone.now() + timedelta(minutes=9)


def test_the_picture_of_a_reference_record_stays_and_its_page_names_the_record(
    client: Client, world: World
) -> None:
    """A brand's logo, which no product shows by itself."""
    logo, free = stored("#ff0000"), stored("#0000ff")
    brand = ReferenceEntity.objects.create(code="brand", labels={"en_US": "Brand"})
    ReferenceRecord.objects.create(entity=brand, code="acme", labels={"en_US": "Acme"}, image=logo)
    assert remove([logo.pk, free.pk], by=None) == Removed(removed=1, still_used=1)
    Asset.objects.filter(pk=logo.pk).update(removed_at=timezone.now())  # as it was taken out before
    assert purge(before=later()) == {"deleted": 1, "put_back": 1}
    assert Asset.objects.in_library().get() == logo
    assert world.admin is not None
    client.force_login(world.admin)
    page = client.get(reverse("admin:catalog_asset_change", args=[logo.pk])).content.decode()
    assert "As the picture of: Acme" in page


def test_a_removed_file_can_no_longer_be_named_and_goes_with_all_its_sizes(
    world: World, settings: Any
) -> None:
    asset = stored()
    run_due("interactive")
    assert len([path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]) == 6
    remove([asset.pk], by=None)
    outcome = world.put(
        ProductChange(values={"picture": asset.sha256}, fields={"sku": "MUG-1", "family": "mugs"})
    )
    assert [error.code for error in outcome.errors] == ["unknown_asset"]
    assert purge(before=later()) == {"deleted": 1, "put_back": 0}
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    assert purge(before=later()) == {"deleted": 0, "put_back": 0}


def test_what_was_taken_up_meanwhile_is_put_back(world: World) -> None:
    """As by a write that had seen the file in the library before it was taken out."""
    asset = stored()
    world.create("MUG-1", {"picture": asset.sha256}, family="mugs")
    Asset.objects.filter(pk=asset.pk).update(removed_at=timezone.now())
    assert purge(before=later()) == {"deleted": 0, "put_back": 1}
    assert Asset.objects.in_library().get() == asset
    assert default_storage.exists(asset.file.name)


def test_an_upload_of_the_same_bytes_puts_it_back(world: World) -> None:
    asset = stored()
    remove([asset.pk], by=None)
    assert stored() == asset
    assert purge(before=later()) == {"deleted": 0, "put_back": 0}
    assert Asset.objects.in_library().get() == asset


def test_unused_files_are_offered_and_the_chosen_ones_go(world: World, boss: Client) -> None:
    shown, free = stored("#ff0000"), stored("#00ff00")
    world.create("MUG-1", {"picture": shown.sha256}, family="mugs")
    text = boss.get(reverse("admin:catalog_asset_changelist") + "?state=unused").content.decode()
    assert f'name="id" value="{free.pk}"' in text
    assert f'name="id" value="{shown.pk}"' not in text
    answer = boss.post(
        reverse("admin:catalog_asset_remove"),
        {"id": [free.pk, shown.pk], "query": "state=unused"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0].endswith("?state=unused")
    assert "1 file was taken out of the library." in answer.content.decode()
    assert "1 file is in use and stays" in answer.content.decode()
    assert Asset.objects.in_library().get() == shown
