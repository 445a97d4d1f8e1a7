"""The page of a channel's fields: one form, saved as a whole, with a real product beside it; it works without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Family, Job, Role, User
from channels.connectors.shopify import Shopify
from channels.models import Channel, FieldMapping
from tests.channels.posting import form_of
from tests.channels.stage import make_channel
from tests.world import World

FIELDS: list[dict[str, Any]] = [
    {
        "target": "title",
        "source": {"attribute": "name"},
        "localized": True,
        "required": True,
        "limits": {"max_length": 12},
    },
    {"target": "barcode", "source": {"attribute": "ean"}},
]


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.admin)
    return client


@pytest.fixture
def shop(world: World) -> Channel:
    settings, credentials = Shopify.sample("https://acme.myshopify.com")
    names = {"name|en_US": "A mug for the office", "name|de_DE": "Tasse", "color": "navy"}
    world.create("MUG-1", {**names, "ean": "4006381333931"}, family="mugs")
    return make_channel(
        world, connector="shopify", settings=settings, credentials=credentials, required=(), fields=FIELDS
    )


def address(channel: Channel) -> str:
    return reverse("admin:channels_channel_mapping", args=[channel.pk])


def opened(client: Client, channel: Channel) -> dict[str, Any]:
    return form_of(client.get(address(channel)), "mapping-form")


def at(data: dict[str, Any], target: str, family: str = "") -> str:
    """The prefix of a field's inputs."""
    number = next(
        number for number in range(int(data["rows"]))
        if data[f"r{number}-target"] == target and data[f"r{number}-family"] == family
    )  # fmt: skip
    return f"r{number}-"


def stored(target: str, **more: Any) -> FieldMapping:
    return FieldMapping.objects.get(target=target, **more)


def test_an_untouched_page_changes_nothing(boss: Client, shop: Channel) -> None:
    before = list(FieldMapping.objects.order_by("pk").values())
    answer = boss.post(address(shop), opened(boss, shop), follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert list(FieldMapping.objects.order_by("pk").values()) == before
    shop.refresh_from_db()
    assert shop.profile_rev == 2


def test_all_fields_are_saved_at_once(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    title, vendor, barcode = at(data, "title"), at(data, "vendor"), at(data, "barcode")
    data |= {
        f"{title}kind": "template", f"{title}text": "{name}, {color}", f"{title}max_length": "75",
        f"{vendor}kind": "attribute", f"{vendor}text": "Color (color)", f"{barcode}kind": "",
    }  # fmt: skip
    jobs = Job.objects.filter(kind="channels.fan_out").count()
    assert boss.post(address(shop), data).status_code == 302
    assert stored("title").source == {"template": "{name}, {color}"}
    assert stored("title").limits == {"max_length": 75}
    assert stored("vendor").source == {"attribute": "color"}
    assert not FieldMapping.objects.filter(target="barcode").exists()
    shop.refresh_from_db()
    assert shop.profile_rev == 3
    assert Job.objects.filter(kind="channels.fan_out").count() == jobs + 1
    assert Job.objects.filter(kind="channels.count_gaps", params__channel=shop.pk).count() == 1
    assert "vendor" in shop.template


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"kind": "attribute", "text": "nothing"}, "text", "There is no attribute 'nothing'."),
        ({"kind": "template", "text": "{nothing} x"}, "text", "There is no attribute 'nothing'."),
        ({"kind": "fixed", "text": ""}, "text", "Say what it is made from, or choose that it is not sent."),
        ({"max_length": "long"}, "max_length", "Write a whole number."),
        ({"min": "few"}, "min", "Write a number, as 2.5."),
        ({"s0-name": "truncate", "s0-length": "x"}, "s0-length", "Write a whole number."),
        ({"s0-name": "truncate"}, "s0-length", "Fill this in."),
    ],
)
def test_what_means_nothing_is_told_at_its_input_and_nothing_is_stored(
    boss: Client, shop: Channel, changes: dict[str, str], name: str, message: str
) -> None:
    data = opened(boss, shop)
    title, before = at(data, "title"), list(FieldMapping.objects.order_by("pk").values())
    vendor = at(data, "vendor")
    data |= {f"{title}{key}": value for key, value in changes.items()} | {
        f"{vendor}kind": "fixed",
        f"{vendor}text": "We",
    }
    answer = boss.post(address(shop), data)
    assert answer.status_code == 422
    row = next(
        row for _label, rows in answer.context["groups"] for row in rows if row.draft.target == "title"
    )
    assert row.draft.errors[name] == [message]
    assert row.is_open
    assert list(FieldMapping.objects.order_by("pk").values()) == before
    assert form_of(answer, "mapping-form")[f"{vendor}text"] == "We"


def test_steps_are_added_filled_in_ordered_and_left_out(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    title = at(data, "title")
    for step in ("truncate", "upper"):
        data[f"{title}add"] = step
        answer = boss.post(address(shop), {**data, "do": f"step:{title[1:-1]}"})
        assert answer.status_code == 200
        data = form_of(answer, "mapping-form")
    assert (stored("title").transforms, data[f"{title}s1-name"]) == ([], "upper")
    data |= {f"{title}s0-length": "9", f"{title}s0-ellipsis": "on", f"{title}s1-order": "0"}
    assert boss.post(address(shop), data).status_code == 302
    assert stored("title").transforms == [
        {"name": "upper"},
        {"name": "truncate", "length": 9, "ellipsis": True},
    ]
    data = opened(boss, shop)
    boss.post(address(shop), {**data, f"{title}s0-drop": "on"})
    assert stored("title").transforms == [{"name": "truncate", "length": 9, "ellipsis": True}]


def shown(page: str, row: str) -> str:
    part = re.search(rf'data-fresh="{row}-preview".*?</h3>(.*?)</div>\s*</div>\s*</div>', page, re.S)
    assert part
    return " ".join(re.sub(r"<[^>]+>", " ", part[1]).split())


def test_a_product_is_shown_as_it_would_be_sent_with_the_channels_judgement(
    boss: Client, shop: Channel
) -> None:
    page = boss.get(address(shop), {"product": "MUG-1"}).content.decode()
    title = shown(page, "row-0")
    assert "en_US A mug for the office 20/12" in title
    assert "shorten by 8" in title
    assert "de_DE Tasse 5/12" in title
    assert "There is no product with the SKU" in boss.get(address(shop), {"product": "NO"}).content.decode()


def test_what_is_not_saved_yet_is_shown_as_well(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    title = at(data, "title")
    data |= {f"{title}kind": "template", f"{title}text": "{color}", "product": "MUG-1", "do": "show"}
    answer = boss.post(address(shop), data)
    assert "en_US Navy blue 9/12" in shown(answer.content.decode(), f"row-{title[1:-1]}")
    assert stored("title").source == {"attribute": "name"}


def test_a_family_has_its_own_way(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    title = at(data, "title")
    data |= {f"{title}family-add": "mugs", "do": f"family:{title[1:-1]}"}
    data = form_of(boss.post(address(shop), data), "mapping-form")
    own = at(data, "title", "mugs")
    data |= {f"{own}kind": "fixed", f"{own}text": "Mug"}
    assert boss.post(address(shop), data).status_code == 302
    row = stored("title", family=Family.objects.get(code="mugs"))
    assert (row.source, row.limits, row.localized) == ({"fixed": "Mug"}, {"max_length": 12}, True)
    answer = boss.get(address(shop), {"product": "MUG-1"})
    own = at(form_of(answer, "mapping-form"), "title", "mugs")
    assert "en_US Mug 3/12" in shown(answer.content.decode(), f"row-{own[1:-1]}")


def test_words_for_options_are_suggested_and_stored(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    vendor = at(data, "vendor")
    data |= {
        f"{vendor}kind": "attribute",
        f"{vendor}text": "color",
        f"{vendor}allowed": "RED, WHITE, BLUE",
        "do": f"words:{vendor[1:-1]}",
    }
    data = form_of(boss.post(address(shop), data), "mapping-form")
    assert {name: data[f"{vendor}w-{name}"] for name in ("red", "navy", "white")} == {
        "red": "RED",
        "navy": "",
        "white": "WHITE",
    }
    assert boss.post(address(shop), {**data, f"{vendor}w-navy": "BLUE"}).status_code == 302
    assert stored("vendor").value_list == {"red": "RED", "navy": "BLUE", "white": "WHITE"}


def test_what_the_template_says_otherwise_is_taken_over_field_by_field(boss: Client, shop: Channel) -> None:
    Channel.objects.update(
        template={"title": {"required": True, "limits": {"max_length": 12}, "transforms": []}}
    )
    data, page = opened(boss, shop), boss.get(address(shop)).content.decode()
    title = at(data, "title")
    assert "The template has changed since." in page
    assert "max_length 255" in page
    answer = boss.post(address(shop), {**data, "do": f"take:{title[1:-1]}"})
    assert stored("title").limits == {"max_length": 12}
    assert boss.post(address(shop), form_of(answer, "mapping-form")).status_code == 302
    assert stored("title").limits == {"max_length": 255}
    assert stored("barcode").limits == {}
    assert "The template has changed since." not in boss.get(address(shop)).content.decode()


def test_keeping_ours_ends_the_news_and_changes_no_field(boss: Client, shop: Channel) -> None:
    Channel.objects.update(
        template={"title": {"required": False, "limits": {"max_length": 12}, "transforms": []}}
    )
    data = opened(boss, shop)
    answer = boss.post(address(shop), {**data, "do": f"keep:{at(data, 'title')[1:-1]}"})
    boss.post(address(shop), form_of(answer, "mapping-form"))
    page = boss.get(address(shop)).content.decode()
    assert stored("title").limits == {"max_length": 12}
    assert "The template has changed since." not in page
    assert "Adjusted here." in page


def test_who_saves_over_somebody_elses_change_is_told_first(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    title = at(data, "title")
    vendor = at(data, "vendor")
    FieldMapping.objects.create(channel=shop, target="vendor", source={"fixed": "theirs"})
    Channel.objects.update(profile_rev=7)
    data |= {f"{title}text": "ean", f"{vendor}kind": "fixed", f"{vendor}text": "ours"}
    answer = boss.post(address(shop), data)
    assert answer.status_code == 409
    assert "Somebody changed this channel" in answer.content.decode()
    assert stored("title").source == {"attribute": "name"}
    again = form_of(answer, "mapping-form")
    assert again[f"{title}text"] == "ean"
    assert boss.post(address(shop), again).status_code == 302
    assert (stored("title").source, stored("vendor").source) == ({"attribute": "ean"}, {"fixed": "ours"})


def person(*verbs: str) -> User:
    user = User.objects.create_user("anna", is_staff=True)
    user.roles.add(Role.objects.create(code="some", verbs=list(verbs)))
    return user


def test_who_may_only_look_changes_nothing_and_sees_no_product_that_is_not_theirs(
    shop: Channel, client: Client
) -> None:
    client.force_login(person("channel.view"))
    page = client.get(address(shop), {"product": "MUG-1"})
    assert page.status_code == 200
    assert "A mug for the office" not in page.content.decode()
    assert "Save all fields" not in page.content.decode()
    assert client.post(address(shop), {"rows": "0"}).status_code == 403
    assert client.post(reverse("admin:channels_channel_count_gaps", args=[shop.pk])).status_code == 403
    assert FieldMapping.objects.count() == 2


def test_the_page_costs_the_same_queries_with_many_fields(
    boss: Client, shop: Channel, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for turn in range(2):
        boss.get(address(shop))  # loads the profiles
        with CaptureQueriesContext(connection) as queries:
            boss.get(address(shop), {"product": "MUG-1"})
        spent.append(len(queries))
        FieldMapping.objects.bulk_create(
            FieldMapping(
                channel=shop, target=f"own.{turn}.{number}", source={"attribute": "name"}, position=number
            )
            for number in range(150)
        )
    assert spent[0] == spent[1]


def test_a_field_is_made_of_categories_with_its_first_word_from_here_as_well(
    boss: Client, shop: Channel, world: World
) -> None:
    """The others are saved meanwhile; this one goes on being made as before."""
    data = opened(boss, shop)
    title, vendor, barcode = at(data, "title"), at(data, "vendor"), at(data, "barcode")
    data |= {f"{title}kind": "category", f"{vendor}kind": "category", f"{barcode}required": "on"}
    answer = boss.post(address(shop), data, follow=True)
    assert answer.redirect_chain[0][0].startswith(
        reverse("admin:channels_channel_categories", args=[shop.pk]) + "?"
    )
    assert "Your categories in the field title" in answer.text
    assert "it goes on being made as before" in answer.text
    assert ">title</a>, <a class=" in answer.text
    assert 'target=vendor">vendor</a>: nothing has changed yet' in answer.text
    assert stored("title").source == {"attribute": "name"}
    assert not FieldMapping.objects.filter(target="vendor").exists()
    assert stored("barcode").required
    cups = world.categories["cups"].pk
    chosen = form_of(answer, "categories-words") | {f"c-{cups}": "594"}
    save = reverse("admin:channels_channel_categories_save", args=[shop.pk])
    assert "are saved" in boss.post(save, chosen, follow=True).text
    assert (stored("title").source, stored("title").value_list) == ({"category": True}, {"cups": "594"})


def test_what_else_was_entered_of_a_field_that_is_to_be_made_of_categories_is_saved(
    boss: Client, shop: Channel
) -> None:
    data = opened(boss, shop)
    barcode, vendor = at(data, "barcode"), at(data, "vendor")
    data |= {f"{barcode}kind": "category", f"{barcode}required": "on", f"{barcode}max_length": "20"}
    data |= {f"{vendor}kind": "category"}
    answer = boss.post(address(shop), data, follow=True)
    assert "The fields are saved" in answer.text
    row = stored("barcode")
    assert (row.source, row.required, row.limits) == ({"attribute": "ean"}, True, {"max_length": 20})
    shop.refresh_from_db()
    assert "vendor" not in shop.template


def test_a_first_field_is_made_of_categories_with_its_first_word(boss: Client, shop: Channel) -> None:
    """The first row of a mapping makes it one: it must not be one that nothing is sent of."""
    FieldMapping.objects.all().delete()
    data = opened(boss, shop)
    vendor, title = at(data, "vendor"), at(data, "title")
    answer = boss.post(address(shop), data | {f"{vendor}kind": "category"})
    assert answer.status_code == 422
    assert "Give one of your categories the channel" in answer.text
    assert not FieldMapping.objects.exists()
    data |= {f"{vendor}kind": "category", f"{title}kind": "attribute", f"{title}text": "name"}
    assert "Your categories in the field vendor" in boss.post(address(shop), data, follow=True).text
    assert stored("title").source == {"attribute": "name"}


def test_with_a_word_beside_it_a_field_is_made_of_categories_at_once(boss: Client, shop: Channel) -> None:
    data = opened(boss, shop)
    title = at(data, "title")
    data |= {f"{title}kind": "category", f"{title}words": "1", f"{title}lines": "cups = 594"}
    assert boss.post(address(shop), data).headers["Location"].startswith(address(shop))
    assert (stored("title").source, stored("title").value_list) == ({"category": True}, {"cups": "594"})
    data = opened(boss, shop) | {f"{title}lines": ""}  # it is made so: the last word may be taken away
    boss.post(address(shop), data)
    assert (stored("title").source, stored("title").value_list) == ({"category": True}, {})


def test_a_familys_own_field_is_made_of_categories_with_its_first_word(
    boss: Client, shop: Channel, world: World
) -> None:
    data = opened(boss, shop)
    barcode = at(data, "barcode")
    added = boss.post(address(shop), data | {"do": f"family:{barcode[1:-1]}", f"{barcode}family-add": "mugs"})
    data = form_of(added, "mapping-form")
    own = at(data, "barcode", "mugs")
    answer = boss.post(address(shop), data | {f"{own}kind": "category"})
    assert answer.status_code == 422
    assert "Give one of your categories the channel" in answer.text
    assert boss.post(address(shop), data).status_code == 302
    data = opened(boss, shop)
    own = at(data, "barcode", "mugs")
    answer = boss.post(address(shop), data | {f"{own}kind": "category"}, follow=True)
    chosen = form_of(answer, "categories-words") | {f"c-{world.categories['cups'].pk}": "594"}
    boss.post(reverse("admin:channels_channel_categories_save", args=[shop.pk]), chosen)
    assert stored("barcode", family__code="mugs").value_list == {"cups": "594"}
    assert stored("barcode", family=None).source == {"attribute": "ean"}
