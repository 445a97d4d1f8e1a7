"""The structure's page: export, preview, read; a preview changes nothing, and belongs to who made it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Attribute, Role, User
from catalog.transfer import workbook
from tests.catalog.test_structure_workbook import changed
from tests.world import World, build_world


@pytest.fixture
def world(db: Any, settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return build_world()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="boss"))
    return client


PAGE = "admin:catalog_structure_workbook"


def upload(client: Client, data: bytes) -> Any:
    file = BytesIO(data)
    file.name = "structure.xlsx"
    return client.post(reverse(PAGE), {"file": file})


def test_what_is_exported_is_previewed_and_read(client: Client) -> None:
    data = client.get(reverse("admin:catalog_structure_export")).content
    response = upload(client, changed(data, "attributes", "color", "label-en_US", "Colour"))
    assert response.context_data["report"].changes == 1
    assert Attribute.objects.get(code="color").labels == {"en_US": "Color"}
    kept = response.context_data["kept"]
    stranger = User.objects.create_user("sam", is_staff=True)
    stranger.roles.add(Role.objects.create(code="structure", verbs=["structure.edit"]))
    other = Client()
    other.force_login(stranger)
    assert "too old" in other.post(reverse(PAGE), {"kept": kept}, follow=True).content.decode()
    assert Attribute.objects.get(code="color").labels == {"en_US": "Color"}
    page = client.post(reverse(PAGE), {"kept": kept}, follow=True).content.decode()
    assert "The structure was read: 1 row is new or changed." in page
    assert Attribute.objects.get(code="color").labels == {"en_US": "Colour"}


def test_what_is_wrong_is_told_by_sheet_row_and_column(client: Client) -> None:
    response = upload(client, changed(workbook.write(), "families", "mugs", "label_attribute", "nome"))
    assert response.status_code == 422
    assert "Row 2, label_attribute: There is no attribute &#x27;nome&#x27;." in response.content.decode()


def test_who_only_looks_exports_and_does_not_import(world: World) -> None:
    user = User.objects.create_user("vera", is_staff=True)
    user.roles.add(Role.objects.create(code="viewer", verbs=["structure.view"]))
    client = Client()
    client.force_login(user)
    assert client.get(reverse("admin:catalog_structure_export")).status_code == 200
    assert upload(client, workbook.write()).status_code == 403
