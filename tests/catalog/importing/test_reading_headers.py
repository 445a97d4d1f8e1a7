from catalog.importing.readers.header import column_letter, find_header


def table(*rows):
    return [(number, list(cells)) for number, cells in enumerate(rows, 1)]


def found(*rows, chosen=None):
    header = find_header(table(*rows), chosen)
    return header and (header.row, header.names)


def test_the_first_row_of_names_is_the_header():
    assert found(["sku", "name"], ["1", "Chair"]) == (1, ("sku", "name"))


def test_blank_rows_and_titles_above_the_header_are_passed_over_and_said():
    rows = table(
        ["Price list 2026"], [], ["Supplier", "ACME"], ["sku", "name", "price"], ["1", "Chair", "9.90"]
    )
    header = find_header(rows)
    assert (header.row, header.names) == (4, ("sku", "name", "price"))
    assert [note.code for note in header.notes] == ["rows_above"]


def test_a_row_of_groups_above_the_names_is_passed_over():
    rows = (["Basics", "", "", "Texts", "", ""], list("abcdef"), ["1", "2", "3", "x", "y", "z"])
    assert found(*rows) == (2, tuple("abcdef"))


def test_remarks_with_a_hole_give_way_to_a_whole_header_above_typed_columns():
    rows = (
        ["at", "the", "top", "", "of", "sheets"],
        ["or", "merged", "", "", "", "cells"],
        ["Name", "Job", "Age", "Has kids", "Born", "Died"],
        ["Bowie", "musician", "69", "true", "1947-01-08", "2016-01-10"],
    )
    assert found(*rows)[0] == 3


def test_rows_of_numbers_have_no_header():
    assert found(["1", "2"], ["3", "4"]) is None


def test_dates_times_and_error_cells_are_no_names():
    assert found(["2026-01-01", "10:30:00", "#N/A"], ["1", "2", "3"]) is None


def test_a_table_of_one_column_has_a_header():
    assert found(["sku"], ["A-1"], ["A-2"]) == (1, ("sku",))


def test_a_header_without_rows_is_found():
    assert found(["sku", "name"]) == (1, ("sku", "name"))


def test_doubled_names_are_numbered_without_taking_a_name_that_exists():
    header = find_header(table(["id", "id", "id (2)", "id"], ["1", "2", "3", "4"]))
    assert header.names == ("id", "id (3)", "id (2)", "id (4)")
    assert [(note.code, note.params) for note in header.notes] == [("doubled_headers", {"names": ["id"]})]


def test_a_nameless_column_is_named_by_its_letter():
    header = find_header(table(["id", "", "age"], ["1", "x", "3"]))
    assert header.names == ("id", "[B]", "age")
    assert header.notes[0].params == {"columns": ["B"]}


def test_columns_beyond_the_last_name_count_only_where_most_rows_fill_them():
    assert found(["a", "b"], ["1", "2", "x"], ["3", "4", "y"]) == (1, ("a", "b", "[C]"))
    assert found(["a", "b"], ["1", "2", "x"], ["3", "4"], ["5", "6"]) == (1, ("a", "b"))


def test_names_lose_their_line_breaks_and_doubled_blanks():
    assert found(["Article\nnumber ", "\ufeffName"], ["1", "x"]) == (1, ("Article number", "Name"))


def test_the_row_a_person_pointed_at_is_taken():
    rows = (["a", "b"], ["1", "2"], ["c", "d"], ["3", "4"])
    assert found(*rows, chosen=3) == (3, ("c", "d"))
    assert found(*rows, chosen=9) is None


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [column_letter(n) for n in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
