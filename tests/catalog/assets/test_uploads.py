"""Uploads and what is answered of a file afterwards: each kind by its content, downloads that are never a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog import assets
from catalog.models import Asset
from tests.catalog.assets.conftest import body
from tests.catalog.decoding import harmless, hostile
from tests.world import World

UPLOAD = reverse("admin:catalog_asset_upload")


def send(client: Client, content: bytes, name: str = "file", **more: str) -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), **more})


def test_a_file_that_is_there_is_recognised_and_leads_to_its_page(boss: Client) -> None:
    first = send(boss, harmless.picture(), "a.png").json()
    again = send(boss, harmless.picture(), "b.png").json()
    assert (first["known"], again["known"], again["page"]) == (False, True, first["page"])
    assert Asset.objects.get().name == "a.png"


@pytest.mark.parametrize(
    "name", ["drawing.svg", "frames.gif", "comment.jpg", "macros.xlsx", "archive.zip", "page.pdf"]
)
def test_a_hostile_file_is_refused_with_a_sentence_and_leaves_nothing(
    boss: Client, tmp_path: Any, name: str
) -> None:
    make, code = hostile.REFUSED[name]
    answer = send(boss, make(), name)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"].endswith((".", ":"))
    assert Asset.objects.count() == 0
    assert list(tmp_path.rglob("*.*")) == []


def test_what_hung_behind_a_picture_is_not_kept(boss: Client) -> None:
    make, left = hostile.CLEANED["archive.jpg"]
    send(boss, make(), "holiday.jpg")
    asset = Asset.objects.get()
    with asset.file.open("rb") as file:
        assert file.read() == left()
    assert send(boss, left(), "clean.jpg").json()["known"] is True


def test_a_name_ends_as_the_content_does(boss: Client) -> None:
    send(boss, harmless.jpeg(), "photo.PNG")
    assert Asset.objects.get().name == "photo.jpg"


def test_a_field_of_pictures_takes_no_document(boss: Client) -> None:
    answer = send(boss, harmless.pdf(), "manual.pdf", kind="image")
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_kind")
    assert Asset.objects.get().kind == "file"


def test_a_file_larger_than_allowed_is_refused_while_it_is_read(boss: Client, settings: Any) -> None:
    settings.PIM_MAX_UPLOAD_MB = 1
    answer = send(boss, b"a" * ((1 << 20) + 1), "big.txt")
    assert answer.json()["message"] == "The file is larger than 1 MB: save it smaller."
    assert Asset.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name", "kind", "disposition"),
    [
        (harmless.pdf(), "manual.pdf", "application/pdf", 'attachment; filename="manual.pdf"'),
        (b"a;b\n1;2\n", "sizes.csv", "text/csv", 'attachment; filename="sizes.csv"'),
        (harmless.picture(), "mug.png", "image/png", "inline"),
        (harmless.mp4(), "film.mp4", "video/mp4", "inline"),
    ],
)
def test_a_file_is_handed_out_as_what_it_is_and_never_as_a_page(
    world: World, client: Client, content: bytes, name: str, kind: str, disposition: str
) -> None:
    address = assets.public_url(assets.store(content, name=name, user=None).sha256)
    answer = client.get(address[address.index("/admin/") :])
    assert body(answer) == content
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith(disposition)


def test_a_video_is_handed_out_in_the_parts_a_player_asks_for(world: World, client: Client) -> None:
    content = harmless.mp4()
    address = assets.public_url(assets.store(content, name="film.mp4", user=None).sha256)
    path = address[address.index("/admin/") :]
    whole = client.get(path)
    assert (whole.status_code, whole["Accept-Ranges"], body(whole)) == (200, "bytes", content)
    part = client.get(path, headers={"Range": "bytes=4-7"})
    assert (part.status_code, body(part)) == (206, content[4:8])
    assert (part["Content-Range"], part["Content-Type"]) == (f"bytes 4-7/{len(content)}", "video/mp4")
    assert part["Content-Security-Policy"] == "default-src 'none'; sandbox"
    beyond = client.get(path, headers={"Range": f"bytes={len(content) + 1}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(content)}")
