"""What a kind of error is called over its rows. The sentences at the rows say more, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

TITLES: Mapping[str, Any] = {
    "unknown_option": _("unknown option"),
    "ambiguous_option": _("several options of this label"),
    "unknown_category": _("unknown category"),
    "unknown_status": _("no known status"),
    "unknown_family": _("unknown family"),
    "unknown_family_variant": _("unknown family variant"),
    "unknown_parent": _("no such product model"),
    "unknown_product": _("no such product"),
    "unknown_record": _("unknown record"),
    "ambiguous_record": _("several records of this label"),
    "unknown_unit": _("unknown unit"),
    "unknown_currency": _("unknown currency"),
    "not_a_number": _("not a number"),
    "wrong_mark": _("decimals with the other mark"),
    "ambiguous": _("can be read in two ways"),
    "has_unit": _("a word beside the number"),
    "percent": _("a percentage"),
    "no_currency": _("no currency"),
    "several_addresses": _("several addresses"),
    "no_product": _("a sum or a remark, no product"),
    "not_a_price": _("not a price"),
    "not_a_measure": _("not a measurement"),
    "not_a_date": _("not a date"),
    "not_boolean": _("neither yes nor no"),
    "not_a_color": _("not a colour"),
    "not_in_palette": _("not in the palette"),
    "not_in_family": _("not an attribute of the family"),
    "not_unique": _("another product has it"),
    "negative": _("below zero"),
    "too_long": _("too long"),
    "too_short": _("too short"),
    "too_small": _("too small"),
    "too_large": _("too large"),
    "too_many_items": _("too many items"),
    "mangled": _("shortened by a spreadsheet"),
    "gtin_length": _("wrong number of digits"),
    "pattern": _("not of the form that is asked for"),
    "axis_missing": _("an axis of the variant is empty"),
    "no_sku": _("no SKU"),
    "sku_taken": _("the SKU is taken"),
    "duplicate_row": _("the SKU stands in the file twice"),
    "parent_rejected": _("its model is a bad row"),
    "in_trash": _("the product is in the trash"),
    "conflict": _("changed by somebody since"),
    "no_result": _("the spreadsheet shows no result"),
    "too_many_parts": _("more parts than columns for them"),
    "surplus_cells": _("cells beyond the last column"),
    "forbidden": _("not yours to write"),
}
# Each row needs an answer of its own: one for all of them would be wrong.
ONE_BY_ONE = frozenset({"no_sku", "sku_taken", "duplicate_row", "not_unique", "mangled", "gtin_length", "too_long", "unknown_parent", "not_in_family"})  # fmt: skip
# Nothing of the row is to be mended: it is looked at again once something else has changed.
ELSEWHERE = frozenset({"parent_rejected", "in_trash", "conflict", "surplus_cells", "forbidden", "points_at_itself"})  # fmt: skip
# What a column's own options answer for all of its cells at once.
BY_COLUMN = frozenset({"wrong_mark", "ambiguous", "has_unit", "percent", "no_currency", "not_a_date", "not_a_number", "several_addresses", "unknown_option"})  # fmt: skip
