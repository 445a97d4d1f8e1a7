"""What every attribute type must do. Each check takes the type and a strategy of raw values for its sample attribute."""

from datetime import UTC, timedelta, timezone
from typing import Any

import orjson
import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.attribute_types import CONFLICT, AttributeType, ValueRefused
from catalog.attribute_types.base import PLAIN_CELLS, CellOptions
from catalog.structure.specs import AttributeSpec
from tests.catalog.attribute_types.specs import STRUCTURE, attribute

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2).map(str)
RAW: dict[str, st.SearchStrategy[Any]] = {
    "association": st.lists(
        st.tuples(st.integers(1, 99), st.integers(1, 9)).map(
            lambda pair: {"product": pair[0], "quantity": pair[1]}
        ),
        max_size=4,
    ),
    "boolean": st.sampled_from([True, False, "yes", "0"]),
    "color": st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True) | st.sampled_from(["navy", "Sand", "#fa0"]),
    "counted_list": st.dictionaries(
        st.sampled_from(["red", "navy", "Rot", "ecru"]), st.integers(min_value=1, max_value=99)
    ),
    "date": st.dates(),
    "datetime": st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])),
    "identifier": st.integers(min_value=0, max_value=10**14 - 1).map(lambda number: f"{number:014d}"),
    "link": st.from_regex(r"https://[a-z]{1,9}\.test/[a-z0-9/]{0,20}", fullmatch=True),
    "image": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "file": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "images": st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=4),
    "video": st.binary(min_size=32, max_size=32).map(bytes.hex)
    | st.from_regex(r"https://[a-z]{1,9}\.test/[a-z0-9/]{0,20}", fullmatch=True),
    "measurement": st.tuples(AMOUNTS, st.sampled_from(["g", "KILOGRAM", "lb", "TNE"])),
    "multiselect": st.lists(st.sampled_from(["red", "navy", "white", "Rot"]), max_size=3),
    "number": AMOUNTS,
    "packaging": st.dictionaries(
        st.sampled_from(["each", "inner", "case", "pallet"]),
        st.fixed_dictionaries(
            {"gross": AMOUNTS.map(lambda amount: f"{amount} g"), "gtin": st.just("4006381333931")}
        ),
        max_size=3,
    ),
    "price": st.dictionaries(st.sampled_from(["EUR", "usd"]), AMOUNTS),
    "product_reference": st.lists(st.integers(1, 99), max_size=4),
    "reference": st.lists(st.sampled_from(["oak", "birch", "Pine.2"]), max_size=3),
    "richtext": st.text() | st.text(st.sampled_from("<>/pbih1a &;=\"'ü\n\x00"), max_size=60),
    "select": st.sampled_from(["red", "NAVY", "Weiß", "rot"]),
    "table": st.lists(
        st.fixed_dictionaries(
            {"part": st.text(min_size=1, max_size=12)},
            optional={
                "share": AMOUNTS,
                "fibre": st.sampled_from(["wool", "Linen", "WOOL"]),
                "washable": st.booleans(),
                "since": st.dates(),
            },
        ),
        max_size=4,
    ),
    "text": st.text(),
}
NONSENSE = [object(), {"no": "such"}, [["deep"]], b"bytes"]

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def sample_attribute(kind: AttributeType) -> AttributeSpec:
    return attribute(kind, **kind.sample_params)


def each_stored(kind: AttributeType, check: Any) -> None:
    """Run `check(stored, spec)` on the sample and on what generated raw values become."""
    spec = sample_attribute(kind)
    check(kind.sample(spec), spec)
    cleaned = 0

    @quick
    @given(RAW.get(kind.code, st.text()))
    def run(raw: Any) -> None:
        nonlocal cleaned
        try:
            stored = kind.clean(raw, spec, structure=STRUCTURE)
        except ValueRefused:
            return
        if stored is not None:
            cleaned += 1
            check(stored, spec)

    run()
    assert cleaned, "no generated value was accepted: the check saw nothing"


def the_sample_fits_its_parameters(kind: AttributeType) -> None:
    spec = sample_attribute(kind)
    sample = kind.sample(spec)
    assert kind.clean(sample, spec, structure=STRUCTURE) == sample
    assert not kind.is_empty(sample)


def stored_values_survive_json(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        assert orjson.loads(orjson.dumps(stored)) == stored

    each_stored(kind, check)


def cleaning_twice_changes_nothing(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        assert kind.clean(stored, spec, structure=STRUCTURE) == stored

    each_stored(kind, check)


def a_cell_reads_back_as_the_same_value(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        cell = kind.to_cell(stored, spec)
        assert isinstance(cell, str)
        assert kind.clean(kind.from_cell(cell, spec), spec, structure=STRUCTURE) == stored
        assert kind.cleaner(spec, structure=STRUCTURE)(cell) == stored

    each_stored(kind, check)


def its_columns_read_back_as_the_same_value(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        cells = kind.to_columns(stored, spec, STRUCTURE)
        assert list(cells) == kind.columns(spec, STRUCTURE)
        assert kind.clean(kind.from_columns(cells, spec), spec, structure=STRUCTURE) == stored

    each_stored(kind, check)


def a_cell_written_by_hand_reads_back_as_the_same_value(kind: AttributeType) -> None:
    """In the spreadsheet view, by people who write decimals and days in one way or the other."""
    by_hand = (PLAIN_CELLS, CellOptions(decimal=",", date_format="%d.%m.%Y"))

    def check(stored: Any, spec: AttributeSpec) -> None:
        for options in by_hand:
            texts = kind.to_hand(stored, spec, options, structure=STRUCTURE)
            assert list(texts) == kind.hand_columns(spec, STRUCTURE)
            for current in (None, stored):
                raw = kind.from_hand(texts, spec, options, current=current)
                assert kind.clean(raw, spec, structure=STRUCTURE) == stored

    if kind.in_cell:
        each_stored(kind, check)
        spec = sample_attribute(kind)
        empty = kind.to_hand(None, spec, structure=STRUCTURE)
        assert set(empty.values()) == {""}
        assert kind.clean(kind.from_hand(empty, spec), spec, structure=STRUCTURE) is None
        for text, _label in kind.hand_choices(spec):
            assert kind.clean(kind.from_hand({"": text}, spec), spec, structure=STRUCTURE) is not None


def empty_is_known(kind: AttributeType) -> None:
    spec = sample_attribute(kind)
    for empty in (None, "", "  "):
        assert kind.clean(empty, spec, structure=STRUCTURE) is None
    assert kind.clean(kind.from_cell("", spec), spec, structure=STRUCTURE) is None
    assert kind.is_empty(None)
    assert kind.to_cell(None, spec) == ""
    assert kind.display(None, spec, "en_US") == ""
    assert kind.sheet_value(None, spec, "en_US") is None
    assert list(kind.tokens(None, spec)) == list(kind.number(None, spec)) == []
    assert kind.search_text(None, spec) == ""
    assert kind.references(None) == {}
    assert kind.warnings(None, spec) == []


def nonsense_is_refused_with_a_sentence(kind: AttributeType) -> None:
    spec = sample_attribute(kind)
    for raw in NONSENSE:
        with pytest.raises(ValueRefused) as refused:
            kind.clean(raw, spec, structure=STRUCTURE)
        assert refused.value.code.isidentifier()
        assert refused.value.message.endswith(".")
        assert "%(" not in refused.value.message


def the_form_field_round_trips(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        class ValueForm(forms.Form):
            value = kind.form_field(spec, locale="de_DE", structure=STRUCTURE)

        initial = {"value": kind.form_value(stored, spec)}
        bound = ValueForm(_as_posted(ValueForm(initial=initial)), initial=initial)
        assert bound.is_valid(), bound.errors
        assert kind.clean(bound.cleaned_data["value"], spec, structure=STRUCTURE) == stored
        assert not bound.has_changed()

    each_stored(kind, check)


def the_empty_form_field_is_empty(kind: AttributeType) -> None:
    spec = sample_attribute(kind)

    class ValueForm(forms.Form):
        value = kind.form_field(spec, structure=STRUCTURE)

    initial = {"value": kind.form_value(None, spec)}
    bound = ValueForm(_as_posted(ValueForm(initial=initial)), initial=initial)
    assert bound.is_valid(), bound.errors
    assert kind.clean(bound.cleaned_data["value"], spec, structure=STRUCTURE) is None
    assert not bound.has_changed()


def a_required_form_field_asks_for_a_value(kind: AttributeType) -> None:
    spec = sample_attribute(kind)

    class ValueForm(forms.Form):
        value = kind.form_field(spec, required=True, structure=STRUCTURE)

    assert ValueForm(QueryDict("")).errors["value"] == ["This field is required."]


def what_a_filter_looks_for_is_indexed(kind: AttributeType) -> None:
    spec = sample_attribute(kind)
    sample = kind.sample(spec)
    tokens, numbers = list(kind.tokens(sample, spec)), list(kind.number(sample, spec))
    assert kind.filter_kind in {"options", "number", "date", "text", "boolean", "none"}
    assert all(token.startswith(f"{spec.code}=") for token in tokens)
    assert tokens == list(kind.tokens(sample, spec))
    assert bool(numbers) == kind.numeric == (kind.filter_kind in ("number", "date"))
    assert bool(tokens) == (kind.filter_kind in ("options", "boolean"))
    field = kind.filter_field(spec, structure=STRUCTURE)
    assert (field is not None) == bool(tokens or numbers)
    if tokens:
        chosen = tokens[0].partition("=")[2]
        assert kind.filter_tokens(spec, chosen) == [tokens[0]]
    if kind.filter_kind == "text":
        assert kind.search_text(sample, spec)
    assert kind.filter_tokens(spec, None) == []
    assert kind.filter_range(spec, None) is None


def unknown_parameters_are_refused(kind: AttributeType) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.clean_params({**kind.sample_params, "no_such": 1})
    assert "'no_such' is no parameter" in refused.value.messages[0]


def parameters_are_cleaned_once(kind: AttributeType) -> None:
    cleaned = kind.clean_params(kind.sample_params)
    assert kind.clean_params(cleaned) == cleaned
    assert orjson.loads(orjson.dumps(cleaned)) == cleaned


def one_sided_changes_merge(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        assert kind.merge(None, stored, None, spec) == stored
        assert kind.merge(None, None, stored, spec) == stored
        assert kind.merge(None, stored, stored, spec) == stored
        assert kind.merge(stored, None, stored, spec) is None
        assert kind.merge(stored, stored, None, spec) is None
        assert kind.equal(stored, stored, spec)
        assert not kind.equal(stored, None, spec)
        assert kind.equal(None, None, spec)

    each_stored(kind, check)
    assert not CONFLICT


def it_is_shown_to_people(kind: AttributeType) -> None:
    def check(stored: Any, spec: AttributeSpec) -> None:
        for locale in (None, "de_DE", "zh_Hans_CN"):
            assert kind.display(stored, spec, locale)
        assert 0 < len(kind.summary(stored, spec, "en_US")) <= 80
        assert orjson.dumps(kind.sheet_value(stored, spec, "en_US"))

    each_stored(kind, check)
    assert str(kind.label)
    assert kind.icon.islower()


def its_widgets_render(kind: AttributeType) -> None:
    spec = sample_attribute(kind)

    class ValueForm(forms.Form):
        value = kind.form_field(spec, locale="de_DE", structure=STRUCTURE)

    html = str(ValueForm(initial={"value": kind.form_value(kind.sample(spec), spec)})["value"])
    assert 'name="value' in html
    assert " on" not in html.replace(
        " one", ""
    )  # no inline handlers: the content security policy forbids them
    for name, field in kind.params_fields().items():
        assert field.label, name


CHECKS = [
    the_sample_fits_its_parameters,
    stored_values_survive_json,
    cleaning_twice_changes_nothing,
    a_cell_reads_back_as_the_same_value,
    its_columns_read_back_as_the_same_value,
    a_cell_written_by_hand_reads_back_as_the_same_value,
    empty_is_known,
    nonsense_is_refused_with_a_sentence,
    the_form_field_round_trips,
    the_empty_form_field_is_empty,
    a_required_form_field_asks_for_a_value,
    what_a_filter_looks_for_is_indexed,
    unknown_parameters_are_refused,
    parameters_are_cleaned_once,
    one_sided_changes_merge,
    it_is_shown_to_people,
    its_widgets_render,
]


def _as_posted(form: forms.Form) -> QueryDict:
    """What a browser would send for the form as it is shown."""
    data = QueryDict(mutable=True)
    widget, value = form.fields["value"].widget, form["value"].value()
    context = widget.get_context("value", value, {})["widget"]
    for part in context.get("subwidgets", [context]):
        chosen = part["value"] if isinstance(part["value"], list) else [part["value"]]
        sent = [str(item) for item in chosen if item is not None]
        data.setlist(part["name"], [text.replace("\n", "\r\n") for text in sent])
    return data
