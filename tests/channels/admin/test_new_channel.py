"""A new channel begins with its kind, and with the fields of which it is sure."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from catalog.models import Context, Role, User
from channels.connectors import CONNECTORS
from channels.connectors.shopify import Shopify
from channels.models import Channel, FieldMapping, Requirement
from tests.channels.posting import form_of
from tests.world import World

ADD = "/admin/channels/channel/add/"


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.admin)
    return client


def filled(boss: Client, connector: str = "shopify", **changes: Any) -> dict[str, Any]:
    """The form of a new channel as it opens, with the credentials put in."""
    page = boss.get(ADD, {"connector": connector})
    data = form_of(page, "channel_form")
    initial = page.context["adminform"].form.initial
    data |= {name: initial[name] for name in ("locales", "currencies")}
    data = {
        name: value for name, value in data.items() if not (name in ("families", "categories") and not value)
    }
    settings, credentials = CONNECTORS[connector].sample("https://acme.myshopify.com")
    data |= {f"setting_{name}": value for name, value in settings.items()}
    return {**data, **{f"secret_{name}": value for name, value in credentials.items()}, **changes}


def test_first_it_is_asked_what_kind(boss: Client) -> None:
    page = boss.get(ADD).content.decode()
    for code, kind in CONNECTORS.items():
        assert f'href="?connector={code}"' in page
        assert escape(str(kind.sentence)) in page
        if kind.guide:
            address = reverse("admin:channels_channel_guide", args=[code])
            assert address in page
            assert "<h2>" in boss.get(address).content.decode()
    assert boss.get(ADD, {"connector": "nothing"}).context["kinds"]


def test_the_form_has_the_fields_of_the_kind_that_was_chosen(boss: Client) -> None:
    for chosen, other in (("shopify", "google"), ("google", "shopify")):
        page = boss.get(ADD, {"connector": chosen}).content.decode()
        mine, theirs = (set(CONNECTORS[code].settings_form()) - set(CONNECTORS[code].secret_fields) for code in (chosen, other))  # fmt: skip
        assert all(f'name="setting_{name}"' in page for name in mine)
        assert not [name for name in theirs - mine if f'name="setting_{name}"' in page]


def test_a_shop_is_made_with_nothing_entered_but_its_address_and_token(boss: Client) -> None:
    answer = boss.post(f"{ADD}?connector=shopify", filled(boss))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    channel = Channel.objects.get()
    assert answer["Location"] == reverse("admin:channels_channel_mapping", args=[channel.pk])
    assert (channel.code, channel.context.code, channel.context.kind) == ("shopify", "shopify", "channel")
    assert sorted(channel.locales.values_list("code", flat=True)) == ["de_DE", "en_US", "fr_FR"]
    made = {row.target: row for row in FieldMapping.objects.all()}
    assert {target: row.source for target, row in made.items()} == {
        "title": {"attribute": "name"}, "description": {"attribute": "description"}, "image": {"attribute": "picture"},
        "barcode": {"attribute": "ean"}, "price": {"attribute": "price"}, "weight": {"attribute": "weight"},
    }  # fmt: skip
    title = made["title"]
    assert (title.localized, title.required, title.limits) == (True, True, {"max_length": 255})
    rules = {rule.attribute.code: rule.level for rule in Requirement.objects.all()}
    assert rules == {"name": "required", "description": "warning", "picture": "warning"}
    assert channel.template["title"] == {"required": True, "limits": {"max_length": 255}, "transforms": []}
    assert set(channel.template) == {field.target for field in Shopify.template({})}


def test_what_has_no_match_is_told_and_not_invented(boss: Client) -> None:
    answer = boss.post(f"{ADD}?connector=google", filled(boss, "google"), follow=True)
    page = answer.content.decode()
    assert "the channel lists nothing without them: Product page" in page
    assert not FieldMapping.objects.filter(target="link").exists()


def test_a_second_shop_gets_another_code(boss: Client) -> None:
    boss.post(f"{ADD}?connector=shopify", filled(boss))
    assert form_of(boss.get(ADD, {"connector": "shopify"}), "channel_form")["code"] == "shopify_2"


def test_a_context_that_is_taken_is_told_at_its_field(boss: Client) -> None:
    answer = boss.post(f"{ADD}?connector=shopify", filled(boss, code="consumer"))
    assert answer.status_code == 200
    assert "There is a context &#x27;consumer&#x27; already" in answer.content.decode()
    assert (Channel.objects.count(), Context.objects.filter(code="consumer").count()) == (0, 1)


def test_who_may_not_change_the_structure_chooses_a_context(world: World, client: Client) -> None:
    anna = User.objects.create_user("anna", is_staff=True)
    anna.roles.add(
        Role.objects.create(code="some", verbs=["channel.edit", "credentials.edit", "structure.view"])
    )
    client.force_login(anna)
    answer = client.post(f"{ADD}?connector=shopify", filled(client))
    assert answer.context["adminform"].form.errors["context"] == ["This field is required."]
    assert not Channel.objects.exists()
    assert (
        client.post(f"{ADD}?connector=shopify", filled(client, context=world.contexts["shop"].pk)).status_code
        == 302
    )
