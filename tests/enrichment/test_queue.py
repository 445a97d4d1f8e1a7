"""A filter of the grid worked off one by one: what is asked for, what is saved, what somebody else did meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Attribute, Product
from catalog.structure.announce import announce
from channels import profiles
from channels.models import Channel, FieldMapping, Requirement
from enrichment.workbench.grid.paging import SORTS, key_of
from tests.channels.stage import FULL, make_channel
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import controls
from tests.world import World

ROOM = "/admin/catalog/product/queue/"
LACKS_GERMAN = "b2b|de_DE|name"
WITHOUT = {key: value for key, value in FULL.items() if key != "name|de_DE"}


@pytest.fixture
def mugs(world: World, channel: Channel) -> list[int]:
    """Three that lack their German name, between two that lack nothing."""
    made = []
    for number in range(1, 6):
        values = dict(FULL) if number in (1, 5) else dict(WITHOUT)
        made.append(world.create(f"MUG-{number}", values, family="mugs", categories=["cups"]).product)
    return made[1:4]


def opened(desk: Desk, **query: Any) -> Any:
    response = desk.client.get(ROOM, query or {"missing": LACKS_GERMAN})
    assert response.status_code == 200
    return response


def asked(desk: Desk, **query: Any) -> Any:
    where = {} if "q" in query else {"missing": LACKS_GERMAN}
    response = desk.client.get(f"{ROOM}item/", {**where, **query})
    assert response.status_code == 200
    return response.json()


def form_of(html: str) -> dict[str, Any]:
    return controls(f'<form id="product-form">{html}</form>')


def saved(desk: Desk, html: str, *, texts: dict[str, str], query: Any = None, **extra: Any) -> Any:
    form = form_of(html)
    for name, text in texts.items():
        assert name in form
        form[name] = [text]
    params = query or {"missing": LACKS_GERMAN}
    return desk.client.post(f"{ROOM}save/", {**form, **extra}, query_params=params)


def test_a_queue_has_the_filters_products_by_sku_and_asks_for_what_is_missing(
    desk: Desk, mugs: list[int]
) -> None:
    context = opened(desk).context_data
    assert (context["ids"], context["count"]) == (mugs, 3)
    first = context["first"]
    assert [field.cell.key for field in first.fields] == ["name|de_DE"]
    assert first.fields[0].source.key == "name|en_US"
    assert (context["queue"].channel.code, context["queue"].locale) == ("b2b", "de_DE")


def test_the_channels_rule_stands_beside_the_field(desk: Desk, mugs: list[int]) -> None:
    rules = opened(desk).context_data["first"].fields[0].rules
    assert [(rule.kind, rule.value, rule.says) for rule in rules if rule.kind == "max"] == [
        ("max", "75", "B2B shop: Title")
    ]


def test_the_other_parts_of_a_composed_field_count_too(
    desk: Desk, channel: Channel, mugs: list[int], world: World
) -> None:
    FieldMapping.objects.filter(target="title").update(source={"template": "Tarnholt {name}"})
    Channel.objects.update(profile_rev=99)
    rule = next(rule for rule in opened(desk).context_data["first"].fields[0].rules if rule.kind == "max")
    assert rule.extra == len("Tarnholt") + 1


def test_saving_writes_and_brings_the_next(desk: Desk, mugs: list[int]) -> None:
    html = asked(desk, ids=f"{mugs[0]}")["html"]
    following = asked(desk, ids=f"{mugs[1]}")
    have = f"{following['id']}:{following['mark']}"
    answer = saved(
        desk, html, texts={"v:name|de_DE:": "Becher"}, next=f"{mugs[1]},{mugs[2]}", have=have
    ).json()
    assert values_of(mugs[0])["name|de_DE"] == "Becher"
    assert answer["next"] == {"id": mugs[1], "same": True, "gone": []}
    assert opened(desk).context_data["ids"] == mugs[1:]


def test_what_is_refused_stays_beside_its_field_and_what_was_typed_is_there(
    desk: Desk, world: World, channel: Channel
) -> None:
    product = world.create("MUG-1", {**FULL, "ean": ""}, family="mugs").product
    query = {"q": "mug-1", "fields": "ean"}
    html = asked(desk, ids=product, **query)["html"]
    response = saved(desk, html, texts={"v:ean:": "123"}, query=query, next="")
    assert response.status_code == 422
    answer = response.json()
    assert 'value="123"' in answer["html"]
    assert "cell-error" in answer["html"]
    assert "ean" not in values_of(product)


def test_the_same_field_changed_by_somebody_else_is_chosen_as_on_the_products_page(
    desk: Desk, world: World, mugs: list[int]
) -> None:
    html = asked(desk, ids=f"{mugs[0]}")["html"]
    world.edit(mugs[0], {"name|de_DE": "Ihr Becher"})
    response = saved(desk, html, texts={"v:name|de_DE:": "Mein Becher"}, next="")
    assert response.status_code == 422
    again = response.json()["html"]
    assert "Ihr Becher" in again
    assert "Mein Becher" in again
    assert values_of(mugs[0])["name|de_DE"] == "Ihr Becher"
    assert saved(desk, again, texts={}, next="").status_code == 200
    assert values_of(mugs[0])["name|de_DE"] == "Mein Becher"


def test_what_somebody_finished_meanwhile_is_left_out_and_told(
    desk: Desk, world: World, mugs: list[int]
) -> None:
    world.edit(mugs[1], {"name|de_DE": "Fertig"})
    answer = asked(desk, ids=f"{mugs[1]},{mugs[2]}")
    assert (answer["id"], answer["gone"]) == (mugs[2], [mugs[1]])


def test_what_was_fetched_before_a_change_is_fetched_again(desk: Desk, world: World, mugs: list[int]) -> None:
    early = asked(desk, ids=f"{mugs[1]}")
    have = f"{early['id']}:{early['mark']}"
    assert asked(desk, ids=f"{mugs[1]}", have=have)["same"]
    world.edit(mugs[1], {"name|en_US": "Another name"})
    assert "Another name" in asked(desk, ids=f"{mugs[1]}", have=have)["html"]


def test_one_that_is_finished_can_still_be_looked_at(desk: Desk, world: World, mugs: list[int]) -> None:
    world.edit(mugs[0], {"name|de_DE": "Fertig"})
    answer = asked(desk, ids=f"{mugs[0]}", keep="1")
    assert "data-finished" in answer["html"]
    assert "Fertig" in answer["html"]
    assert answer["by"].startswith("The system")


def test_the_products_further_on_come_by_key(desk: Desk, mugs: list[int]) -> None:
    key = key_of(Product.objects.get(pk=mugs[0]), SORTS["sku"])
    answer = desk.client.get(f"{ROOM}ids/", {"missing": LACKS_GERMAN, "after": key}).json()
    assert answer == {"ids": mugs[1:], "further": ""}


def test_the_end_says_how_many_still_belong_to_it(desk: Desk, mugs: list[int]) -> None:
    assert "3 products still belong to it" in asked(desk, ids="")["ended"]


def test_what_is_common_to_all_variants_is_written_once_on_their_model(desk: Desk, world: World) -> None:
    channel = make_channel(world, required=())
    for code in ("name", "ean"):
        Requirement.objects.create(
            channel=channel, attribute=world.attributes[code], family=world.families["shirts"]
        )
    profiles.changed(channel)
    model = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size").product
    sizes = [world.create(f"SHIRT-{size}", {"size": size}, parent="SHIRT").product for size in "ml"]
    query = {"incomplete": "b2b|de_DE", "fields": "name"}
    answer = desk.client.get(f"{ROOM}item/", {**query, "ids": sizes[0]}).json()
    assert "Written once on the model SHIRT" in answer["html"]
    form = form_of(answer["html"])
    assert (form["product"], form["owner"]) == ([str(sizes[0])], [str(model)])
    assert (
        saved(desk, answer["html"], texts={"v:name|de_DE:": "Hemd"}, query=query, next="").status_code == 200
    )
    assert values_of(model)["name|de_DE"] == "Hemd"


def test_nobody_works_off_what_they_may_not_see_or_write(person: Any, world: World, mugs: list[int]) -> None:
    viewer = Desk(person("vera", ["product.view"]))
    assert viewer.client.get(ROOM).status_code == 403
    stranger = Desk(person("stan", ["product.edit"], categories=["fashion"]))
    assert opened(stranger).context_data["ids"] == []
    assert asked(stranger, ids=f"{mugs[0]}") == {"gone": [mugs[0]]}
    assert asked(stranger, ids=f"{mugs[0]}", keep="1") == {"gone": [mugs[0]]}
    assert stranger.client.post(f"{ROOM}save/", {"product": mugs[0], "owner": mugs[0]}).status_code == 404
    french = Desk(person("fred", ["product.edit"], locales=["fr_FR"]))
    item = opened(french, q="mug", locale="de_DE", fields="name")
    assert item.context_data["first"].fields == []
    beside = opened(french, q="mug", locale="de_DE", beside="fr_FR", fields="name")
    assert beside.context_data["first"].fields == []


def test_a_queue_asks_as_often_for_twice_as_many(desk: Desk, world: World, mugs: list[int]) -> None:
    def count(address: str, **query: Any) -> int:
        fresh = Desk(type(desk.user).objects.get(pk=desk.user.pk))
        fresh.client.get(address, query)
        with CaptureQueriesContext(connection) as captured:
            assert fresh.client.get(address, query).status_code == 200
        return len(captured)

    asked_for = {"missing": LACKS_GERMAN, "ids": ",".join(map(str, mugs))}
    few = [count(ROOM, missing=LACKS_GERMAN), count(f"{ROOM}item/", **asked_for)]
    for number in range(6, 16):
        world.create(f"MUG-{number}", dict(WITHOUT), family="mugs", categories=["cups"])
    ids = Product.objects.filter(sku__startswith="MUG").values_list("pk", flat=True)
    asked_for["ids"] = f"{mugs[0]},{','.join(map(str, ids))}"
    assert [count(ROOM, missing=LACKS_GERMAN), count(f"{ROOM}item/", **asked_for)] == few
    assert max(few) <= 36


def test_the_boxes_of_attributes_have_their_names_as_text(mugs: list[int], desk: Desk) -> None:
    Attribute.objects.filter(code="name").update(labels={"en_US": "<i>Name</i>"})
    announce("structure", [])
    html = opened(desk, missing=LACKS_GERMAN, fields="name").content.decode()
    assert 'name="fields" value="name" checked> &lt;i&gt;Name&lt;/i&gt;</label>' in html
    assert 'name="fields" value="color"> ' in html
