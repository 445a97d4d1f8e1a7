"""The channel's page: the connector's own settings, secrets that are never shown, and buttons that are POSTs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Attribute, Context, Currency, Family, Job, Locale, Product, Role, User
from catalog.models.tokens import is_added, numbered
from channels.connectors.shopify import Shopify
from channels.models import Channel, Completeness, FieldMapping, Listing, Requirement
from tests.channels.shop import sample_secret
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import World

SECRET = sample_secret()


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.admin)
    return client


def person(*verbs: str) -> User:
    user = User.objects.create_user("anna", password="x", is_staff=True)
    role = Role.objects.create(code="some", verbs=list(verbs))
    user.roles.add(role)
    return user


def posted(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": "b2b", "labels__en_US": "B2B shop", "is_active": "on", "context": Context.objects.get(code="b2b").pk,
        "locales": list(Locale.objects.filter(code__in=["en_US", "de_DE"]).values_list("pk", flat=True)),
        "currencies": list(Currency.objects.values_list("pk", flat=True)), "connector": "webhook", "send_fallback": "on", "outdated": "warns",
        "removal_share": "20", "removal_least": "10", "on_drift": "push", "read_every": "24",
        "families": ["mugs"], "categories": ["cups"], "setting_endpoint": "https://shop.example/hook", "setting_timeout": "10",
        "secret_secret": SECRET, "send_when": "windows", "windows": "mon-fri 06:00-08:00\nsun 22:00-02:00", "quiet_start": "23:00",
        "quiet_end": "05:00", "time_zone": "Europe/Paris", "picture_shortest": "0", "picture_longest": "0",
    }  # fmt: skip
    data |= {
        "requirements-TOTAL_FORMS": "1", "requirements-INITIAL_FORMS": "0", "requirements-MIN_NUM_FORMS": "0", "requirements-MAX_NUM_FORMS": "1000",
        "requirements-0-family": Family.objects.get(code="mugs").pk, "requirements-0-attribute": Attribute.objects.get(code="name").pk,
        "requirements-0-level": "required",
    }  # fmt: skip
    return {**data, **changes}


def test_a_channel_is_made_on_its_page(boss: Client) -> None:
    answer = boss.post(reverse("admin:channels_channel_add"), posted())
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    channel = Channel.objects.get()
    assert channel.settings == {"endpoint": "https://shop.example/hook", "timeout": 10}
    assert dict(channel.credentials) == {"secret": SECRET}
    assert channel.assortment == {"families": ["mugs"], "categories": ["cups"]}
    assert channel.schedule == {
        "mode": "windows", "time_zone": "Europe/Paris", "quiet": {"start": "23:00", "end": "05:00"},
        "windows": [{"days": [0, 1, 2, 3, 4], "start": "06:00", "end": "08:00"}, {"days": [6], "start": "22:00", "end": "02:00"}],
    }  # fmt: skip
    assert not FieldMapping.objects.exists()
    assert Requirement.objects.get().attribute.code == "name"
    assert channel.profile_rev == 2
    assert Job.objects.filter(kind="channels.fan_out", params__channel=channel.pk).count() == 1


def test_the_page_shows_what_is_stored_and_no_secret(boss: Client) -> None:
    boss.post(reverse("admin:channels_channel_add"), posted())
    channel = Channel.objects.get()
    page = boss.get(reverse("admin:channels_channel_change", args=[channel.pk])).content.decode()
    assert SECRET not in page
    assert SECRET.removeprefix("whsec_")[:12] not in page
    assert f"Stored, ends with {SECRET[-4:]}. Leave empty to keep it." in page
    for shown in ("https://shop.example/hook", "mon-fri 06:00-08:00"):
        assert shown in page


def test_an_empty_secret_keeps_the_stored_one_and_an_untouched_page_changes_nothing(boss: Client) -> None:
    boss.post(reverse("admin:channels_channel_add"), posted())
    channel, jobs = Channel.objects.get(), Job.objects.count()
    requirement = Requirement.objects.get()
    again = posted(
        secret_secret="", **{"requirements-INITIAL_FORMS": "1", "requirements-0-id": requirement.pk, "requirements-0-channel": channel.pk},
    )  # fmt: skip
    answer = boss.post(reverse("admin:channels_channel_change", args=[channel.pk]), again)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    channel.refresh_from_db()
    assert dict(channel.credentials) == {"secret": SECRET}
    assert (channel.profile_rev, Job.objects.count()) == (2, jobs)
    boss.post(reverse("admin:channels_channel_change", args=[channel.pk]), {**again, "setting_timeout": "11"})
    channel.refresh_from_db()
    assert (channel.profile_rev, Job.objects.count()) == (3, jobs + 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"setting_endpoint": "nowhere"}, "Enter a valid URL."),
        ({"secret_secret": "short"}, "A secret begins with whsec_"),
        ({"windows": "someday 06:00-08:00"}, "write the days as mon-fri"),
        ({"windows": "mon 6-8"}, "A window has a start and an end as 06:30."),
    ],
)
def test_what_means_nothing_is_told_at_its_field_and_nothing_is_stored(
    boss: Client, changes: dict[str, Any], message: str
) -> None:
    answer = boss.post(reverse("admin:channels_channel_add"), posted(**changes))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Channel.objects.exists()


def test_pausing_resuming_and_sending_now_are_posts(
    boss: Client, channel: Channel, nudges: list[int]
) -> None:
    for action in ("pause", "resume", "send_now", "compare"):
        assert boss.get(reverse(f"admin:channels_channel_{action}", args=[channel.pk])).status_code == 405
    boss.post(reverse("admin:channels_channel_pause", args=[channel.pk]))
    channel.refresh_from_db()
    assert channel.paused_reason == "boss paused it."
    boss.post(reverse("admin:channels_channel_resume", args=[channel.pk]))
    channel.refresh_from_db()
    assert (channel.paused_at, channel.paused_reason, nudges) == (None, "", [channel.pk])
    boss.post(reverse("admin:channels_channel_compare", args=[channel.pk]))
    assert Job.objects.filter(kind="channels.reconcile").count() == 1
    boss.post(reverse("admin:channels_channel_pause", args=[channel.pk]))
    answer = boss.post(reverse("admin:channels_channel_compare", args=[channel.pk]), follow=True)
    assert "The channel is paused: boss paused it." in answer.content.decode()
    assert Job.objects.filter(kind="channels.reconcile").count() == 1


def test_who_may_only_look_changes_nothing(world: World, channel: Channel, client: Client) -> None:
    client.force_login(person("channel.view"))
    page = client.get(reverse("admin:channels_channel_change", args=[channel.pk]))
    assert page.status_code == 200
    assert "Pause" not in page.content.decode()
    for action in ("pause", "resume", "send_now", "compare"):
        assert client.post(reverse(f"admin:channels_channel_{action}", args=[channel.pk])).status_code == 403
    assert (
        client.post(reverse("admin:channels_channel_change", args=[channel.pk]), posted()).status_code == 403
    )
    channel.refresh_from_db()
    assert (channel.paused_at, channel.profile_rev) == (None, 2)


def test_who_may_not_enter_credentials_sees_no_field_for_them_and_keeps_them(
    world: World, channel: Channel, client: Client
) -> None:
    client.force_login(person("channel.edit", "structure.view"))
    page = client.get(reverse("admin:channels_channel_change", args=[channel.pk])).content.decode()
    assert "setting_endpoint" in page
    assert "secret_secret" not in page
    data = posted(**{"requirements-TOTAL_FORMS": "0", "secret_secret": "whsec_" + "A" * 44})
    assert client.post(reverse("admin:channels_channel_change", args=[channel.pk]), data).status_code == 302
    channel.refresh_from_db()
    assert dict(channel.credentials) == {"secret": SECRET}
    assert channel.settings["endpoint"] == "https://shop.example/hook"


def test_without_the_verb_there_is_no_channel_at_all(world: World, channel: Channel, client: Client) -> None:
    client.force_login(person("product.view"))
    for name in ("channel", "listing", "attempt"):
        assert client.get(reverse(f"admin:channels_{name}_changelist")).status_code == 403


def test_a_deleted_channel_leaves_no_score_and_no_token(boss: Client, world: World, channel: Channel) -> None:
    product = Product.objects.get(pk=world.create("MUG-1", {}, family="mugs").product)
    assert numbered("inc:b2b|en_US") in product.tokens
    boss.post(reverse("admin:channels_channel_delete", args=[channel.pk]), {"post": "yes"})
    work_off_jobs()
    product.refresh_from_db()
    assert not Channel.objects.exists()
    assert not any(map(is_added, product.tokens))
    assert not Completeness.objects.exists()


def test_a_channel_that_still_shows_products_is_not_deleted(
    boss: Client, world: World, channel: Channel
) -> None:
    world.create("MUG-1", {}, family="mugs")
    Listing.objects.update(sent_hash="abc")
    address = reverse("admin:channels_channel_delete", args=[channel.pk])
    assert "1 product is still shown there" in boss.get(address).content.decode()
    assert boss.post(address, {"post": "yes"}).status_code == 200
    assert Channel.objects.get() == channel


def test_a_setting_may_be_a_choice_of_several_and_of_none(boss: Client, world: World) -> None:
    settings, credentials = Shopify.sample("https://acme.myshopify.com")
    channel = make_channel(
        world, connector="shopify", settings=settings, credentials=credentials, required=(), fields=()
    )
    address = reverse("admin:channels_channel_change", args=[channel.pk])
    page = boss.get(address).content.decode()
    assert re.findall(r'<option value="(media|tags|prices|status)" (selected)?', page) == [
        ("media", "selected"),
        ("status", "selected"),
    ]
    assert credentials["token"] not in page
    given = {f"setting_{name}": value for name, value in settings.items()}
    for chosen in (["tags", "prices"], []):
        sent = posted(connector="shopify", **{**given, "setting_owns": chosen})
        answer = boss.post(address, sent | {"requirements-TOTAL_FORMS": "0"})
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        channel.refresh_from_db()
        assert channel.settings["owns"] == chosen
        assert dict(channel.credentials) == credentials


@pytest.fixture
def shop(world: World) -> Channel:
    settings, credentials = Shopify.sample("https://acme.myshopify.com")
    return make_channel(
        world, connector="shopify", settings=settings, credentials=credentials, required=(), fields=()
    )


def moved(client: Client, channel: Channel, **more: Any) -> dict[str, Any]:
    """Errors of the page after the shop was changed on it."""
    given = {f"setting_{name}": value for name, value in channel.settings.items()}
    given |= {
        "setting_shop": "https://thief.example",
        "requirements-TOTAL_FORMS": "0",
    }
    address = reverse("admin:channels_channel_change", args=[channel.pk])
    answer = client.post(address, posted(connector="shopify", **{**given, **more}))
    return {} if answer.status_code == 302 else dict(answer.context["adminform"].form.errors)


def test_who_may_not_enter_credentials_cannot_have_them_sent_elsewhere(shop: Channel, client: Client) -> None:
    client.force_login(person("channel.edit", "structure.view"))
    told = moved(client, shop, secret_token="shpat_mine")
    assert told == {
        "setting_shop": ["The stored credentials go there: only who may enter credentials can change this."]
    }
    assert Channel.objects.get().settings["shop"] == "https://acme.myshopify.com"
    assert moved(client, shop, setting_shop="https://acme.myshopify.com/", setting_withdraw="draft") == {}


def test_nor_by_way_of_another_connector(shop: Channel, client: Client) -> None:
    client.force_login(person("channel.edit", "structure.view"))
    address = reverse("admin:channels_channel_change", args=[shop.pk])
    data = posted(**{"requirements-TOTAL_FORMS": "0"})
    assert client.post(address, data).status_code == 302
    assert Channel.objects.get().connector == "webhook"
    assert moved(client, shop).keys() == {"setting_shop"}
    assert moved(client, shop, setting_shop="https://acme.myshopify.com").keys() == {"setting_shop"}
    assert Channel.objects.get().connector == "webhook"


def test_who_may_enter_them_enters_them_anew_with_the_address(boss: Client, shop: Channel) -> None:
    assert moved(boss, shop) == {
        "setting_shop": ["The stored credentials are not sent to another address: enter them anew with it."]
    }
    assert Channel.objects.get().settings["shop"] == "https://acme.myshopify.com"
    assert moved(boss, shop, secret_token="shpat_of-the-other") == {}
    channel = Channel.objects.get()
    assert channel.settings["shop"] == "https://thief.example"
    assert dict(channel.credentials) == {"token": "shpat_of-the-other"}


def test_an_address_without_credentials_may_be_changed(shop: Channel, client: Client) -> None:
    Channel.objects.update(credentials={})
    client.force_login(person("channel.edit", "structure.view"))
    assert moved(client, shop) == {}
