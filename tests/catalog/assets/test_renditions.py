"""Renditions: shape by focus, weight by quality, nothing of the original's secrets, made once and anew when asked otherwise."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageCms

from catalog import assets
from catalog.assets.renditions import current
from catalog.decoding.decoder import Decoder
from catalog.jobs import run_due
from catalog.models import Asset, Job, Rendition, RenditionPreset
from catalog.structure.announce import announce
from channels import profile
from channels.models import FieldMapping, Listing
from channels.sheets import load
from tests.catalog.assets.conftest import body, stored
from tests.catalog.decoding.harmless import picture
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import World

WISH: dict[str, Any] = {
    "width": 100, "height": 100, "fit": "inside", "background": "#ffffff", "format": "JPEG", "quality": 85, "max_kb": None,
    "box": None,
}  # fmt: skip


def rendered(
    folder: Path, content: bytes, *, focus: tuple[int, int] = (50, 50), **wish: Any
) -> tuple[Any, Image.Image]:
    original, out = folder / "original", folder / "out"
    original.write_bytes(content)
    with Decoder() as decoder:
        [answer] = decoder.render(original, [{**WISH, "out": str(out), **wish}], focus=focus)
    return answer, Image.open(BytesIO(out.read_bytes())) if "refused" not in answer else None  # type: ignore[return-value]


def halves(size: tuple[int, int] = (200, 100)) -> bytes:
    """Red on the left, blue on the right."""
    shown = Image.new("RGB", size, "red")
    shown.paste("blue", (size[0] // 2, 0, *size))
    with BytesIO() as out:
        shown.save(out, "PNG")
        return out.getvalue()


@pytest.mark.parametrize(("focus", "color"), [((0, 50), (254, 0, 0)), ((100, 50), (0, 0, 254))])
def test_a_crop_keeps_what_the_focus_says(
    tmp_path: Path, focus: tuple[int, int], color: tuple[int, int, int]
) -> None:
    _answer, shown = rendered(tmp_path, halves(), fit="crop", focus=focus)
    assert shown.size == (100, 100)
    assert all(abs(given - wanted) < 8 for given, wanted in zip(shown.getpixel((50, 50)), color, strict=True))  # type: ignore[arg-type]


def test_a_whole_picture_is_padded_on_its_ground_and_never_enlarged(tmp_path: Path) -> None:
    _answer, shown = rendered(tmp_path, halves((40, 20)), fit="pad", background="#00ff00", format="PNG")
    assert shown.size == (100, 100)
    assert shown.getpixel((5, 5)) == (0, 255, 0)
    assert shown.getpixel((35, 50)) == (255, 0, 0)
    answer, shown = rendered(tmp_path, halves((40, 20)))
    assert (answer["width"], answer["height"]) == shown.size == (40, 20)


def test_nothing_but_pixels_comes_out_and_the_turn_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret place"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    with BytesIO() as out:
        Image.new("RGB", (60, 40), "red").save(out, "JPEG", exif=exif, comment=b"secret words")
        content = out.getvalue()
    answer, shown = rendered(tmp_path, content)
    assert (answer["width"], answer["height"]) == (40, 60)
    assert dict(shown.getexif()) == {}
    assert b"secret" not in (tmp_path / "out").read_bytes()


def test_a_grey_picture_of_sixteen_bits_keeps_its_greys(tmp_path: Path) -> None:
    with BytesIO() as out:
        Image.new("I;16", (40, 40), 0x4000).save(out, "PNG")
        content = out.getvalue()
    _answer, shown = rendered(tmp_path, content, format="PNG")
    assert shown.getpixel((5, 5)) == (64, 64, 64)


def swapped_profile() -> bytes:
    """A colour space in which red and green have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize(
    ("mode", "given", "wanted"),
    [
        ("RGB", (255, 0, 0), (0, 255, 0)),
        ("RGBA", (255, 0, 0, 128), (0, 255, 0, 128)),
        ("P", (255, 0, 0), (0, 255, 0)),
        ("L", 100, (100, 100, 100)),
    ],
)
def test_colours_are_those_of_the_pictures_own_profile_also_of_a_cut_out(
    tmp_path: Path, mode: str, given: Any, wanted: tuple[int, ...]
) -> None:
    with BytesIO() as out:
        Image.new(mode, (40, 40), given).save(out, "PNG", icc_profile=swapped_profile())
        content = out.getvalue()
    _answer, shown = rendered(tmp_path, content, format="PNG")
    assert shown.getpixel((5, 5)) == wanted


def test_a_picture_is_made_lighter_until_it_fits_and_refused_where_it_cannot(tmp_path: Path) -> None:
    noise = picture("PNG", (300, 300), noisy=True)
    answer, _shown = rendered(tmp_path, noise, width=300, height=300, max_kb=60)
    assert answer["size"] <= 60 * 1024
    answer, _shown = rendered(tmp_path, noise, width=300, height=300, max_kb=5)
    assert answer["refused"] == "too_heavy"
    assert answer["params"]["most"] == 5


def test_an_upload_is_made_into_screen_sizes_and_the_presets_made_ahead(world: World) -> None:
    asset = stored()
    assert [job.title for job in Job.objects.filter(kind="assets.renditions")] == [
        "Renditions of new pictures"
    ]
    stored("#aabbcc")
    assert Job.objects.filter(kind="assets.renditions").count() == 1
    run_due("interactive")
    ahead = set(RenditionPreset.objects.filter(ahead=True).values_list("code", flat=True))
    assert ahead == {"thumbnail", "web"}
    assert set(Rendition.objects.filter(asset=asset).values_list("preset__code", flat=True)) == ahead
    assert Asset.objects.filter(renditions_due=True).count() == 0
    for row in Rendition.objects.all():
        with default_storage.open(row.file) as file:
            assert Image.open(file).size == (row.width, row.height)


def test_another_focus_and_another_preset_make_it_anew_and_the_old_file_goes(world: World) -> None:
    asset = stored()
    spec = world.structure.presets["square"]
    before = current(asset, spec)
    assert current(asset, spec).made_at == before.made_at
    asset.focus_x = 90
    asset.save()
    after = current(asset, spec)
    assert after.file != before.file
    assert not default_storage.exists(before.file)
    with transaction.atomic():
        RenditionPreset.objects.filter(code="square").update(width=30, height=30)
        announce("rendition_preset", [spec.id])
    newest = current(asset, world.structure.presets["square"])
    assert (newest.width, newest.height) == (30, 30)


def test_a_channel_gets_the_size_it_asks_for_and_only_it_hears_of_a_change(world: World, client: Any) -> None:
    photo = {"target": "photo", "source": {"attribute": "picture"}}
    make_channel(world, fields=[{**photo, "transforms": [{"name": "rendition", "preset": "square"}]}])
    make_channel(world, code="shop", fields=[photo])
    asset = stored()
    pk = world.create("MUG-1", {"picture": asset.sha256}, family="mugs").product
    work_off_jobs()

    def url(code: str = "b2b") -> str:
        structure = world.structure
        channel = profile.current(structure).by_code(code)
        assert channel is not None
        unit = load.units([pk], channel, structure)[pk]  # type: ignore[list-item,index]
        found: str = load.sheet_of(unit, channel, structure, at=None).payload["images"][0]["url"]
        return found

    first = url()
    answer = client.get(first[first.index("/admin/") :])
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "public, max-age=86400")
    with Image.open(BytesIO(body(answer))) as shown:
        assert shown.size == (40, 40)
    assert "/square/" not in url("shop")
    desired = dict(Listing.objects.values_list("channel__code", "desired_rev"))
    with transaction.atomic():
        RenditionPreset.objects.filter(code="square").update(width=20, height=20)
        announce(
            "rendition_preset",
            list(RenditionPreset.objects.filter(code="square").values_list("pk", flat=True)),
        )
    work_off_jobs()
    after = dict(Listing.objects.values_list("channel__code", "desired_rev"))
    assert {code: after[code] - desired[code] for code in after} == {"b2b": 1, "shop": 0}
    assert url() != first
    old = client.get(first[first.index("/admin/") :])
    assert old["Cache-Control"] == "public, no-cache"
    with Image.open(BytesIO(body(old))) as shown:
        assert shown.size == (20, 20)


def test_a_preset_that_is_gone_is_told_at_the_field(world: World) -> None:
    make_channel(
        world,
        fields=[
            {
                "target": "photo",
                "source": {"attribute": "picture"},
                "transforms": [{"name": "rendition", "preset": "gone"}],
            }
        ],
    )
    pk = world.create("MUG-1", {"picture": stored().sha256}, family="mugs").product
    structure = world.structure
    channel = profile.current(structure).by_code("b2b")
    assert channel is not None
    [problem] = load.sheet_of(load.units([pk], channel, structure)[pk], channel, structure, at=None).problems  # type: ignore[list-item,index]
    assert (problem.field, problem.code) == ("photo", "no_preset")
    assert FieldMapping.objects.count() == 1


def test_what_cannot_be_decoded_any_more_is_noted_and_harms_no_other(world: World) -> None:
    broken, good = stored("#111111"), stored("#222222")
    default_storage.delete(broken.file.name)
    run_due("interactive")
    errors = dict(Rendition.objects.filter(preset__code="web").values_list("asset_id", "error"))
    assert errors == {broken.pk: {"code": "damaged", "params": {}}, good.pk: {}}
    with pytest.raises(assets.AssetRefused):
        current(broken, world.structure.presets["web"])


def test_pictures_give_way_to_other_work_and_go_on_where_they_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short a turn is, it makes one: a job that only gave way would be given up in the end."""
    from catalog.assets import jobs
    from catalog.jobs import run_due as run

    for number in range(3):
        stored(f"#00000{number}")
    monkeypatch.setattr(jobs, "TURN", -1.0)
    for left in (2, 1):
        assert run("interactive", limit=1) == 1
        row = Job.objects.get(kind="assets.renditions")
        assert (row.state, row.done, row.attempts) == (Job.State.QUEUED, 3 - left, 0)
        assert Asset.objects.filter(renditions_due=True).count() == left
    run("interactive")
    row.refresh_from_db()
    assert (row.state, row.result) == (Job.State.DONE, {"pictures": 3})
    assert Asset.objects.filter(renditions_due=True).count() == 0


def test_a_preset_job_makes_what_is_lacking_and_nothing_twice(world: World) -> None:
    from catalog.assets.jobs import enqueue_preset

    first, second = stored("#111111"), stored("#222222", focus_x=10)
    Asset.objects.update(renditions_due=False)
    made = current(second, world.structure.presets["square"]).made_at
    with transaction.atomic():
        enqueue_preset("square")
    run_due("interactive")
    assert Job.objects.get(kind="assets.preset").result == {"pictures": 1}
    assert Rendition.objects.get(asset=second).made_at == made
    assert Rendition.objects.filter(asset=first, preset__code="square", error={}).count() == 1
