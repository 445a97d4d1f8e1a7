"""A part of a picture chosen for one preset: kept beside the file, made by the decoder, told to the channels that show it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from catalog import assets
from catalog.assets import cropping, jobs
from catalog.assets.addresses import rendition_key, rendition_url
from catalog.assets.cropping import Frame
from catalog.assets.facts import facts_of
from catalog.assets.renditions import current
from catalog.jobs import run_due
from catalog.models import Asset
from channels.models import Listing
from tests.catalog.assets.conftest import stored
from tests.catalog.assets.test_renditions import halves, rendered
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import World

BLUE, RED = (0, 0, 254), (254, 0, 0)


def is_near(color: Any, wanted: tuple[int, ...]) -> bool:
    return all(abs(given - asked) < 10 for given, asked in zip(color, wanted, strict=True))


@pytest.mark.parametrize("fit", ["inside", "crop", "pad"])
def test_only_the_chosen_part_comes_out_whatever_the_focus(tmp_path: Path, fit: str) -> None:
    answer, shown = rendered(tmp_path, halves(), fit=fit, box=(120, 10, 80, 80), focus=(0, 0), format="PNG")
    assert "refused" not in answer
    assert is_near(shown.getpixel((shown.width // 2, shown.height // 2)), BLUE)
    assert {"inside": (80, 80), "crop": (80, 80), "pad": (100, 100)}[fit] == shown.size


def test_a_small_part_of_a_large_picture_is_as_sharp_as_the_file_is(tmp_path: Path) -> None:
    """A JPEG is decoded smaller where less is asked for: the part decides how small."""
    large = Image.new("RGB", (3200, 1600), "red")
    for column in range(0, 200, 2):
        large.paste("white", (3000 + column, 0, 3001 + column, 1600))
    with BytesIO() as out:
        large.save(out, "JPEG", quality=100, subsampling=0)
        content = out.getvalue()
    _answer, shown = rendered(tmp_path, content, box=(3000, 0, 100, 100), format="PNG")
    assert shown.size == (100, 100)
    assert is_near(shown.getpixel((50, 50)), (255, 255, 255))
    assert is_near(shown.getpixel((51, 50)), RED)


def test_the_part_is_counted_in_the_picture_as_it_is_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: left becomes top
    with BytesIO() as out:
        Image.open(BytesIO(halves())).save(out, "JPEG", exif=exif, quality=100, subsampling=0)
        content = out.getvalue()
    _answer, shown = rendered(tmp_path, content, box=(0, 120, 100, 60), format="PNG")
    assert shown.size == (100, 60)
    assert is_near(shown.getpixel((50, 30)), BLUE)


def test_a_box_lies_in_the_picture_and_has_the_presets_shape(world: World) -> None:
    square, web = world.structure.presets["square"], world.structure.presets["web"]
    assert (square.fit, web.fit) == ("crop", "inside")
    assert cropping.clean((10, 0, 40, 20), (60, 40), square) == (20, 0, 20, 20)
    assert cropping.clean((10, 0, 40, 20), (60, 40), web) == (10, 0, 40, 20)
    for wrong in ((-1, 0, 20, 20), (0, 0, 61, 20), (50, 0, 20, 20), (0, 0, 7, 20)):
        with pytest.raises(ValidationError):
            cropping.clean(wrong, (60, 40), web)
    with pytest.raises(ValidationError):
        cropping.clean((0, 0, 40, 7), (60, 40), square)
    assert cropping.by_itself(Frame((100, 50)), (60, 40), square) == (20, 0, 40, 40)


def test_without_a_box_addresses_stay_and_with_one_only_its_presets_change(world: World) -> None:
    asset = stored()
    square, web = world.structure.presets["square"], world.structure.presets["web"]
    facts = facts_of([asset.sha256])[asset.sha256]
    before = rendition_url(asset.sha256, facts, square), rendition_url(asset.sha256, facts, web)
    assert rendition_key(square, facts) == rendition_key(square, Frame())
    assert cropping.store(asset.pk, square, (0, 0, 30, 30), by=world.admin.pk)  # type: ignore[union-attr]
    facts = facts_of([asset.sha256])[asset.sha256]
    after = rendition_url(asset.sha256, facts, square), rendition_url(asset.sha256, facts, web)
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_a_kept_crop_makes_the_rendition_anew_and_the_channel_that_shows_it_stale(
    world: World, boss: Client
) -> None:
    make_channel(world, fields=[{"target": "photo", "source": {"attribute": "picture"}, "transforms": [{"name": "rendition", "preset": "square"}]}])  # fmt: skip
    asset = assets.store(halves(), name="halves.png", user=None)
    world.create("MUG-1", {"picture": asset.sha256}, family="mugs")
    work_off_jobs()
    spec = world.structure.presets["square"]
    old, desired = current(asset, spec), Listing.objects.get().desired_rev
    address = reverse("admin:catalog_asset_crop", args=[asset.sha256, "square"])
    page = boss.get(address).content.decode()
    assert 'name="left" value="50"' in page
    assert "Let the preset cut" not in page
    answer = boss.post(address, {"left": "140", "top": "0", "width": "60", "height": "60"})
    assert answer["Location"] == address
    asset.refresh_from_db()
    assert asset.crops == {str(spec.id): [140, 0, 60, 60]}
    assert asset.renditions_due
    work_off_jobs()
    run_due("interactive")
    asset.refresh_from_db()
    assert not asset.renditions_due
    new = asset.renditions.get(preset_id=spec.id)
    assert (new.width, new.height) == (60, 60)
    assert new.key != old.key
    assert not default_storage.exists(old.file)
    with default_storage.open(new.file) as file, Image.open(file) as shown:
        assert is_near(shown.convert("RGB").getpixel((5, 30)), BLUE)
    assert Listing.objects.get().desired_rev == desired + 1
    boss.post(address, {"reset": "1"})
    asset.refresh_from_db()
    assert asset.crops == {}
    assert rendition_key(spec, asset) == old.key


def test_what_is_wrong_stands_at_the_form_and_nothing_is_kept(world: World, boss: Client) -> None:
    asset = stored()
    address = reverse("admin:catalog_asset_crop", args=[asset.sha256, "web"])
    answer = boss.post(address, {"left": "30", "top": "0", "width": "40", "height": "20"})
    assert answer.status_code == 400
    assert "The crop goes beyond the picture, which is 60 × 40." in answer.content.decode()
    answer = boss.post(address, {"left": "", "top": "0", "width": "40", "height": "x"})
    assert answer.content.decode().count('aria-invalid="true"') == 2
    assert Asset.objects.get().crops == {}
    assert boss.get(reverse("admin:catalog_asset_crop", args=[asset.sha256, "gone"])).status_code == 404


def test_who_may_not_edit_assets_crops_none(world: World, signed_in: Callable[..., Client]) -> None:
    asset = stored()
    viewer = signed_in("product.view")
    address = reverse("admin:catalog_asset_crop", args=[asset.sha256, "web"])
    assert viewer.post(address, {"left": "0", "top": "0", "width": "40", "height": "20"}).status_code == 403
    assert Asset.objects.get().crops == {}


def test_a_crop_drawn_while_renditions_are_made_leaves_them_due(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = stored()
    spec, made = world.structure.presets["web"], jobs.make

    def meanwhile(*args: Any, **kwargs: Any) -> None:
        made(*args, **kwargs)
        if cropping.store(asset.pk, spec, (0, 0, 30, 30), by=world.admin.pk):  # type: ignore[union-attr]
            raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "make", meanwhile)
    with pytest.raises(KeyboardInterrupt):
        run_due("interactive")
    assert Asset.objects.get().renditions_due
