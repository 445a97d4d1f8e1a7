"""The bar of what can be done with the selected products: four buttons, the rest in a menu, and each of them once."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from enrichment.workbench.grid.bulk_bar import Bar
from tests.enrichment.conftest import Desk


def said(bar: Bar) -> tuple[list[str], dict[str, list[str]]]:
    groups = {str(label): [str(button.label) for button in buttons] for label, buttons in bar.groups}
    return [str(button.label) for button in bar.first], groups


def bar_of(desk: Desk, **query: str) -> tuple[list[str], dict[str, list[str]]]:
    return said(desk.grid(level="all", **query).context_data["bar"])


def test_four_buttons_stay_and_the_others_stand_under_headings(desk: Desk, mug: int) -> None:
    assert bar_of(desk) == (
        ["Approve …", "Change values …", "Spreadsheet", "Schedule launch …"],
        {
            "Values and pictures": ["Add pictures …"],
            "Workflow": ["Send to review …", "Back to draft …", "Assign …"],
            "Files and channels": ["Switch on …", "Switch off …", "Dry run …", "Export …"],
            "Trash": ["Move to trash …"],
        },
    )


def test_what_the_filter_is_for_stays_in_the_bar(desk: Desk, mug: int) -> None:
    first, groups = bar_of(desk, outdated="de_DE")
    assert first == ["Approve …", "Translations still right …", "Change values …", "Spreadsheet"]
    assert groups["Workflow"][-1] == "Schedule launch …"
    assert bar_of(desk, trash="yes") == (["Take out of the trash …", "Export …"], {})


def test_each_has_what_is_theirs_and_nobody_a_menu_of_one(mug: int, person: Any) -> None:
    first, groups = bar_of(Desk(person("anna", ["product.view", "product.edit"])))
    assert first == ["Change values …", "Spreadsheet", "Send to review …"]
    assert "Trash" not in groups
    reader = Desk(person("rita", ["product.view", "export.run"]))
    assert bar_of(reader) == (["Export …"], {})
    only_looks = Desk(person("otto", ["product.view"]))
    assert bar_of(only_looks) == ([], {})
    assert "data-bulk-bar" not in only_looks.grid(level="all").content.decode()


def test_every_button_leads_somewhere(desk: Desk, mug: int) -> None:
    bar: Bar = desk.grid(level="all").context_data["bar"]
    buttons = [*bar.first, *(button for _label, group in bar.groups for button in group)]
    to_bulk = reverse("admin:catalog_product_bulk")
    for button in buttons:
        data = {"id": mug, "next": "/admin/"} | ({} if button.address else {"action": button.code})
        assert desk.client.post(button.address or to_bulk, data).status_code in (200, 302), button.code
