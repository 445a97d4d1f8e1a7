"""The page on which a manager says where a profile's files come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import ImportPickup, Job, Role, User
from tests.catalog.importing.pickup.conftest import Desk
from tests.sftp_server import Server

SECRET = "canary-of-the-form"


@pytest.fixture
def page(desk: Desk, client: Client) -> str:
    client.force_login(desk.world.admin)
    desk.pickup.delete()
    return reverse("admin:catalog_importprofile_pickup", args=[desk.profile.pk])


def posted(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "folder", "pattern": "*.csv", "is_active": "on", "when": "every", "every_minutes": "15", "time_zone": "Europe/Berlin",
        "after": "move", "archive": "archive", "alone": "clean", "most_rejected": "0", "most_retired": "0", "most_emptied": "0", **changed,
    }  # fmt: skip


def saved(desk: Desk) -> ImportPickup:
    return ImportPickup.objects.get(profile=desk.profile)


def test_a_folder_is_set_up_looked_at_and_forgotten(desk: Desk, page: str, client: Client) -> None:
    assert client.get(page).status_code == 200
    desk.put("prices.csv", "sku,color\nA,red\n")
    answer = client.post(page, posted(), follow=True)
    assert "It was reached: 1 file fits." in answer.content.decode()
    row = saved(desk)
    assert (row.every_minutes, row.daily_at, row.run_by, row.kind) == (15, None, desk.world.admin, "folder")
    client.post(page + "look/")
    assert Job.objects.filter(kind="import.pickup").count() == 1
    client.post(page + "look/")
    assert Job.objects.filter(kind="import.pickup").count() == 1
    desk.pickup = row
    desk.turn(4)
    text = client.get(page).content.decode()
    assert "prices.csv" in text
    assert "Last look" in text
    client.post(page + "remove/")
    assert ImportPickup.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"place_folder": "../etc"}, "place_folder"),
        ({"when": "daily"}, "daily_at"),
        ({"every_minutes": "0"}, "every_minutes"),
        ({"archive": "../out"}, "archive"),
        ({"webhook": "https://example.com/hook"}, "webhook_key"),
        ({"most_rejected": "101"}, "most_rejected"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    desk: Desk, page: str, client: Client, changed: dict[str, str], field: str
) -> None:
    answer = client.post(page, posted(**changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert ImportPickup.objects.count() == 0


@pytest.fixture
def server(tmp_path: Path, settings: Any):
    settings.PIM_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    (tmp_path / "sftp").mkdir()
    with Server(tmp_path / "sftp", password=SECRET) as made:
        yield made


def test_a_server_s_key_is_shown_and_accepted(desk: Desk, page: str, client: Client, server: Server) -> None:
    place = {"kind": "sftp", "place_host": "127.0.0.1", "place_port": server.port, "place_user": "pim", "place_folder": "/", "place_password": SECRET}  # fmt: skip
    answer = client.post(page, posted(**place), follow=True)
    text = answer.content.decode()
    assert f"Accept the key {server.fingerprint}" in text
    assert SECRET not in text
    client.post(page + "accept-key/", {"key": "SHA256:" + "B" * 43})
    assert "host_key" not in saved(desk).settings
    client.post(page + "test/")
    answer = client.post(page + "accept-key/", {"key": server.fingerprint}, follow=True)
    assert "It was reached: 0 files fit." in answer.content.decode()
    assert saved(desk).settings["host_key"] == server.fingerprint

    again = {**place, "place_password": "", "place_host_key": server.fingerprint}
    client.post(page, posted(**again))
    assert saved(desk).credentials == {"password": SECRET}
    answer = client.post(page, posted(**{**again, "place_host": "other.example"}))
    assert list(answer.context["form"].errors) == ["place_host"]
    assert saved(desk).settings["host"] == "127.0.0.1"


def test_a_web_address_is_set_up_and_its_secret_part_shown_to_nobody(
    desk: Desk, page: str, client: Client
) -> None:
    place = {"kind": "https", "place_url": "https://files.invalid/prices.csv", "place_query": f"key={SECRET}"}
    text = client.post(page, posted(**place), follow=True).content.decode()
    assert saved(desk).credentials == {"query": f"key={SECRET}"}
    assert "files.invalid cannot be reached" in text
    assert SECRET not in text
    answer = client.post(
        page, posted(**{**place, "place_url": "http://files.invalid/a.csv", "place_query": ""})
    )
    assert list(answer.context["form"].errors) == ["place_url"]


def test_who_may_not_enter_credentials_sees_no_field_for_them(
    desk: Desk, page: str, client: Client, server: Server
) -> None:
    user = User.objects.create_user("importer", is_staff=True)
    user.roles.set([Role.objects.create(code="importer", verbs=["import.run"])])
    client.force_login(user)
    text = client.get(page + "?kind=sftp").content.decode()
    assert "place_host" in text
    assert "place_password" not in text
    assert client.post(page + "accept-key/", {"key": "x"}).status_code == 403
    user.roles.clear()
    client.force_login(User.objects.get(pk=user.pk))
    for name in ("", "look/", "test/", "leave-out/", "remove/"):
        assert (client.get(page) if not name else client.post(page + name)).status_code == 403
