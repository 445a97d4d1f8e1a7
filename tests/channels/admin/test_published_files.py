"""A feed's files on its channel's page: who may have them, and nothing else by their address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Category, Grant, Role, User
from channels.connectors.feed import Feed
from channels.models import Channel
from tests.channels.stage import make_channel
from tests.world import World


@pytest.fixture
def channel(world: World, settings: Any, tmp_path: Path) -> Channel:
    settings.PIM_DATA = tmp_path
    chosen, _secrets = Feed.sample("")
    made = make_channel(
        world, connector="feed", settings={**chosen, "format": "csv", "folder": ""}, credentials={}
    )
    (tmp_path / "feeds/b2b").mkdir(parents=True)
    (tmp_path / "feeds/secret.txt").write_text("secret")
    Feed(channel="b2b", settings=made.settings, credentials={}).publish([])
    return made


def signed_in(name: str, verbs: list[str], **limits: Any) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    role = Role.objects.create(code=name, verbs=verbs)
    user.roles.add(role)
    if limits:
        Grant.objects.create(role=role).categories.set(Category.objects.filter(code__in=limits["categories"]))
    client = Client()
    client.force_login(user)
    return client


def test_who_sees_the_whole_catalogue_downloads_and_looks_into_them(channel: Channel) -> None:
    client = signed_in("manager", ["channel.view", "product.view"])
    page = client.get(reverse("admin:channels_channel_change", args=[channel.pk])).content.decode()
    address = reverse("admin:channels_channel_file", args=[channel.pk, "b2b.csv"])
    assert address in page
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"sku,family,categories,images\r\n"
    assert answer["Content-Disposition"] == 'attachment; filename="b2b.csv"'
    look = client.get(reverse("admin:channels_channel_look", args=[channel.pk, "b2b.csv"]))
    assert "sku,family,categories,images" in look.content.decode()
    assert "The whole file" in look.content.decode()


def test_who_sees_a_part_of_it_gets_none(channel: Channel) -> None:
    client = signed_in("agency", ["channel.view", "product.view"], categories=["kitchen"])
    assert (
        "b2b.csv"
        not in client.get(reverse("admin:channels_channel_change", args=[channel.pk])).content.decode()
    )
    for view in ("file", "look"):
        assert (
            client.get(reverse(f"admin:channels_channel_{view}", args=[channel.pk, "b2b.csv"])).status_code
            == 404
        )


def test_who_may_not_see_channels_gets_none(channel: Channel) -> None:
    client = signed_in("editor", ["product.edit"])
    assert client.get(reverse("admin:channels_channel_file", args=[channel.pk, "b2b.csv"])).status_code == 403


@pytest.mark.parametrize(
    "name", ["secret.txt", "..%2Fsecret.txt", "../secret.txt", "index.sqlite3", "manifest.json", "none.csv"]
)
def test_only_what_the_manifest_lists_is_handed_out(channel: Channel, name: str) -> None:
    client = signed_in("manager", ["channel.view", "product.view"])
    base = reverse("admin:channels_channel_file", args=[channel.pk, "x"])
    assert client.get(base.removesuffix("x") + name).status_code in (301, 404)  # 301: to a tidier address


def test_the_settings_form_shows_choices_and_a_switch(world: World, client: Client, channel: Channel) -> None:
    client.force_login(world.admin)
    form = client.get(reverse("admin:channels_channel_change", args=[channel.pk])).context["adminform"].form
    assert [code for code, _label in form.fields["setting_format"].choices][:3] == ["csv", "jsonl", "xml"]
    assert form["setting_format"].value() == "csv"
    assert '<option value="xml">XML</option>' in str(form["setting_format"])
    assert 'type="checkbox"' in str(form["setting_neutralise"])
