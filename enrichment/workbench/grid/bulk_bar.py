"""The bar below the grid: what can be done with the selected products. Few buttons stay in it, the others are a menu of groups.

What stays is what people press most; *Schedule launch* and *Change values* are there too, since the tasks that begin with
them have no click to spare (docs/editor-tasks.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from enrichment.workbench.grid import bulk_actions
from enrichment.workbench.grid.numbering import numbering

STAY = 4
# Of what is offered, the first of these stay in the bar.
MOST_USED = (
    "restore", "approve", "translations", "edit", "spreadsheet", "launch", "in_review", "export",
)  # fmt: skip
GROUPS = {
    "write": _("Values and pictures"),
    "workflow": _("Workflow"),
    "out": _("Files and channels"),
    "locale": _("Texts of a language"),
    "remove": _("Trash"),
}
_GROUP_OF_ACTION = {"enable": "out", "disable": "out", "trash": "remove", "restore": "remove"}


@dataclass(frozen=True, slots=True)
class Button:
    """It posts the selection to `address`; where that is "", to the bulk changes, with its code as the action."""

    code: str
    label: Any
    icon: str
    group: str
    address: str = ""
    tone: str = ""  # "primary" or "danger"


@dataclass(frozen=True, slots=True)
class Bar:
    first: list[Button]
    groups: list[tuple[Any, list[Button]]]  # the menu's: a heading and what stands under it

    def __bool__(self) -> bool:
        return bool(self.first or self.groups)


def bar(rights: Rights, structure: Structure, *, in_trash: bool, is_outdated: bool) -> Bar:
    """What this person may do with what the grid shows. `is_outdated`: it is filtered by outdated translations."""
    offered = list(_offered(rights, structure, in_trash=in_trash, is_outdated=is_outdated))
    by_code = {button.code: button for button in offered}
    first = [by_code[code] for code in MOST_USED if code in by_code][:STAY]
    rest = [button for button in offered if button not in first]
    if len(rest) == 1:
        return Bar([*first, *rest], [])
    groups = [(label, [each for each in rest if each.group == group]) for group, label in GROUPS.items()]
    return Bar(first, [(label, buttons) for label, buttons in groups if buttons])


def _offered(rights: Rights, structure: Structure, *, in_trash: bool, is_outdated: bool) -> Iterator[Button]:
    for action in bulk_actions.offered(rights, in_trash=in_trash):
        tone = {"approve": "primary", "trash": "danger"}.get(action.code, "")
        group = _GROUP_OF_ACTION.get(action.code, "workflow")
        yield Button(action.code, _asks(action.label), action.icon, group, tone=tone)
    if not in_trash:
        yield from _of_products_at_work(rights, structure, is_outdated=is_outdated)
    if rights.may("export.run"):
        yield _leading("export", _("Export"), "download", "out", "catalog_product_export")


def _of_products_at_work(rights: Rights, structure: Structure, *, is_outdated: bool) -> Iterator[Button]:
    for action in bulk_actions.offered_by_locale(rights, structure):
        yield Button(action.code, _asks(action.label), action.icon, "locale")
    if rights.may("product.edit"):
        yield _leading("edit", _("Change values"), "edit", "write", "catalog_product_edit")
        address = reverse("admin:enrichment_spreadsheet_begin")
        yield Button("spreadsheet", _("Spreadsheet"), "table", "write", address)
        pictures = "catalog_product_pictures_begin"
        yield _leading("pictures", _("Add pictures"), "add_photo_alternate", "write", pictures)
        if is_outdated:
            still_right = _("Translations still right")
            yield _leading("translations", still_right, "done_all", "write", "catalog_product_translations")
        yield _leading("assign", _("Assign"), "assignment_ind", "workflow", "catalog_product_assign")
    if numbering(structure, rights):
        yield _leading("number", _("Give numbers"), "barcode", "write", "catalog_product_number")
    if rights.may("product.publish"):
        launch = _("Schedule launch")
        yield _leading("launch", launch, "rocket_launch", "workflow", "enrichment_launch_choose")
    if rights.may("channel.sync"):
        yield _leading("dry_run", _("Dry run"), "fact_check", "out", "catalog_product_dry_run")


def _leading(code: str, label: Any, icon: str, group: str, page: str) -> Button:
    return Button(code, _asks(label), icon, group, reverse(f"admin:{page}"))


def _asks(label: Any) -> Any:
    """With the dots of what asks something before it changes anything."""
    return format_lazy("{} …", label)
