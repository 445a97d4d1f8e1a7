"""What a picture stands on and how large it is: measured once per file, held against what channels ask."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from catalog import assets
from catalog.assets import jobs as asset_jobs
from catalog.assets import library, quality
from catalog.assets.library import LibraryQuery
from catalog.assets.quality import Asking, PictureNeeds
from catalog.decoding.ground import white_edge
from catalog.jobs import enqueue, run_due
from catalog.models import Asset, Job
from tests.world import World

MARKET = Asking("market", "Market", PictureNeeds(longest=50, white=True))
SEARCH = Asking("search", "Search", PictureNeeds(shortest=41))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(quality, "_tell", lambda: (MARKET, SEARCH))
    return None


def mug(ground: Any, *, mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Something dark in the middle of a ground."""
    drawn = Image.new(mode, size, ground)
    ImageDraw.Draw(drawn).ellipse((size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4), "black")
    return drawn


def taken_in(drawn: Image.Image, name: str, kind: str = "PNG") -> Asset:
    with BytesIO() as out:
        drawn.save(out, kind)
        return assets.store(out.getvalue(), name=name, user=None)


@pytest.mark.parametrize(
    ("drawn", "share"),
    [
        (mug("white", size=(2000, 1000)), 100),
        (mug("#fcfbfa"), 100),
        (mug("#f0f0f0"), 0),
        (mug((200, 0, 0, 0), mode="RGBA"), 100),
        (mug(255, mode="L"), 100),
        (mug("white").convert("P"), 100),
        (mug("white").convert("CMYK"), 100),
        (Image.new("RGB", (3, 1), "white"), 100),
    ],
)
def test_a_ground_is_white_where_the_edge_is_white_or_transparent(drawn: Image.Image, share: int) -> None:
    assert white_edge(drawn) == share


def test_a_product_cut_off_by_the_edge_costs_what_it_covers() -> None:
    drawn = mug("white", size=(100, 100))
    ImageDraw.Draw(drawn).rectangle((0, 0, 99, 9), "black")
    assert 65 < white_edge(drawn) < 75


def test_size_and_ground_are_known_when_a_file_is_taken_in(world: World) -> None:
    found = taken_in(mug("white"), "mug.jpg", "JPEG")
    assert (found.width, found.height, found.white_edge) == (60, 40, 100)
    assert taken_in(mug("navy"), "night.png").white_edge == 0


def begin_at_once(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_at=timezone.now())
    run_due("interactive")
    job.refresh_from_db()


def test_pictures_from_before_are_measured_by_a_job_which_comes_again_for_a_file_that_was_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, one, two = (taken_in(mug(color), f"{color}.png") for color in ("red", "white", "navy"))
    Asset.objects.update(white_edge=None)
    content = Path(away.file.path).read_bytes()
    Path(away.file.path).unlink()
    run_due("interactive")
    monkeypatch.setattr(asset_jobs, "TURN", 0.0)
    job = enqueue("assets.measure")
    assert run_due("interactive") == 2  # turns
    job.refresh_from_db()
    assert dict(Asset.objects.values_list("pk", "white_edge")) == {away.pk: None, one.pk: 100, two.pk: 0}
    assert [line["text"] for line in job.log] == ["red.png: The file is missing in the storage."]
    assert (job.state, job.run_at > timezone.now()) == ("queued", True)
    Path(away.file.path).write_bytes(content)
    begin_at_once(job)
    assert (job.state, job.result) == ("done", {"pictures": 3})
    assert Asset.objects.get(pk=away.pk).white_edge == 0


def test_a_file_that_stays_away_is_told_and_let_go(world: World) -> None:
    gone = taken_in(mug("red"), "red.png")
    Asset.objects.update(white_edge=None)
    Path(gone.file.path).unlink()
    run_due("interactive")
    job = enqueue("assets.measure")
    states = []
    for _look in range(asset_jobs.LOOKS):
        begin_at_once(job)
        states.append(job.state)
    assert states == ["queued", "queued", "queued", "done"]
    assert (job.result, len(job.log)) == ({"pictures": 0}, 4)


def test_what_cannot_be_read_is_looked_at_once_whatever_the_turns_a_job_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, one, two = (taken_in(mug(color), f"{color}.png") for color in ("red", "white", "navy"))
    Asset.objects.update(white_edge=None)
    content = Path(broken.file.path).read_bytes()
    Path(broken.file.path).write_bytes(content[:100])
    run_due("interactive")
    monkeypatch.setattr(asset_jobs, "TURN", 0.0)
    job = enqueue("assets.measure")
    assert run_due("interactive") == 2  # turns
    job.refresh_from_db()
    assert (job.state, job.result, len(job.log)) == ("done", {"pictures": 2}, 1)
    Path(broken.file.path).write_bytes(content)
    enqueue("assets.measure")
    run_due("interactive")
    assert dict(Asset.objects.values_list("pk", "white_edge")) == {broken.pk: 0, one.pk: 100, two.pk: 0}


def test_conditions_in_the_database_say_what_is_said_of_one_picture(world: World) -> None:
    for number, (size, ground) in enumerate(
        [
            ((60, 40), "white"),
            ((40, 60), "navy"),
            ((40, 40), "white"),
            ((41, 41), "navy"),
            ((50, 42), "#eeeeee"),
        ]
    ):
        taken_in(mug(ground, size=size), f"{number}.png")
    taken_in(mug("white", size=(90, 90)), "unmeasured.png")
    Asset.objects.filter(name="unmeasured.png").update(white_edge=None)
    needs = [PictureNeeds(shortest=41), PictureNeeds(longest=50), PictureNeeds(41, 50, True), PictureNeeds()]
    for each in needs:
        rows = list(Asset.objects.all())
        assert set(Asset.objects.filter(each.too_small())) == {row for row in rows if each.lacks_size(row)}
        assert set(Asset.objects.filter(each.not_white())) == {row for row in rows if each.lacks_white(row)}
    assert Asset.objects.filter(needs[2].too_small()).count() == 4


def test_the_library_says_for_which_channel_a_picture_will_not_do(
    world: World, boss: Client, asked: None
) -> None:
    small, dark = taken_in(mug("white"), "small.png"), taken_in(mug("navy", size=(80, 60)), "dark.png")

    def names(state: str) -> list[str]:
        return [card.asset.name for card in library.page(LibraryQuery(state=state), world.admin).cards]

    assert names("small:search") == ["small.png"]
    assert names("small:market") == []
    assert names("ground:market") == ["dark.png"]
    assert names("small:nobody") == ["dark.png", "small.png"]
    page = boss.get(reverse("admin:catalog_asset_changelist"), {"state": "small:search"}).content.decode()
    assert '<option value="small:search" selected>' in page
    assert "Too small for Search: 60 × 40, it asks for at least 41 pixels on the shorter side." in page
    page = boss.get(reverse("admin:catalog_asset_change", args=[dark.pk])).content.decode()
    assert "Not on white, which Market asks of the first picture: 0 % of its edge is white." in page
    page = boss.get(reverse("admin:catalog_asset_change", args=[small.pk])).content.decode()
    assert "Not on white" not in page


def test_an_upload_says_at_once_that_a_picture_is_too_small(world: World, boss: Client, asked: None) -> None:
    with BytesIO() as out:
        mug("white").save(out, "PNG")
        out.seek(0)
        out.name = "mug.png"
        answer = boss.post(reverse("admin:catalog_asset_upload"), {"file": out}).json()
    assert answer["warning"].startswith("Too small for Search: 60 × 40")
