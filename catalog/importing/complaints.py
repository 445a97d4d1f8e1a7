"""What can be wrong with a row before the door sees it, each in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.importing.cells import Parsed
from catalog.importing.rows import PlannedRow, State, error
from catalog.models.importing import row_of


def of_sku(parsed: Parsed, first: int, number: int, column: str, *, is_new: bool) -> Iterator[dict[str, Any]]:
    """What is wrong with the SKU of row `number`, which stands in row `first` first."""
    if not parsed.sku:
        yield no_sku(column)
    elif is_new and is_no_product(parsed):
        yield no_product(parsed.sku, column)
    elif first != number:
        yield duplicate_row(parsed.sku, first, number, column)


def no_sku(column: str) -> dict[str, Any]:
    return error("no_sku", _("The row has no SKU: fill it in, or delete the row."), key="_sku", column=column)


def duplicate_row(sku: str, first: int, second: int, column: str) -> dict[str, Any]:
    sentence = _("%(sku)s stands in row %(first)d and again in row %(second)d: keep one of them.")
    message = sentence % {"sku": sku, "first": row_of(first), "second": row_of(second)}
    return error("duplicate_row", message, key="_sku", column=column, value=sku)


_SUMS = frozenset(
    ("summe", "gesamt", "gesamtsumme", "zwischensumme", "total", "subtotal", "grand total", "sum", "sous-total", "total général")
)  # fmt: skip


def is_no_product(parsed: Parsed) -> bool:
    """Whether a row that would make a product is rather the sum below a table, or a remark: a sentence alone in the column of
    SKUs. "Mug 300 ml" is none."""
    words = parsed.sku.casefold().rstrip(" :.").split()
    if " ".join(words) in _SUMS:
        return True
    is_sentence = sum(len(word) > 1 and word.isalpha() for word in words) > 2
    return is_sentence and not any(cell.strip() and cell.strip() != parsed.sku for cell in parsed.cells)


def no_product(sku: str, column: str) -> dict[str, Any]:
    message = _("'%(text)s' reads like a sum or a remark of the list, not like a SKU: leave the row out.") % {
        "text": sku[:60]
    }
    return error("no_product", message, key="_sku", column=column, value=sku)


def surplus_cells(cells: list[str]) -> dict[str, Any]:
    sentence = ngettext(
        "%(count)d cell stands beyond the last column: an unquoted separator in a text moves the cells.",
        "%(count)d cells stand beyond the last column: an unquoted separator in a text moves the cells.",
        len(cells),
    )
    return error("surplus_cells", sentence % {"count": len(cells)}, value=" ".join(cells)[:200])


def parent_rejected(parent: str, row: int, column: str) -> dict[str, Any]:
    message = _("Its model %(sku)s in row %(row)d is rejected: mend that row first.") % {
        "sku": parent,
        "row": row_of(row),
    }
    return error("parent_rejected", message, key="_parent", column=column, value=parent)


def points_at_itself(label: str, key: str, column: str) -> dict[str, Any]:
    message = _("%(label)s: a product cannot point at itself.") % {"label": label}
    return error("points_at_itself", message, key=key, column=column)


def in_trash(sku: str, column: str) -> dict[str, Any]:
    message = _("%(sku)s is in the trash: restore it there first, or leave the row out.") % {"sku": sku}
    return error("in_trash", message, key="_sku", column=column, value=sku)


def changed_since(key: str, who: str, column: str, value: Any) -> dict[str, Any]:
    sentence = _("Changed by %(who)s since the file was exported: take that value over, or export again.")
    return error("conflict", sentence % {"who": who}, key=key, column=column, value=value)


def source_changed(key: str, who: str, column: str, value: Any) -> dict[str, Any]:
    sentence = _(
        "The text this translates was changed by %(who)s since the file went out: send the product out once more, or take this"
        " unit out of the file."
    )
    return error("conflict", sentence % {"who": who}, key=key, column=column, value=value)


def same_value(key: str, sku: str, row: int, column: str, value: Any) -> dict[str, Any]:
    message = _("%(sku)s in row %(row)d has the same value: only one of them can be right.") % {
        "sku": sku,
        "row": row_of(row),
    }
    return error("not_unique", message, key=key, column=column, value=value)


def leave_out(row: PlannedRow) -> None:
    """Skipped, since the profile only creates, or only updates."""
    row.state = State.SKIPPED.value
    why = (
        _("It exists already; this import only creates.")
        if row.product_id
        else _("It does not exist; this import only updates.")
    )
    row.notes = [{"kind": "skipped", "key": "_sku", "message": why}]
