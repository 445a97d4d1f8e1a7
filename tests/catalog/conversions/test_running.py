"""The switch and the job: nothing is unreadable or refused midway, no edit is lost, and a killed job goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from catalog.conversions import running
from catalog.jobs import queue
from catalog.models import (
    Attribute,
    Campaign,
    CampaignValues,
    Conversion,
    Family,
    Job,
    Option,
    OutdatedTranslation,
    Product,
    Proposal,
    Revision,
    UniqueValue,
)
from catalog.models.tokens import numbered
from catalog.search import filter_tokens
from catalog.structure import snapshot
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ABSENT, Actor, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.resolve import resolve
from tests.catalog.conversions.acts import done, opened, own, planned, retype, work_off
from tests.world import SYSTEM, World


def shown(product: int | None, code: str, locale: str = "", context: str = "") -> Any:
    structure = Structure.current()
    bundle = bundles.load([product or 0])[product or 0]
    return resolve(bundle, structure.attributes[code], structure, locale=locale, context=context).value


@pytest.fixture
def mug(world: World) -> int:
    values = {
        "name|en_US": "Mug",
        "name|de_DE": "Tasse",
        "capacity": "300",
        "color": "red",
        "features": ["handmade"],
    }
    return world.create("MUG", values, family="mugs").product or 0


def test_a_value_goes_to_each_chosen_locale(world: World, mug: int) -> None:
    row = done("capacity", localizable=True, locales=("en_US", "de_DE"))
    assert {key: value for key, value in own(mug).items() if key.startswith("capacity")} == {
        "capacity|en_US": "300",
        "capacity|de_DE": "300",
    }
    assert Attribute.objects.get(code="capacity").localizable
    assert row.counts["products"] == 1
    revision = Revision.objects.get(product=mug, origin="conversion")
    assert revision.changes["capacity"] == ["300", {"absent": True}]
    assert revision.changes["capacity|en_US"] == [{"absent": True}, "300"]


def test_of_several_locales_the_first_filled_stays_and_the_others_are_in_the_history(
    world: World, mug: int
) -> None:
    other = world.create("B", {"name|de_DE": "Becher"}, family="mugs").product
    done("name", localizable=False, locales=("en_US", "de_DE"))
    assert own(mug)["name"] == "Mug"
    assert own(other) == {"name": "Becher"}
    changes = Revision.objects.get(product=mug, origin="conversion").changes
    assert changes["name|de_DE"] == ["Tasse", {"absent": True}]
    assert Product.objects.get(pk=mug).label == "Mug"


def test_of_several_contexts_the_chosen_wins(world: World) -> None:
    mug = world.create(
        "MUG",
        {"price": {"EUR": "10"}, "price||consumer": {"EUR": "12"}, "price||b2b": {"EUR": "8"}},
        family="mugs",
    ).product
    done("price", scopable=False, contexts=("consumer", "", "b2b"))
    assert own(mug) == {"price": {"EUR": "12"}}


def test_before_its_product_is_rewritten_a_value_is_read_as_it_will_be(world: World, mug: int) -> None:
    opened("capacity", localizable=True, locales=("en_US",))
    assert "capacity" in own(mug)
    assert shown(mug, "capacity", "en_US") == "300"


def test_an_edit_meanwhile_stays_and_rewrites_its_product(world: World, mug: int) -> None:
    opened("capacity", localizable=True, locales=("en_US", "de_DE"))
    outcome = world.edit(mug, {"capacity|de_DE": "310"})
    assert outcome.changed["capacity|de_DE"] == (ABSENT, "310")
    assert outcome.changed["capacity"] == ("300", ABSENT)
    expected = {"capacity|en_US": "300", "capacity|de_DE": "310"}
    assert {key: value for key, value in own(mug).items() if key.startswith("capacity")} == expected
    work_off()
    assert {key: value for key, value in own(mug).items() if key.startswith("capacity")} == expected


def test_a_page_opened_before_is_saved_as_it_was_meant(world: World, mug: int) -> None:
    """Its keys are the former ones, and so is what it was based on."""
    base = {"capacity": value_hash("300")}
    opened("capacity", localizable=True, locales=("en_US",))
    outcome = world.edit(mug, {"capacity": "320"}, base=base)
    assert outcome.ok
    assert own(mug)["capacity|en_US"] == "320"


def test_a_plan_of_an_import_made_before_is_applied_as_it_was_meant(world: World, mug: int) -> None:
    retype("capacity", "text")
    done("capacity", type="measurement", params={"family": "volume", "unit": "MILLILITER"})
    change = ProductChange(product=mug, values={"capacity": "330"}, cleaned=True)
    assert world.put(change).ok
    assert own(mug)["capacity"] == {"amount": "330", "unit": "MILLILITER"}


def test_what_the_other_person_wrote_since_is_still_a_conflict(world: World, mug: int) -> None:
    base = {"capacity": value_hash("300")}
    opened("capacity", localizable=True, locales=("en_US",))
    world.edit(mug, {"capacity|en_US": "310"})
    outcome = world.edit(mug, {"capacity": "320"}, base=base)
    assert [conflict.key for conflict in outcome.conflicts] == ["capacity|en_US"]
    assert own(mug)["capacity|en_US"] == "310"


def test_texts_become_options_and_one_written_at_the_last_moment_too(world: World, mug: int) -> None:
    retype("capacity", "text")
    world.edit(mug, {"capacity": "Quite large"})
    row = planned("capacity", type="select")
    late = world.create("B", {"capacity": "Huge"}, family="mugs").product
    running.start(row, by=None)
    work_off()
    assert (own(mug)["capacity"], own(late)["capacity"]) == ("quite_large", "huge")
    made = Option.objects.filter(attribute__code="capacity").order_by("position")
    assert [(option.code, option.labels) for option in made] == [
        ("quite_large", {"en_US": "Quite large"}),
        ("huge", {"en_US": "Huge"}),
    ]
    found = filter_tokens(Product.objects.all(), any_of=[["capacity=huge"]])
    assert list(found.values_list("pk", flat=True)) == [late]


def test_a_value_that_cannot_become_one_leaves_and_stays_in_the_history(world: World, mug: int) -> None:
    world.edit(mug, {"features": ["handmade", "stackable"]})
    done("features", type="select")
    assert "features" not in own(mug)
    changes = Revision.objects.get(product=mug, origin="conversion").changes
    assert sorted(changes["features"][0]) == ["handmade", "stackable"]


def test_options_go_with_the_select_and_their_labels_stay_as_texts(world: World, mug: int) -> None:
    done("features", type="text")
    assert own(mug)["features"] == "Handmade"
    assert not Option.objects.filter(attribute__code="features").exists()


def test_amounts_follow_the_unit(world: World) -> None:
    mug = world.create("MUG", {"weight": "1.5 kg"}, family="mugs").product
    done("weight", params={"family": "weight", "unit": "GRAM"})
    assert own(mug)["weight"] == {"amount": "1500", "unit": "GRAM"}
    # Once it is done an amount may be in any unit again.
    world.edit(mug or 0, {"weight": "2 kg"})
    assert shown(mug, "weight") == {"amount": "2", "unit": "KILOGRAM"}


def test_campaigns_and_proposals_are_converted_too(world: World, mug: int) -> None:
    now = timezone.now()
    sale = Campaign.objects.create(code="sale", starts_at=now, ends_at=now + timedelta(days=1))
    write_campaign(sale, {mug: {"capacity": "330"}}, by=SYSTEM)
    Proposal.objects.create(product_id=mug, key="capacity", value="340", source="supplier", created_at=now)
    row = done("capacity", localizable=True, locales=("en_US",))
    assert CampaignValues.objects.get().values == {"capacity|en_US": "330"}
    assert [(each.key, each.value) for each in Proposal.objects.all()] == [("capacity|en_US", "340")]
    assert (row.counts["campaigns"], row.counts["proposals"]) == (1, 1)


def test_a_proposal_that_somebody_decides_meanwhile_stays_decided(
    world: World, mug: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source in ("supplier", "agency"):
        Proposal.objects.create(
            product_id=mug, key="capacity", value="340", source=source, created_at=timezone.now()
        )
    really = running.split_campaign

    def while_the_other_is_rejected(key: str) -> tuple[str, str]:
        Proposal.objects.filter(source="agency").update(state=Proposal.State.REJECTED)
        return really(key)

    monkeypatch.setattr(running, "split_campaign", while_the_other_is_rejected)
    row = done("capacity", localizable=True, locales=("en_US",))
    found = Proposal.objects.order_by("source").values_list("source", "key", "state")
    assert list(found) == [("agency", "capacity", "rejected"), ("supplier", "capacity|en_US", "open")]
    assert row.counts["proposals"] == 1


def test_a_killed_job_goes_on_and_ends_as_if_it_had_not_been(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = [world.create(f"M{n}", {"capacity": str(n)}, family="mugs").product for n in range(5)]
    monkeypatch.setattr(running, "STEP", 2)
    row = opened("capacity", localizable=True, locales=("en_US",))
    written = running.write

    def dies(changes: Any, *, by: Actor) -> Any:
        if changes[0].product == products[2]:
            raise KeyboardInterrupt
        return written(changes, by=by)

    monkeypatch.setattr(running, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    monkeypatch.setattr(running, "write", written)
    row.refresh_from_db()
    assert (row.state, row.position) == ("open", products[1])
    Job.objects.filter(kind="catalog.convert").update(lease_until=timezone.now() - queue.LEASE)
    work_off()
    assert [own(pk) for pk in products] == [{"capacity|en_US": str(n)} for n in range(5)]
    assert Revision.objects.filter(origin="conversion").count() == 5
    assert Conversion.objects.get(pk=row.pk).counts["products"] == 5


def test_a_product_written_the_former_way_behind_the_jobs_back_is_rewritten_before_it_ends(
    world: World, mug: int
) -> None:
    """By a transaction that had read the structure before the switch, and was committed when the job was past it."""
    row = opened("capacity", localizable=True, locales=("en_US",))
    Conversion.objects.filter(pk=row.pk).update(position=mug)
    work_off()
    assert own(mug)["capacity|en_US"] == "300"
    assert "capacity" not in own(mug)


def test_a_plan_that_is_old_is_not_started(world: World, mug: int) -> None:
    row = planned("capacity", localizable=True, locales=("en_US",))
    Attribute.objects.filter(code="capacity").update(scopable=True)
    with pytest.raises(ValidationError) as refused:
        running.start(row, by=None)
    assert refused.value.messages == ["The attribute was changed since this was planned: plan it again."]
    assert not Attribute.objects.get(code="capacity").localizable
    assert not Job.objects.filter(kind="catalog.convert").exists()


def test_there_and_back_is_where_it_was(world: World, mug: int) -> None:
    before = own(mug)
    done("capacity", localizable=True, locales=("en_US",))
    done("capacity", localizable=False, locales=("en_US",))
    assert own(mug) == before


@pytest.mark.parametrize("change", [{"localizable": False, "locales": ("en_US",)}, {"type": "select"}])
def test_a_text_that_is_no_translation_any_more_is_not_outdated(world: World, change: dict[str, Any]) -> None:
    mug = world.create("MUG", {"name|en_US": "Mug", "name|de_DE": "Tasse"}, family="mugs").product
    world.edit(mug, {"name|en_US": "Cup"})
    assert OutdatedTranslation.objects.get().key == "name|de_DE"
    Family.objects.update(label_attribute=None)
    done("name", **change)
    assert not OutdatedTranslation.objects.exists()
    assert numbered("outdated:de_DE") not in Product.objects.get(pk=mug).tokens


def test_two_texts_that_become_one_number_stay_and_the_plan_says_so(world: World) -> None:
    """The attribute is unique, but a conversion that stops at the second would leave all others unconverted."""
    Attribute.objects.filter(code="ean").update(type="text", params={})
    snapshot.forget()
    first, second = (
        world.create(sku, {"ean": text}, family="mugs").product for sku, text in (("A", "1.0"), ("B", "1"))
    )
    row = done("ean", type="number")
    assert row.plan["repeated"] == 1
    assert (own(first)["ean"], own(second)["ean"]) == ("1", "1")
    assert list(UniqueValue.objects.values_list("attribute", "value")) == [("ean", "1")]
    third = world.create("C", {"ean": "2"}, family="mugs").product
    assert [error.code for error in world.edit(third or 0, {"ean": "1"}).errors] == ["not_unique"]
