"""The truth table of the one total order: locale, campaign, context, level."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product as every

import pytest

from catalog.models import Product
from catalog.structure.snapshot import ContextSpec, LocaleSpec, Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, CampaignDocument, Level
from catalog.values.keys import Key, format_key
from catalog.values.resolve import MISSING, next_boundary, resolve

NOW = datetime(2026, 7, 1, tzinfo=UTC)
BOTH = AttributeSpec(id=1, code="name", type="text", localizable=True, scopable=True)
PLAIN = AttributeSpec(id=2, code="weight", type="number")
LOCALES = ("de_AT", "de_DE")
CONTEXTS = ("amazon", "consumer", "")
STRUCTURE = Structure(
    version="1", attributes={"name": BOTH, "weight": PLAIN}, groups={}, families={}, variants={},
    locales={
        "de_DE": LocaleSpec("de_DE", "German", True, ("de_DE",)),
        "de_AT": LocaleSpec("de_AT", "Austrian", True, ("de_AT", "de_DE")),
    },
    contexts={
        "consumer": ContextSpec("consumer", {}, "audience", ("consumer", "")),
        "amazon": ContextSpec("amazon", {}, "channel", ("amazon", "consumer", "")),
    },
    currencies=("EUR",), sources={}, categories={}, category_by_code={}, unique=(), folded={}, family_by_code={}, variant_by_code={}, measures={},
)  # fmt: skip

# Every place a value may stand, in the order of design.md: the first that holds one wins.
PLACES = [
    (locale, campaign, context, level)
    for locale, campaign, context, level in every(LOCALES, (True, False), CONTEXTS, (0, 1, 2))
]


def bundle_with(values: dict[tuple[str, bool, str, int], object], *, at: datetime = NOW) -> Bundle:
    own: list[dict[str, object]] = [{}, {}, {}]
    campaign: list[dict[str, object]] = [{}, {}, {}]
    for (locale, in_campaign, context, level), value in values.items():
        (campaign if in_campaign else own)[level][format_key("name", locale, context)] = value
    window = (at - timedelta(days=1), at + timedelta(days=1))
    return Bundle(
        product=Product(pk=1, sku="v"),
        levels=tuple(Level(pk + 1, f"p{pk}", "variant", document, {}) for pk, document in enumerate(own)),
        family=None,
        variant=None,
        categories=(),
        campaigns=tuple(
            CampaignDocument("sale", {}, *window, level, document) for level, document in enumerate(campaign)
        ),
    )


@pytest.mark.parametrize("first", range(len(PLACES)))
def test_each_place_wins_over_all_places_after_it(first: int) -> None:
    values = {place: f"value at {place}" for place in PLACES[first:]}
    found = resolve(bundle_with(values), BOTH, STRUCTURE, locale="de_AT", context="amazon", at=NOW)
    locale, campaign, context, level = PLACES[first]
    assert found.value == f"value at {PLACES[first]}"
    assert (found.locale, found.context, found.level) == (locale, context, level)
    assert found.campaign == ("sale" if campaign else "")
    assert found.product_id == level + 1


@pytest.mark.parametrize("place", PLACES)
def test_an_explicitly_empty_value_stops_the_search_at_its_place(place: tuple[str, bool, str, int]) -> None:
    values: dict[tuple[str, bool, str, int], object] = dict.fromkeys(PLACES[PLACES.index(place) :], "later")
    values[place] = None
    found = resolve(bundle_with(values), BOTH, STRUCTURE, locale="de_AT", context="amazon", at=NOW)
    assert found.found
    assert found.value is None


def test_nothing_anywhere_is_missing() -> None:
    assert resolve(bundle_with({}), BOTH, STRUCTURE, locale="de_AT", context="amazon", at=NOW) is MISSING


def test_without_a_moment_campaigns_are_not_seen() -> None:
    bundle = bundle_with({("de_DE", True, "", 0): "sale", ("de_DE", False, "", 2): "always"})
    assert resolve(bundle, BOTH, STRUCTURE, locale="de_DE").value == "always"


def test_a_campaign_holds_from_its_start_until_just_before_its_end() -> None:
    bundle = bundle_with({("de_DE", True, "", 0): "sale", ("de_DE", False, "", 0): "always"})
    day = timedelta(days=1)
    seen = [
        resolve(bundle, BOTH, STRUCTURE, locale="de_DE", at=NOW + shift).value
        for shift in (-2 * day, -day, day - timedelta(seconds=1), day)
    ]
    assert seen == ["always", "sale", "sale", "always"]


def test_without_fallback_another_locales_text_is_not_taken() -> None:
    bundle = bundle_with({("de_DE", False, "", 0): "deutsch"})
    assert resolve(bundle, BOTH, STRUCTURE, locale="de_AT").value == "deutsch"
    assert not resolve(bundle, BOTH, STRUCTURE, locale="de_AT", fallback=False).found


def test_a_sibling_context_and_an_unrelated_locale_are_never_read() -> None:
    values: dict[tuple[str, bool, str, int], object] = {
        ("fr_FR", False, "", 0): "français",
        ("de_DE", False, "b2b", 0): "for pros",
    }
    assert not resolve(bundle_with(values), BOTH, STRUCTURE, locale="de_DE", context="amazon", at=NOW).found


def test_an_attribute_that_is_neither_localizable_nor_scopable_has_one_place_a_level() -> None:
    bundle = Bundle(
        Product(pk=1),
        (Level(1, "v", "variant", {}, {}), Level(2, "m", "model", {"weight": "3"}, {"weight": "erp"})),
        None,
        None,
        (),
        (),
    )
    found = resolve(bundle, PLAIN, STRUCTURE, locale="de_AT", context="amazon", at=NOW)
    assert (found.value, found.key, found.level, found.source) == ("3", "weight", 1, "erp")


def test_of_two_campaigns_the_first_in_order_wins_at_every_context() -> None:
    window = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    strong = CampaignDocument("strong", {}, *window, 0, {"name|de_DE": "strong master"})
    weak = CampaignDocument("weak", {}, *window, 0, {"name|de_DE|amazon": "weak channel"})
    bundle = Bundle(Product(pk=1), (Level(1, "v", "simple", {}, {}),), None, None, (), (strong, weak))
    assert resolve(bundle, BOTH, STRUCTURE, locale="de_DE", context="amazon", at=NOW).value == "strong master"


def test_the_next_boundary_is_the_nearest_begin_or_end_to_come() -> None:
    bundle = bundle_with({("de_DE", True, "", 0): "sale"})
    day = timedelta(days=1)
    assert next_boundary(bundle, NOW - 2 * day) == NOW - day
    assert next_boundary(bundle, NOW) == NOW + day
    assert next_boundary(bundle, NOW + day) is None


@pytest.mark.parametrize("text", ["name", "name|de_DE", "name||amazon", "name|de_DE|amazon"])
def test_a_key_reads_back_as_it_was_written(text: str) -> None:
    assert str(Key.parse(text)) == text
