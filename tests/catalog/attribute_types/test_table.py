import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, read, refusal, refused_cell
from tests.catalog.attribute_types.specs import attribute

KIND = ATTRIBUTE_TYPES["table"]
KEYED = attribute("table", **KIND.sample_params)
PLAIN = attribute("table", columns=KIND.sample_params["columns"])
SHELL = {"part": "Shell", "share": "65", "fibre": "wool", "washable": True, "since": "2026-03-31"}


def test_each_cell_is_cleaned_as_its_column_says_and_empty_rows_go() -> None:
    rows = [
        {"part": " Shell ", "share": "65.0", "fibre": "Wool", "washable": "yes", "since": "2026-03-31"},
        {},
    ]
    assert clean(KEYED, rows) == [SHELL]
    assert clean(KEYED, [{}, {"part": "", "share": None}]) is None


def test_a_refusal_names_the_row_and_the_column() -> None:
    assert refusal(KEYED, [SHELL, {"part": "Lining", "fibre": "silk"}]) == (
        "unknown_option",
        "Row 2, Fibre: There is no option 'silk': choose one of the attribute's options, or add it to them.",
    )
    assert refusal(KEYED, [{"colour": "red"}]) == (
        "unknown_column",
        "Row 1: there is no column 'colour'. The columns are part, share, fibre, washable, since.",
    )


def test_rows_are_told_apart_by_their_key() -> None:
    assert refusal(KEYED, [{"share": "1"}]) == (
        "no_row_key",
        "Row 1 has no Part, by which rows are told apart: fill it in.",
    )
    assert refusal(KEYED, [SHELL, SHELL]) == (
        "row_key_twice",
        "Row 2 has the same Part as one before, 'Shell': change or remove it.",
    )
    assert clean(PLAIN, [SHELL, SHELL]) == [SHELL, SHELL]


def test_no_more_rows_than_allowed() -> None:
    few = attribute("table", columns=[{"code": "a", "type": "text"}], max_rows=1)
    assert refusal(few, [{"a": "1"}, {"a": "2"}]) == (
        "too_many_rows",
        "2 rows, at most 1 are possible: remove some.",
    )


def test_a_cell_of_a_spreadsheet_names_its_columns_first() -> None:
    stored = [SHELL, {"part": "A | B \\ C", "washable": False}]
    cell = KIND.to_cell(stored, KEYED)
    assert cell.splitlines() == [
        "part | share | fibre | washable | since",
        "Shell | 65 | wool | true | 2026-03-31",
        "A \\| B \\\\ C |  |  | false | ",
    ]
    assert read(KEYED, cell) == stored
    assert read(KEYED, "SHARE|part\r\n1,5|Shell\r\n", decimal=",") == [{"part": "Shell", "share": "1.5"}]
    assert read(KEYED, '[{"part": "Shell", "share": 65}]') == [{"part": "Shell", "share": "65"}]
    assert refused_cell(KEYED, "Shell | 65") == (
        "no_heads",
        "The first line of a table names its columns, parted by bars:"
        " part | share | fibre | washable | since.",
    )
    assert refused_cell(KEYED, "part | share\nShell") == (
        "cells_differ",
        "Row 1 has 1 cells, the first line names 2 columns.",
    )


def test_two_people_edit_different_rows_or_different_cells_of_one() -> None:
    base = [{"part": "Shell", "share": "60"}, {"part": "Lining", "share": "40"}]
    mine = [{"part": "Shell", "share": "65"}, {"part": "Lining", "share": "40"}]
    theirs = [
        {"part": "Lining", "share": "40"},
        {"part": "Shell", "share": "60", "washable": True},
        {"part": "Cuff"},
    ]
    assert KIND.merge(base, mine, theirs, KEYED) == [
        {"part": "Lining", "share": "40"},
        {"part": "Shell", "share": "65", "washable": True},
        {"part": "Cuff"},
    ]
    assert KIND.merge(base, mine, [{"part": "Shell", "share": "70"}, base[1]], KEYED) is CONFLICT
    assert KIND.merge(base, mine, [base[1]], KEYED) is CONFLICT  # one changed the row that the other removed
    assert KIND.merge(base, base[:1], [*base, {"part": "Cuff"}], KEYED) == [base[0], {"part": "Cuff"}]


def test_rows_stored_before_the_table_had_its_key_are_not_taken_for_one() -> None:
    base = [{"part": "Shell", "share": "60"}, {"part": "Shell", "share": "40"}]
    mine = [{"part": "Shell", "share": "60"}, {"part": "Lining", "share": "40"}]
    theirs = [{"part": "Shell", "share": "40"}, {"part": "Cuff", "share": "60"}]
    assert KIND.merge(base, mine, theirs, KEYED) is CONFLICT


def test_without_a_key_the_table_is_one_value() -> None:
    base, mine, theirs = [{"part": "a"}], [{"part": "b"}], [{"part": "a"}, {"part": "c"}]
    assert KIND.merge(base, mine, theirs, PLAIN) is CONFLICT
    assert KIND.merge(base, mine, base, PLAIN) == mine


def test_the_form_reads_rows_in_the_order_of_their_inputs() -> None:
    data = QueryDict(
        "v_3_part=Lining&v_3_share=&v_0_part=Shell&v_0_share=65&v_1_part=&v_1_share=&v_new_part=x"
    )
    widget = KIND.form_field(KEYED).widget
    assert widget.value_from_datadict(data, {}, "v") == [{"part": "Lining"}, {"part": "Shell", "share": "65"}]


def test_rows_are_found_by_their_choices() -> None:
    assert list(KIND.tokens([SHELL, {"part": "x", "fibre": "wool"}], KEYED)) == [
        "thing=fibre:wool",
        "thing=washable:true",
    ]
    labels = dict(KIND.filter_field(KEYED, locale="de_DE").widget.choices)
    assert labels["fibre:wool"] == "Faser: Wool"
    assert not KIND.may_filter(attribute("table", columns=[{"code": "a", "type": "text"}]))


def test_what_is_searched_is_the_same_whatever_the_writer_reads() -> None:
    spec = attribute(
        "table",
        columns=[
            *KIND.sample_params["columns"][:2],
            {"code": "fibre", "type": "select", "choices": "wool=Wool / de_DE=Wolle; linen"},
            *KIND.sample_params["columns"][3:],
        ],
    )
    for language in ("en", "de"):
        with translation.override(language):
            found = KIND.search_text([{**SHELL, "share": "6500.5"}, {"fibre": "linen"}], spec)
        assert found == "Shell 6500.5 Wool Wolle 2026-03-31 linen"


def test_a_sheet_carries_every_column_of_each_row() -> None:
    assert KIND.sheet_value([{"part": "Shell", "fibre": "wool"}], KEYED, "en_US") == [
        {
            "part": "Shell",
            "share": None,
            "fibre": {"code": "wool", "label": "Wool"},
            "washable": None,
            "since": None,
        }
    ]


def test_columns_are_written_as_texts() -> None:
    columns = [
        {"code": "part", "labels": "Part / de_DE=Teil", "type": "text", "choices": ""},
        {"code": "fibre", "labels": "", "type": "select", "choices": "wool=Wool / de_DE=Wolle; linen"},
    ]
    assert KIND.clean_params({"columns": columns}) == {
        "columns": [
            {"code": "part", "type": "text", "labels": {"": "Part", "de_DE": "Teil"}},
            {
                "code": "fibre",
                "type": "select",
                "labels": {},
                "choices": [
                    {"code": "wool", "labels": {"": "Wool", "de_DE": "Wolle"}},
                    {"code": "linen", "labels": {}},
                ],
            },
        ]
    }


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([], "Columns: Name at least one column."),
        (
            [{"code": "a-b", "type": "text"}],
            "Columns: 'a-b' is no code of a column: use letters, digits and '_'.",
        ),
        (
            [{"code": "a", "type": "price"}],
            "Columns: The type of the column 'a' is one of text, number, select, boolean, date.",
        ),
        (
            [{"code": "a", "type": "text"}, {"code": "A", "type": "date"}],
            "Columns: The column 'a' is there twice: keep one.",
        ),
        (
            [{"code": "a", "type": "select"}],
            "Columns: The column 'a' is a select without choices: write some, as wool=Wool; linen=Linen.",
        ),
        (
            [{"code": "a", "type": "text", "labels": {"": "Cotton / wool", "de_DE": "Wolle"}}],
            "Columns: 'Cotton / wool / de_DE=Wolle' has two labels for one language: write it as Fibre / de_DE=Faser.",
        ),
        (
            [{"code": "a", "type": "select", "choices": [{"code": "w", "labels": {"": "Wool; felted"}}]}],
            "Columns: A label of the column 'a' holds ' / ', ';' or '=', which part labels: write it otherwise.",
        ),
        (
            [{"code": "a", "type": "text", "labels": {"": "it=Lana"}}],
            "Columns: A label of the column 'a' holds ' / ', ';' or '=', which part labels: write it otherwise.",
        ),
    ],
)
def test_columns_that_make_no_table_are_refused(columns, said) -> None:
    with pytest.raises(ValidationError) as refused:
        KIND.clean_params({"columns": columns})
    assert refused.value.messages == [said]


def test_the_key_is_one_of_the_columns() -> None:
    with pytest.raises(ValidationError) as refused:
        KIND.clean_params({"columns": [{"code": "a", "type": "text"}], "key": "b"})
    assert refused.value.messages == ["The key column 'b' is none of the columns: write the code of one."]
