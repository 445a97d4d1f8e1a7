"""Our categories in a channel's own: the nearest word on the way up counts, lists of theirs suggest in several languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Category
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from channels import preview, profile, profiles
from channels.categories import suggesting, taxonomies
from channels.categories.words import words_of
from channels.models import Channel, FieldMapping
from tests.channels.posting import form_of
from tests.channels.stage import make_channel
from tests.world import World

ENGLISH = b"""# a list of a channel's
499 - Kitchen & Dining
500 - Kitchen & Dining > Mugs
501 - Kitchen & Dining > Tea Sets
502 - Toys > Mugs
"""
GERMAN = """500;Küche & Esszimmer > Becher & Tassen
501;Küche & Esszimmer > Teeservice
""".encode()
FIELD = {"target": "category", "source": {"category": True}}


def channel_with(world: World, **field: Any) -> Channel:
    """In the tree home > kitchen > cups, home > fashion. Cups are known in German, too."""
    cups = world.categories["cups"]
    cups.labels = {"en_US": "Mug", "de_DE": "Tasse"}
    cups.save()
    announce("category", [cups.pk])
    return make_channel(
        world, required=(), fields=[{**FIELD, **field}], category_tree=world.categories["home"],
        settings={"endpoint": "https://shop.example/hook", "timeout": 1},
    )  # fmt: skip


def shown(world: World, channel: Channel, sku: str) -> tuple[Any, list[str]]:
    """What the field says of a product, and what is wrong with it."""
    structure = Structure.current()
    made = preview.by_sku(sku, profile.current(structure).by_id[channel.pk], structure, at=timezone.now())
    assert made is not None
    assert made.sheet is not None
    return made.sheet.payload["fields"].get("category"), [error["message"] for error in made.errors]


def load_lists(channel: Channel) -> None:
    for locale, content in (("en_US", ENGLISH), ("de_DE", GERMAN)):
        taxonomies.keep(
            channel, locale=locale, name=f"{locale}.txt", entries=taxonomies.read(content), now=timezone.now()
        )  # fmt: skip


def test_a_product_gets_the_word_of_its_category_else_of_the_nearest_one_above(world: World) -> None:
    channel = channel_with(world, value_list={"kitchen": "499", "fashion": "166"})
    for sku, places in (("A", ["cups"]), ("B", ["kitchen"]), ("C", ["other"]), ("D", ["fashion", "cups"])):
        world.create(sku, family="mugs", status="approved", categories=places)
    assert [shown(world, channel, sku)[0] for sku in "ABC"] == ["499", "499", None]
    FieldMapping.objects.update(value_list={"kitchen": "499", "cups": "500", "fashion": "166"})
    profiles.changed(channel)
    assert [shown(world, channel, sku)[0] for sku in "ABD"] == [
        "500",
        "499",
        "500",
    ]  # the deepest word counts


def test_without_a_word_a_required_field_says_which_category_lacks_one(world: World) -> None:
    channel = channel_with(world, value_list={"fashion": "166"}, required=True)
    world.create("A", family="mugs", status="approved", categories=["cups"])
    world.create("B", family="mugs", status="approved")
    assert "no category for 'Mug' yet" in shown(world, channel, "A")[1][0]
    assert "in none of the channel's tree" in shown(world, channel, "B")[1][0]
    FieldMapping.objects.update(required=False)
    profiles.changed(channel)
    assert shown(world, channel, "A") == (None, [])


def test_a_published_list_is_read_and_what_is_none_is_refused(db: None) -> None:
    assert [(one.code, one.path) for one in taxonomies.read(ENGLISH)][1] == ("500", "Kitchen & Dining > Mugs")
    assert taxonomies.read(GERMAN)[1].name == "Teeservice"
    shopify = taxonomies.read(b"gid://shopify/TaxonomyCategory/aa-1     : Apparel & Accessories > Clothing\n")
    assert shopify[0].code == "gid://shopify/TaxonomyCategory/aa-1"
    for content in (b"", b"\xff\xfe\x00", b"just words\nand more words\n"):
        with pytest.raises(ValidationError):
            taxonomies.read(content)


@pytest.mark.parametrize(
    ("path", "first", "is_sure"),
    [
        (
            [{"en_US": "Kitchen"}, {"en_US": "Mug"}],
            "500",
            True,
        ),  # toys have mugs as well: what is above decides
        ([{"de_DE": "Tassen und Becher"}], "500", True),
        ([{"de_AT": "Teeservice"}], "501", True),
        ([{"en_US": "Tea sets for two"}], "501", False),
        ([{"fr_FR": "Mugs"}], "", False),  # there is no French list
        ([{"en_US": "Mug"}], "500", False),  # two are called so, and nothing tells which
    ],
)
def test_a_category_called_the_same_in_some_language_is_suggested(
    db: None, path: list[dict[str, str]], first: str, is_sure: bool
) -> None:
    channel = Channel(pk=1, connector="google")
    load_lists(channel)
    found = suggesting.suggest(path, taxonomies.indexes(channel))
    assert (found[0].entry.code if found else "") == first
    assert (suggesting.sure(found) is not None) is is_sure


def test_from_nothing_to_a_word_of_the_channel_in_its_page(world: World, client: Client) -> None:
    client.force_login(world.admin)
    channel = channel_with(world, source={"attribute": "name"})
    title = FieldMapping.objects.create(
        channel=channel, target="title", source={"attribute": "name"}, position=1
    )
    world.create("A", family="mugs", status="approved", categories=["cups"])

    def post(what: str, **data: Any) -> str:
        at = reverse(f"admin:channels_channel_categories_{what}", args=[channel.pk])
        answer = client.post(at, data, follow=True)
        assert answer.status_code == 200
        return answer.text

    page = client.get(reverse("admin:channels_channel_categories", args=[channel.pk])).text
    assert "No field is made of categories yet" in page
    here = reverse("admin:channels_channel_categories", args=[channel.pk])
    assert "made from something else" in client.get(here, {"target": "title"}, follow=True).text
    assert "it goes on being made as before" in client.get(here, {"target": "category"}).text
    post("load", target="category", locale="en_US", file=SimpleUploadedFile("en.txt", ENGLISH))
    page = post("load", target="category", locale="en_US", file=SimpleUploadedFile("en.txt", b"nothing"))
    assert "These are no lines of a code and a path" in page  # and the list that was there stays
    assert "Kitchen &amp; Dining &gt; Mugs" in page
    cups, kitchen = world.categories["cups"].pk, world.categories["kitchen"].pk

    def save(**data: Any) -> str:
        channel.refresh_from_db()
        return post("save", target="category", revision=channel.profile_rev, **data)

    assert "Nothing was changed" in save(**{f"c-{cups}": " "})
    title.refresh_from_db()
    assert shown(world, channel, "A")[0] is None  # what it was made from goes on until there is a first word
    assert FieldMapping.objects.get(target="category").source == {"attribute": "name"}
    assert title.source == {"attribute": "name"}
    save(use=f"{cups}:500")
    assert shown(world, channel, "A")[0] == "500"
    save(
        **{f"c-{cups}": "", f"c-{kitchen}": "kitchen & dining>Tea Sets"}
    )  # a whole path is as good as its code
    assert FieldMapping.objects.get(target="category").value_list == {"kitchen": "501"}
    found = client.get(
        reverse("admin:channels_channel_categories_found", args=[channel.pk]), {"q": "dining mug"}
    )
    assert found.json() == {"found": [{"code": "500", "path": "Kitchen & Dining > Mugs"}]}
    fields = form_of(client.get(reverse("admin:channels_channel_mapping", args=[channel.pk])), "mapping-form")
    client.post(reverse("admin:channels_channel_mapping", args=[channel.pk]), fields)
    assert FieldMapping.objects.get(target="category").value_list == {
        "kitchen": "501"
    }  # the page of all fields keeps it


def test_a_channel_that_gets_everything_chooses_its_fields_first(world: World, client: Client) -> None:
    """Its first field would be its only one."""
    client.force_login(world.admin)
    channel = make_channel(world, required=())
    FieldMapping.objects.filter(channel=channel).delete()
    at = reverse("admin:channels_channel_categories", args=[channel.pk])
    assert (
        "gets every attribute under its own name" in client.get(at, {"target": "category"}, follow=True).text
    )
    cups = world.categories["cups"].pk
    told = {"target": "category", "revision": channel.profile_rev, f"c-{cups}": "500"}
    page = client.post(
        reverse("admin:channels_channel_categories_save", args=[channel.pk]), told, follow=True
    )
    assert "gets every attribute under its own name" in page.text
    assert not channel.fields.exists()


def test_a_field_made_otherwise_is_made_of_categories_with_its_first_word(
    world: World, client: Client
) -> None:
    """Or each product would lack it at once."""
    client.force_login(world.admin)
    channel = channel_with(world, source={"attribute": "color"}, value_list={"red": "Rot"}, required=True)
    world.create("A", {"color": "red"}, family="mugs", status="approved", categories=["cups"])
    channel.refresh_from_db()
    before = channel.profile_rev
    at = reverse("admin:channels_channel_categories", args=[channel.pk])
    assert "held back from then on" in client.get(at, {"target": "category"}).text
    channel.refresh_from_db()
    assert (shown(world, channel, "A"), channel.profile_rev) == (("Rot", []), before)
    told = {"target": "category", "revision": before, f"c-{world.categories['kitchen'].pk}": "499"}
    client.post(reverse("admin:channels_channel_categories_save", args=[channel.pk]), told)
    row = FieldMapping.objects.get()
    assert (row.source, row.value_list, row.required) == ({"category": True}, {"kitchen": "499"}, True)
    assert shown(world, channel, "A") == ("499", [])
    FieldMapping.objects.all().delete()
    FieldMapping.objects.create(channel=channel, target="title", source={"attribute": "name"}, position=4)
    channel.refresh_from_db()
    told |= {"target": "kind", "revision": channel.profile_rev}
    client.post(reverse("admin:channels_channel_categories_save", args=[channel.pk]), told)
    assert FieldMapping.objects.get(target="kind").position == 5


def test_what_was_entered_stays_where_somebody_saved_meanwhile(world: World, client: Client) -> None:
    client.force_login(world.admin)
    channel = channel_with(world, value_list={"kitchen": "499"})
    field, before = FieldMapping.objects.get(), channel.profile_rev
    FieldMapping.objects.update(value_list={"kitchen": "500", "fashion": "166"})
    profiles.changed(channel)
    channel.refresh_from_db()
    pk = {code: category.pk for code, category in world.categories.items()}
    told = {
        "field": field.pk, "target": "category", "revision": before, "q": "kitchen",
        f"c-{pk['kitchen']}": "501", f"was-{pk['kitchen']}": "499",  # both changed it
        f"c-{pk['cups']}": "502", f"was-{pk['cups']}": "",  # one did
        f"c-{pk['fashion']}": "", f"was-{pk['fashion']}": "",  # the other did
    }  # fmt: skip
    answer = client.post(reverse("admin:channels_channel_categories_save", args=[channel.pk]), told)
    assert answer.status_code == 409
    assert "Your entries are still here" in answer.text
    given = form_of(answer, "categories-words")
    assert given["revision"] == str(channel.profile_rev)
    assert [given[f"c-{pk[code]}"] for code in ("kitchen", "cups", "fashion")] == ["501", "502", "166"]
    assert "somebody chose 500 meanwhile" in answer.text
    client.post(reverse("admin:channels_channel_categories_save", args=[channel.pk]), given)
    field.refresh_from_db()
    assert field.value_list == {"kitchen": "501", "cups": "502", "fashion": "166"}


def test_only_the_channels_tree_is_counted(world: World, client: Client) -> None:
    client.force_login(world.admin)
    channel = channel_with(world, value_list={"kitchen": "499"})
    for sku, place in (("A", "cups"), ("B", "other")):
        world.create(sku, family="mugs", categories=[place])
    with CaptureQueriesContext(connection) as seen:
        page = client.get(reverse("admin:channels_channel_categories", args=[channel.pk]))
    assert {line.spec.code: line.products for line in page.context["page"]} == {
        "kitchen": 0, "cups": 1, "fashion": 0,
    }  # fmt: skip
    (counting,) = (
        each["sql"] for each in seen if "COUNT" in each["sql"] and "productcategory" in each["sql"]
    )
    assert f"'{world.categories['home'].path}%'" in counting


def test_generic_channels_do_not_share_a_list(world: World) -> None:
    one, other = Channel(pk=1, connector="feed"), Channel(pk=2, connector="feed")
    load_lists(one)
    assert taxonomies.indexes(other) == []
    assert [index.locale for index in taxonomies.indexes(one)] == ["en_US", "de_DE"]


def test_names_in_other_scripts_are_told_apart() -> None:
    assert words_of("USB кабель") != words_of("USB концентратор")
    assert words_of("Crème brûlée") == words_of("creme brulee")


def test_the_page_costs_the_same_queries_with_twice_the_categories(world: World, client: Client) -> None:
    client.force_login(world.admin)
    channel = channel_with(world)
    load_lists(channel)
    at = reverse("admin:channels_channel_categories", args=[channel.pk])
    client.get(at)
    with CaptureQueriesContext(connection) as few:
        client.get(at)
    home = world.categories["home"]
    for number in range(6):
        row = Category.objects.create(code=f"more_{number}", labels={"en_US": "Mugs"}, parent=home)
        Category.objects.filter(pk=row.pk).update(path=f"{home.path}{row.pk}/")
    announce("category", [home.pk])
    client.get(at)
    with CaptureQueriesContext(connection) as many:
        client.get(at)
    assert len(many) == len(few)
