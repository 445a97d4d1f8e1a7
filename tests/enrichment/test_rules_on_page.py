"""What rules say of a product, on its page: sentences that lead to the field, and only about what one may see."""

from __future__ import annotations

from typing import Any

import pytest

from channels.rules import using
from channels.rules.packs import PACKS
from tests.channels.stage import work_off_jobs
from tests.enrichment.conftest import Desk


@pytest.fixture
def ruled(world: Any, channel: Any) -> None:
    """The maker's name stands in the description, required, and the warnings in the colour."""
    known = {code: attribute.pk for code, attribute in world.attributes.items()}
    rules = {"manufacturer_name": ("required", known["description"]), "warnings": ("warning", known["color"])}
    chosen = [using.Chosen(rule.code, *rules.get(rule.code, ("off", None))) for rule in PACKS["gpsr"].rules]
    using.save(
        channel, PACKS["gpsr"], is_on=True, families=[], categories=[], rules=chosen, structure=world.structure
    )  # fmt: skip
    using.send_to(channel, ["DE"], world.structure)
    work_off_jobs()


def test_each_sentence_leads_to_its_field_and_counts_where_it_is_required(
    desk: Desk, mug: int, ruled: None
) -> None:
    page = desk.page(mug)
    told = page.context_data["rules"]
    assert [(one.told.state, one.told.message, one.where.href) for one in told.sentences] == [
        ("required", "Description is missing for en_US.", "?locale=en_US#f-description-en_US"),
        ("required", "Description is missing for de_DE.", "?locale=de_DE#f-description-de_DE"),
        ("warning", "Color is missing.", "?#f-color"),
    ]
    assert "Regulation (EU) 2023/988, Art. 19 (a)" in page.content.decode()
    places = {place.locale: place for place in page.context_data["readiness"][0].places}
    assert [item.label for item in places["en_US"].items] == ["Description"]
    row = next(
        row
        for group in page.context_data["sheet"].groups
        for row in group.rows
        if row.spec.code == "description"
    )
    assert row.required_by == [("B2B shop", False)]


def test_what_one_may_not_see_is_not_told(person: Any, mug: int, ruled: None) -> None:
    technician = Desk(person("tina", ["product.view"], groups=["technical"], locales=["en_US"]))
    technician.user.roles.get().grants.update(unlocalized=True)
    told = technician.page(mug).context_data["rules"]
    assert [one.told.message for one in told.sentences] == ["Color is missing."]
