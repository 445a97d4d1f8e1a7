"""What is told beside a text while it is written, to whom, and what pressing a button gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from catalog.models import Term, User
from catalog.structure.announce import announce
from tests.enrichment.conftest import Desk, values_of
from tests.world import World

ROOM = "/admin/catalog/product/hints/"


@pytest.fixture
def terms(world: World) -> None:
    with transaction.atomic():
        Term.objects.create(
            code="mug",
            preferred={"en_US": "mug", "de_DE": "Becher"},
            forbidden={"de_DE": "Tasse, <b>Pott"},
            note="<i>why",
        )
        announce("glossary", [])


def asked(desk: Desk, product: int, texts: dict[str, str], *, room: str = ROOM, **more: Any) -> Any:
    data = {"product": product, "locale": "de_DE", "beside": "en_US", **more}
    return desk.client.post(room, {**data, **{f"t:{key}": text for key, text in texts.items()}})


def words(desk: Desk, product: int, key: str, text: str, **more: Any) -> str:
    response = asked(desk, product, {key: text}, **more)
    assert response.status_code == 200
    return str(response.json()["fields"].get(key, {"words": "no such field"})["words"])


def test_what_is_typed_is_looked_at_and_nothing_is_saved(desk: Desk, mug: int, terms: None) -> None:
    before = values_of(mug)
    html = words(desk, mug, "name|de_DE", "Blaue Tasse")
    assert "Not “Tasse”: “Becher”." in html
    assert 'data-mend="mug" data-found="Tasse"' in html
    assert "&lt;i&gt;why" in html
    assert words(desk, mug, "name|de_DE", "Blauer Becher") == ""
    assert "not used yet" in words(desk, mug, "name|de_DE", "Etwas Blaues")
    assert words(desk, mug, "description|de_DE", "<p>T<em>asse</em>n &lt;b&gt;Pott</p>").count("<li") == 1
    assert values_of(mug) == before


def test_use_it_gives_the_text_with_the_term_in_its_place(desk: Desk, mug: int, terms: None) -> None:
    def mended(text: str, found: str, key: str = "name|de_DE") -> Any:
        return asked(desk, mug, {key: text}, room=f"{ROOM}mend/", code="mug", found=found)

    assert mended("Tasse, Untertasse", "Tasse").json() == {"text": "Becher, Untertasse"}
    assert mended("<p>Die <em>Tasse</em></p>", "Tasse", "description|de_DE").json() == {
        "text": "<p>Die <em>Becher</em></p>"
    }
    assert mended("Becher", "Tasse").status_code == 404


def test_who_may_not_write_or_see_a_text_is_told_nothing_of_it(
    mug: int, terms: None, world: World, person: Callable[..., User]
) -> None:
    german = Desk(person("anna", ["product.edit"], locales=["de_DE"]))
    assert words(german, mug, "name|fr_FR", "x") == "no such field"
    # She does not see the English text, so nothing is said of its terms.
    assert words(german, mug, "name|de_DE", "Etwas") == ""
    assert "Becher" in words(german, mug, "name|de_DE", "Tasse")
    elsewhere = Desk(person("ben", ["product.edit"], categories=["other"]))
    assert asked(elsewhere, mug, {"name|de_DE": "Tasse"}).status_code == 404
    reader = Desk(person("cora", ["product.view"]))
    assert asked(reader, mug, {"name|de_DE": "Tasse"}).status_code == 403


def test_the_glossary_is_changed_by_who_may_and_read_by_all_who_see_products(
    world: World, person: Callable[..., User]
) -> None:
    form = {
        "code": "cup",
        "preferred__de_DE": "Tasse",
        "forbidden__de_DE": "Schale,  Häferl",
        "whole_words": "on",
    }
    writer = Desk(person("anna", ["product.edit"]))
    assert writer.client.get("/admin/catalog/term/").status_code == 200
    assert writer.client.post("/admin/catalog/term/add/", form).status_code == 403
    keeper = Desk(person("ben", ["glossary.edit"]))
    assert keeper.client.post("/admin/catalog/term/add/", form).status_code == 302
    term = Term.objects.get()
    assert (term.preferred, term.forbidden) == ({"de_DE": "Tasse"}, {"de_DE": "Schale, Häferl"})
    found = keeper.client.get("/admin/catalog/term/", {"q": "häferl"}).content.decode()
    assert "Schale, Häferl" in found
