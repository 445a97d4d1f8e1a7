"""Pictures: taken by content, stored once, refused where they are not what they seem."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog import assets
from catalog.decoding.sniffing import PICTURES
from catalog.models import Asset
from tests.enrichment.conftest import Desk, values_of


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), color: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def upload(desk: Desk, content: bytes, name: str = "mug.png") -> Any:
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return desk.client.post(reverse("admin:catalog_asset_upload"), {"file": file})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_each_kind_is_known_by_its_content_and_kept_byte_for_byte(db: Any, kind: str) -> None:
    content = picture(kind)
    asset = assets.store(content, name="whatever.txt", user=None)
    assert (asset.width, asset.height, asset.mime) == (40, 30, PICTURES[kind][0])
    with asset.file.open("rb") as stored:
        assert stored.read() == content


def test_the_same_bytes_are_one_asset(desk: Desk) -> None:
    first, second = upload(desk, picture()).json(), upload(desk, picture(), "other.png").json()
    assert first["sha256"] == second["sha256"]
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "svg"),
        (picture("JPEG", (400, 400))[:700], "damaged"),
        (picture("BMP"), "other_picture"),
    ],
)
def test_what_is_no_whole_picture_is_refused_and_leaves_nothing(
    desk: Desk, tmp_path: Any, content: bytes, code: str
) -> None:
    response = upload(desk, content)
    assert response.status_code == 400
    assert response.json()["code"] in (code, "empty")
    assert Asset.objects.count() == 0
    assert list(tmp_path.rglob("*.*")) == []


def test_a_channel_reads_the_original_by_its_signed_address_and_nobody_by_another(
    desk: Desk, client: Any
) -> None:
    sha256 = upload(desk, picture()).json()["sha256"]
    address = assets.public_url(sha256)
    path = address[address.index("/admin/") :]
    response = client.get(path)
    assert body(response) == picture()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404


def test_people_see_pictures_when_signed_in(desk: Desk, client: Any) -> None:
    sha256 = upload(desk, picture(size=(400, 200))).json()["sha256"]
    address = reverse("admin:catalog_asset_thumbnail", args=[sha256, 96])
    small = desk.client.get(address)
    with Image.open(BytesIO(body(small))) as shown:
        assert (shown.size, shown.format) == ((96, 48), "WEBP")
    assert client.get(address).status_code == 302
    assert desk.client.get(reverse("admin:catalog_asset_thumbnail", args=[sha256, 97])).status_code == 404


def test_who_may_only_look_cannot_upload(person: Any) -> None:
    reader = Desk(person("rita", ["product.view"]))
    assert upload(reader, picture()).status_code == 403
    assert Asset.objects.count() == 0


def test_an_uploaded_picture_is_saved_into_its_field(desk: Desk, mug: int) -> None:
    sha256 = upload(desk, picture()).json()["sha256"]
    form = desk.form(mug)
    form["v:picture:"] = [sha256]
    assert desk.save(mug, form).status_code == 302
    assert values_of(mug)["picture"] == sha256
    assert reverse("admin:catalog_asset_thumbnail", args=[sha256, 320]) in desk.page(mug).content.decode()
