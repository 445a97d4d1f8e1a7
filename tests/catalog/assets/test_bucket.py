"""The library with its files in a bucket: nothing of it needs a path of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from PIL import Image

from catalog import assets
from catalog.assets.removing import purge, remove
from catalog.jobs import run_due
from catalog.models import Asset, Rendition
from pim import file_storage
from tests.catalog.assets.bucket import KEY, NAME, SECRET, Bucket, bucket
from tests.catalog.decoding.harmless import picture
from tests.world import World, build_world


@pytest.fixture
def store(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with bucket() as kept:
        for name, value in {
            "BUCKET": NAME, "PREFIX": "pim/", "REGION": "eu-central-1", "ENDPOINT": kept.address, "ACCESS_KEY": KEY,
            "SECRET_KEY": SECRET, "ADDRESSING": "path",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"PIM_S3_{name}", value)
        settings.STORAGES = {**settings.STORAGES, "default": file_storage.from_environment()}
        yield kept


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_picture_lives_in_the_bucket_from_its_upload_to_its_end(
    store: Bucket, world: World, client: Any
) -> None:
    content = picture("PNG", (400, 200))
    asset = assets.store(content, name="mug.png", user=None)
    name = f"pim/assets/{asset.sha256[:2]}/{asset.sha256}.png"
    assert store.objects == {name: content}
    assert assets.store(content, name="again.png", user=None) == asset
    assert [method for method, _name in store.asked].count("PUT") == 1

    run_due("interactive")
    assert sorted(store.objects) == sorted([
        name,
        *(f"pim/renditions/{size}/{asset.sha256[:2]}/{asset.sha256}.webp" for size in (96, 320, 960)),
        *(f"pim/{row.file}" for row in Rendition.objects.all()),
    ])  # fmt: skip

    address = assets.public_url(asset.sha256)
    assert "127.0.0.1" not in address.replace("http://127.0.0.1:8000", "")
    assert body(client.get(address[address.index("/admin/") :])) == content
    with Image.open(BytesIO(store.objects[f"pim/{assets.thumbnail(asset.sha256, 96)}"])) as small:
        assert small.size == (96, 48)

    remove([asset.pk], by=None)
    assert purge(before=timezone.now() + timedelta(minutes=1)) == {"deleted": 1, "put_back": 0}
    assert store.objects == {}
    assert Asset.objects.count() == store.refused == 0


def test_files_of_a_preset_that_is_gone_are_found_in_the_bucket(store: Bucket, world: World) -> None:
    from catalog.assets.jobs import _delete_files

    store.objects |= {"pim/renditions/web/ab/x.webp": b"1", "pim/renditions/square/ab/x.jpg": b"2"}

    class Handle:
        def progress(self, done: int) -> None: ...

    assert _delete_files("renditions/web", Handle()) == 1  # type: ignore[arg-type]
    assert store.objects == {"pim/renditions/square/ab/x.jpg": b"2"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PIM_S3_ENDPOINT": "https://minio.test"}, "PIM_S3_BUCKET is not"),
        ({"PIM_S3_BUCKET": "b", "PIM_S3_ACCESS_KEY": "k"}, "belong together"),
        ({"PIM_S3_BUCKET": "b", "PIM_S3_ENDPOINT": "minio.test"}, "must begin with https://"),
        ({"PIM_S3_BUCKET": "b", "PIM_S3_ADDRESSING": "odd"}, "must be one of auto, path, virtual"),
    ],
)
def test_half_a_bucket_is_refused_at_start(
    given: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=said):
        file_storage.from_environment()


def test_with_nothing_set_files_stay_in_the_data_folder() -> None:
    assert file_storage.from_environment() == file_storage.LOCAL
