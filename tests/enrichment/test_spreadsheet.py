"""The spreadsheet view's side of the server: rows of cells, and cells that go through the one door, each with its own answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Product, Proposal, Revision
from catalog.values.changes import Actor
from enrichment.workbench.spreadsheet import saving
from tests.enrichment.conftest import Desk, values_of

NAME, PRICE = "name|en_US", "price"
COLS = "~".join([NAME, PRICE, "color", "capacity", "dishwasher_safe", "released", "ean", "description|en_US"])


class View:
    """One person with the view open."""

    def __init__(self, desk: Desk, cols: str = COLS) -> None:
        self.desk, self.cols = desk, cols

    def rows(self, *ids: int) -> dict[int, dict[str, list[str]]]:
        """Product → column → cell."""
        response = self.desk.client.get(
            reverse("admin:enrichment_spreadsheet_rows"),
            {"ids": ",".join(map(str, ids)), "cols": self.cols},
        )
        return self._by_name(response.json())

    @staticmethod
    def _by_name(answer: dict[str, Any]) -> dict[int, dict[str, list[str]]]:
        return {row["id"]: dict(zip(answer["columns"], row["cells"], strict=True)) for row in answer["rows"]}

    def send(self, cells: Any, **said: Any) -> Any:
        address = f"{reverse('admin:enrichment_spreadsheet_save')}?cols={self.cols}"
        return self.desk.client.post(address, {"cells": cells, **said}, content_type="application/json")

    def save(self, *cells: tuple[Any, ...]) -> list[dict[str, Any]]:
        """(product, column, text) with the base that stands there, or (…, base); reset by None as the text."""
        known = self.rows(*{cell[0] for cell in cells})
        sent = []
        for pk, col, text, *base in cells:
            stands = known.get(pk, {}).get(col, ["", ""])[1]
            sent.append(
                {
                    "id": pk,
                    "col": col,
                    "text": text or "",
                    "base": base[0] if base else stands,
                    "reset": text is None,
                }
            )
        response = self.send(sent)
        assert response.status_code == 200, response.content
        return response.json()["cells"]


def states(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["state"] for answer in answers]


@pytest.fixture
def view(desk: Desk) -> View:
    return View(desk)


@pytest.fixture
def cup(world: Any, channel: Any) -> int:
    values = {
        NAME: "Cup",
        "price": {"EUR": "9.9", "USD": "12"},
        "color": "red",
        "description|en_US": "<p>Long</p>",
    }
    return world.create("CUP", values, family="mugs", categories=["cups"]).product


def test_each_cell_says_what_stands_there_and_why_it_is_locked(view: View, cup: int) -> None:
    cells = view.rows(cup)[cup]
    texts = {name: cell[0] for name, cell in cells.items()}
    assert texts == {
        NAME: "Cup", "price:EUR": "9.90", "price:USD": "12.00", "color": "Red", "capacity": "", "dishwasher_safe": "",
        "released": "", "ean": "", "description|en_US": "Long",
    }  # fmt: skip
    assert cells["capacity"] == ["", ""]
    assert cells["price:EUR"][1] == cells["price:USD"][1] != ""
    assert cells["description|en_US"][2] == "Rich text: written on the product's page"


def test_variants_say_what_they_inherit_and_where_else_it_is_written(
    view: View, world: Any, channel: Any
) -> None:
    world.create(
        "SHIRT", {NAME: "Shirt", "color": "navy"}, family_variant="shirts_size", categories=["fashion"]
    )
    variant = world.create("SHIRT-S", {"size": "s"}, parent="SHIRT").product
    cells = view.rows(variant)[variant]
    assert cells[NAME] == ["Shirt", "", "", "From SHIRT"]
    assert cells["capacity"] == ["", "", "not an attribute of this family"]
    model = Product.objects.get(sku="SHIRT").pk
    assert view.rows(model)[model]["ean"] == ["", "", "written on each variant"]


def test_cells_are_cleaned_at_the_door_in_the_writers_words(view: View, cup: int) -> None:
    answers = view.save(
        (cup, NAME, "  Cup of tea "), (cup, "price:EUR", "1,299.50"), (cup, "color", "navy BLUE"), (cup, "capacity", "0.30"),
        (cup, "dishwasher_safe", "yes"), (cup, "released", "2026-03-31"),
    )  # fmt: skip
    assert states(answers) == ["saved"] * 6
    stored = values_of(cup)
    assert stored["price"] == {"EUR": "1299.5", "USD": "12"}
    assert [stored[key] for key in (NAME, "color", "capacity", "dishwasher_safe", "released")] == [
        "Cup of tea", "navy", "0.3", True, "2026-03-31",
    ]  # fmt: skip
    last = Revision.objects.filter(product=cup).latest("rev")
    assert (last.origin, len(last.changes)) == ("grid", 6)


def test_a_german_writes_decimals_and_days_as_germans_do(view: View, cup: int) -> None:
    view.desk.client.cookies["django_language"] = "de"
    assert view.rows(cup)[cup]["price:EUR"][0] == "9,90"
    assert states(view.save((cup, "price:EUR", "1.299,50"), (cup, "released", "31.03.2026"))) == [
        "saved",
        "saved",
    ]
    assert values_of(cup)["price"]["EUR"] == "1299.5"
    assert values_of(cup)["released"] == "2026-03-31"


def test_a_refused_cell_keeps_no_other_from_being_saved(view: View, world: Any, cup: int) -> None:
    other = world.create("OTHER", {NAME: "Other", "ean": "4006381333931"}, family="mugs").product
    answers = view.save(
        (cup, NAME, "New"), (cup, "color", "reddish"), (cup, "price:USD", "cheap"), (cup, "ean", "4006381333931"), (other, NAME, "Newer")
    )  # fmt: skip
    assert states(answers) == ["saved", "error", "error", "error", "saved"]
    assert "Did you mean Red (red)?" in answers[1]["message"]
    assert answers[3]["message"] == "OTHER has the same value."
    assert (values_of(cup)[NAME], values_of(other)[NAME]) == ("New", "Newer")
    assert values_of(cup)["price"] == {"EUR": "9.9", "USD": "12"}
    assert "ean" not in values_of(cup)


def test_who_changed_a_cell_meanwhile_is_told_and_one_decides(
    view: View, world: Any, cup: int, person: Any
) -> None:
    seen = view.rows(cup)[cup][NAME][1]
    theirs = person("anna", ["product.edit"])
    world.edit(cup, {NAME: "Theirs"}, by=Actor(theirs, origin="form"))
    (answer,) = view.save((cup, NAME, "Mine", seen))
    assert (answer["state"], answer["theirs"], answer["who"]) == ("conflict", "Theirs", "Anna")
    assert values_of(cup)[NAME] == "Theirs"
    assert states(view.save((cup, NAME, "Mine", answer["base"]))) == ["saved"]
    assert values_of(cup)[NAME] == "Mine"


def test_two_people_write_two_currencies_of_a_price(view: View, world: Any, cup: int) -> None:
    seen = view.rows(cup)[cup]["price:EUR"][1]
    world.edit(cup, {"price": {"EUR": "9.9", "USD": "13"}})
    assert states(view.save((cup, "price:EUR", "10", seen))) == ["saved"]
    assert values_of(cup)["price"] == {"EUR": "10", "USD": "13"}
    assert states(view.save((cup, "price:EUR", "11", seen))) == ["conflict"]


def test_emptying_stops_inheritance_and_inheriting_again_ends_that(
    view: View, world: Any, channel: Any
) -> None:
    world.create("SHIRT", {NAME: "Shirt"}, family_variant="shirts_size", categories=["fashion"])
    variant = world.create("SHIRT-S", {"size": "s"}, parent="SHIRT").product
    assert states(view.save((variant, NAME, ""))) == ["saved"]
    assert values_of(variant)[NAME] is None
    assert states(view.save((variant, NAME, None))) == ["saved"]
    assert NAME not in values_of(variant)
    assert view.rows(variant)[variant][NAME][0] == "Shirt"


def test_one_currency_inherits_again_and_the_other_stays(view: View, world: Any, channel: Any) -> None:
    above = {"EUR": "9.9", "USD": "12"}
    world.create(
        "SHIRT", {NAME: "Shirt", "price": above}, family_variant="shirts_size", categories=["fashion"]
    )
    own = {"size": "s", "price": {"EUR": "8", "USD": "11"}}
    variant = world.create("SHIRT-S", own, parent="SHIRT").product
    assert states(view.save((variant, "price:EUR", None))) == ["saved"]
    assert values_of(variant)["price"] == {"EUR": "9.9", "USD": "11"}
    assert states(view.save((variant, "price:EUR", "7"), (variant, "price:USD", None))) == ["saved"] * 2
    assert values_of(variant)["price"] == {"EUR": "7", "USD": "12"}
    # The dollars are as they are above, as they were when the euros were written: nothing of its own is left.
    assert states(view.save((variant, "price:EUR", None))) == ["saved"]
    assert "price" not in values_of(variant)


def test_a_price_that_inherits_nothing_loses_what_inherits_again(view: View, cup: int) -> None:
    assert states(view.save((cup, "price:EUR", None))) == ["saved"]
    assert values_of(cup)["price"] == {"USD": "12"}
    assert states(view.save((cup, "price:USD", None))) == ["saved"]
    assert "price" not in values_of(cup)


def test_roles_end_at_attributes_languages_and_categories(
    view: View, world: Any, cup: int, person: Any
) -> None:
    hat = world.create("HAT", {NAME: "Hat"}, family="mugs", categories=["other"]).product
    lena = View(Desk(person("lena", ["product.edit"], groups=["marketing"], locales=["de_DE"], categories=["kitchen"])),
                 "name|de_DE~name|en_US~color")  # fmt: skip
    rows = lena.rows(cup, hat)
    assert list(rows) == [cup]
    assert list(rows[cup]) == ["name|de_DE"]
    answers = lena.save(
        (cup, "name|de_DE", "Tasse"),
        (cup, "name|en_US", "No"),
        (cup, "color", "navy"),
        (hat, "name|de_DE", "Hut"),
    )
    assert states(answers) == ["saved", "error", "error", "error"]
    assert answers[3]["message"] == "This product is no longer there."
    assert (values_of(cup)["name|de_DE"], values_of(cup)[NAME], values_of(cup)["color"]) == (
        "Tasse",
        "Cup",
        "red",
    )
    assert "name|de_DE" not in values_of(hat)


def test_where_one_may_not_publish_it_says_that_it_is_a_proposal(
    view: View, world: Any, cup: int, person: Any
) -> None:
    world.edit(cup, status="approved")
    anna = View(Desk(person("anna", ["product.edit"])))
    answer = anna.desk.client.get(reverse("admin:enrichment_spreadsheet_rows"), {"ids": cup, "cols": COLS})
    assert [row["proposes"] for row in answer.json()["rows"]] == [True]
    assert states(anna.save((cup, NAME, "Better"))) == ["proposed"]
    assert values_of(cup)[NAME] == "Cup"
    assert Proposal.objects.get(product=cup).value == "Better"


def test_a_proposal_of_one_currency_keeps_that_of_the_other(
    view: View, world: Any, cup: int, person: Any
) -> None:
    world.edit(cup, status="approved")
    anna = View(Desk(person("anna", ["product.edit"])))
    assert states(anna.save((cup, "price:EUR", "10"))) == ["proposed"]
    assert states(anna.save((cup, "price:USD", "13"))) == ["proposed"]
    assert Proposal.objects.get(product=cup).value == {"EUR": "10", "USD": "13"}
    # Whoever may publish writes on what stands there, and not on what is only proposed.
    assert states(view.save((cup, "price:USD", "14"))) == ["saved"]
    assert values_of(cup)["price"] == {"EUR": "9.9", "USD": "14"}


def test_a_cell_that_is_too_long_keeps_no_other_from_being_saved(view: View, cup: int) -> None:
    answers = view.save((cup, NAME, "x" * (saving.LONGEST + 1)), (cup, "color", "navy"))
    assert states(answers) == ["error", "saved"]
    assert "shorten" in answers[0]["message"]
    assert (values_of(cup)[NAME], values_of(cup)["color"]) == ("Cup", "navy")


def test_cells_are_saved_by_whoever_wrote_them(view: View, cup: int, person: Any) -> None:
    cells = [{"id": cup, "col": NAME, "text": "Mine", "base": view.rows(cup)[cup][NAME][1]}]
    anna = View(Desk(person("anna", ["product.edit"])))
    assert anna.send(cells, user=str(view.desk.user.pk)).status_code == 401
    assert values_of(cup)[NAME] == "Cup"
    assert states(view.send(cells, user=str(view.desk.user.pk)).json()["cells"]) == ["saved"]


@pytest.mark.parametrize(
    "cells",
    [
        None, [1], [{"id": 1}], [{"id": "1", "col": NAME, "text": "x", "base": ""}], [{"id": 10**30, "col": NAME, "text": "x", "base": ""}],
        [{"id": 1, "col": NAME, "text": 5, "base": ""}],
        [{"id": 1, "col": NAME, "text": "x", "base": ""}] * (saving.MOST + 1),
    ],
)  # fmt: skip
def test_what_is_no_batch_of_cells_is_refused_whole(view: View, cup: int, cells: Any) -> None:
    assert view.send(cells).status_code == 400
    assert values_of(cup)[NAME] == "Cup"


def test_columns_and_letters_that_no_database_takes_are_answered(view: View, cup: int) -> None:
    answers = view.save(
        (cup, "na|m|e|x", "x"), (cup, "price:ZZZ", "1"), (cup, "_sku", "X"), (cup, NAME, "a\x00b")
    )
    assert states(answers) == ["error", "error", "error", "saved"]
    assert values_of(cup)[NAME] == "ab"


def test_as_many_queries_for_three_times_the_products(
    view: View, world: Any, channel: Any, person: Any
) -> None:
    ids = [world.create(f"M-{n}", {NAME: "x"}, family="mugs", categories=["cups"]).product for n in range(16)]
    lena = View(Desk(person("lena", ["product.edit", "product.publish"], groups=["marketing", "commercial"], locales=["en_US"],
                             categories=["kitchen"])), f"{NAME}~_categories~@shop")  # fmt: skip
    for each in (view, lena):

        def queries(part: list[int], text: str, each: View = each) -> tuple[int, int]:
            user = type(each.desk.user).objects.get(pk=each.desk.user.pk)
            each.desk = Desk(user)
            with CaptureQueriesContext(connection) as looked:
                known = each.rows(*part)
            cells = [{"id": pk, "col": NAME, "text": text, "base": known[pk][NAME][1]} for pk in part]
            with CaptureQueriesContext(connection) as saved:
                assert set(states(each.send(cells).json()["cells"])) == {"saved"}
            return len(looked), len(saved)

        who = each.desk.user.username
        queries(ids[:1], who)
        few, many = queries(ids[:4], f"{who}, few"), queries(ids[4:], f"{who}, many")
        assert few == many
        assert few[0] <= 20


def test_the_address_has_columns_to_write_in_and_its_order_stays(view: View, world: Any, cup: int) -> None:
    later = world.create("DISH", {NAME: "Dish"}, family="mugs").product
    page = view.desk.client.get(reverse("admin:enrichment_spreadsheet"), {"family": "mugs", "level": "all"})
    assert page.status_code == 302
    query = parse_qs(urlsplit(page["Location"]).query)
    assert query["family"] == ["mugs"]
    assert query["cols"][0].split("~")[:4] == ["name|en_US", "weight", "price", "color"]  # required first
    page = view.desk.client.get(page["Location"])
    assert page.context_data["known"]["ids"] == [cup, later]
    view.save((later, NAME, "Dish, changed last"))
    assert view.desk.client.get(reverse("admin:enrichment_spreadsheet_ids"), {"family": "mugs"}).json() == {
        "ids": [cup, later], "further": "",
    }  # fmt: skip


def test_what_was_picked_in_the_grid_is_an_address(view: View, world: Any, cup: int) -> None:
    world.create("DISH", {NAME: "Dish"}, family="mugs")
    answer = view.desk.post("enrichment_spreadsheet_begin", id=[cup], query=f"cols={NAME}&family=mugs")
    query = urlsplit(answer["Location"]).query
    page = view.desk.client.get(answer["Location"])
    assert [page.context_data["known"]["ids"], page.context_data["count"]] == [[cup], 1]
    assert view.desk.skus(**{name: values[0] for name, values in parse_qs(query).items()}) == ["CUP"]
    answer = view.desk.post("enrichment_spreadsheet_begin", all="1", query=f"cols={NAME}&family=mugs")
    assert view.desk.client.get(answer["Location"]).context_data["count"] == 2
    assert "/spreadsheet/" not in view.desk.post("enrichment_spreadsheet_begin", query="")["Location"]
