"""Mending on a run's page: what is offered, what a post does, and to whom."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.jobs import run_due
from catalog.models import AttributeGroup, Option, Role, User
from catalog.models.access import Grant
from catalog.models.importing import ImportProfile, ImportRun
from tests.catalog.importing.files import Importer, row, states, values

HEAD = "sku,family,color,capacity\n"
VERBS = ["product.view", "product.create", "product.edit", "product.trash", "import.run", "import.undo"]


def sign_in(client: Client, *, verbs: list[str] = VERBS, group: str = "") -> User:
    role = Role.objects.create(code="some", verbs=verbs)
    if group:
        Grant.objects.create(role=role).groups.add(AttributeGroup.objects.get(code=group))
    user = User.objects.create_user("mara", is_staff=True)
    user.roles.add(role)
    client.force_login(user)
    return user


def address(name: str, run: ImportRun) -> str:
    return reverse(f"admin:catalog_importrun_{name}", args=[run.pk])


def shown(client: Client, run: ImportRun, query: str = "") -> str:
    answer = client.get(address("change", run) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def fix(client: Client, run: ImportRun, **data: Any) -> str:
    answer = client.post(address("mend", run), {"kind": "unknown_option.2", "text": "lilac", **data})
    assert answer.url == f"{address('change', run)}#wrong"
    run.refresh_from_db()
    return shown(client, run)


def test_the_closest_option_is_chosen_and_one_press_mends_the_class(
    importer: Importer, client: Client
) -> None:
    profile = ImportProfile.objects.create(code="acme")
    run = importer.plan(HEAD + "A,mugs,nawy,1\nB,mugs,NAWY,much\n", profile=profile)
    sign_in(client)
    page = shown(client, run)
    assert '<option value="navy" selected>Navy blue</option>' in page
    assert "Create the option" not in page
    page = fix(client, run, text="nawy", do="use", instead="navy", remember="1")
    assert "1 row is no longer bad. 1 bad row is left." in page
    assert states(run) == [(2, "planned", "create", ""), (3, "rejected", "create", "not_a_number")]
    profile.refresh_from_db()
    assert profile.mapping[0]["values"] == {"nawy": "navy"}


def test_an_option_is_offered_to_be_made_to_who_may_change_the_structure(
    importer: Importer, client: Client
) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1\n")
    sign_in(client, verbs=[*VERBS, "structure.edit"])
    assert "Create the option" in shown(client, run)
    fix(client, run, do="create")
    assert states(run) == [(2, "planned", "create", "")]


def test_a_posted_option_of_somebody_who_may_not_change_the_structure_is_refused(
    importer: Importer, client: Client
) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1\n")
    sign_in(client)
    assert "Your roles do not allow this: Change the structure." in fix(client, run, do="create")
    assert not Option.objects.filter(code="lilac").exists()


def test_a_column_that_is_not_theirs_is_shown_without_a_fix_and_not_mended(
    importer: Importer, client: Client
) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1\n")
    sign_in(client, group="marketing")
    assert "Your roles do not let you write this column" in shown(client, run)
    assert (
        "<input"
        not in shown(client, run, "?show=rejected").split('class="list rows cells"')[1].split("</table>")[0]
    )
    page = fix(client, run, do="use", instead="red")
    assert "do not let you write the column &#x27;color&#x27;" in page
    assert (row(run, 2).mended, states(run)) == (None, [(2, "rejected", "create", "unknown_option")])


@pytest.mark.parametrize("name", ["mend", "mend_cells", "check", "mend_file"])
def test_who_may_not_import_mends_nothing(importer: Importer, client: Client, name: str) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1\n")
    sign_in(client, verbs=["product.view"])
    answer = client.post(address(name, run), {"kind": "unknown_option.2", "do": "skip"})
    assert answer.status_code == 403
    assert states(run) == [(2, "rejected", "create", "unknown_option")]


def test_cells_are_edited_under_their_column_with_the_error_beside_them(
    importer: Importer, client: Client
) -> None:
    run = importer.plan(HEAD + "A,mugs,red,much\nB,mugs,lilac,2\n")
    sign_in(client)
    page = shown(client, run, "?show=rejected&error=not_a_number&key=capacity")
    assert 'name="cell-2-3" value="much"' in page
    assert 'aria-describedby="why-2-3"' in page
    assert "cell-3-2" not in page
    answer = client.post(
        address("mend_cells", run),
        {"cell-2-3": "250", "back": "show=rejected&error=not_a_number", "cell-x": "1", "next": "//evil"},
    )
    assert answer.url == f"{address('change', run)}?show=rejected&error=not_a_number#rows"
    assert states(run)[0] == (2, "planned", "create", "")


def test_mended_rows_of_an_applied_run_are_imported_by_one_press(importer: Importer, client: Client) -> None:
    run = importer.run(HEAD + "A,mugs,lilac,1\nB,mugs,red,1\n")
    sign_in(client)
    page = fix(client, run, do="use", instead="red")
    assert "1 mended row is ready." in page
    client.post(address("apply", run), {"policy": run.policy})
    assert run_due("imports") == 1
    assert values("A")["color"] == "red"
    assert "mended row" not in shown(client, run)


def test_the_mended_file_is_brought_back_on_the_page(importer: Importer, client: Client) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1\nB,mugs,red,much\n")
    sign_in(client)
    file = io.BytesIO(b"sku,color,Row\nA,red,2\nB,red,3\n")
    file.name = "mended.csv"
    client.post(address("mend_file", run), {"file": file})
    page = shown(client, run)
    assert "1 row was mended by the file, 1 is as it was." in page
    assert "1 row is no longer bad. 1 bad row is left." in page


def test_nothing_is_mended_while_the_run_is_undone(importer: Importer, client: Client) -> None:
    run = importer.run(HEAD + "A,mugs,lilac,1\nB,mugs,red,1\n")
    importer.undo(run)
    sign_in(client)
    run.refresh_from_db()
    assert "Use and check" not in shown(client, run)
    client.post(address("mend", run), {"kind": "unknown_option.2", "do": "skip"})
    assert "cannot be mended now" in shown(client, run)
    assert row(run, 2).state == "rejected"


def test_what_came_of_an_undo_is_listed_row_by_row(importer: Importer, client: Client) -> None:
    importer.world.create("OLD", {"capacity": "1", "color": "red"}, family="mugs")
    run = importer.run(HEAD + "OLD,mugs,navy,2\nNEW,mugs,red,1\n")
    user = sign_in(client)
    from catalog.values.changes import Actor
    from tests.catalog.importing.files import product

    importer.world.edit(product("OLD").pk, {"color": "white"}, by=Actor(user, origin="form", trusted=True))
    importer.undo(run)
    page = shown(client, run)
    assert 'href="?show=kept"' in page
    kept = shown(client, run, "?show=kept").split("<tbody>")[1]
    assert "OLD" in kept
    assert "Changed by mara on" in kept
    assert "NEW" not in kept


def test_products_that_are_missing_are_asked_about_with_a_confirmation(
    importer: Importer, client: Client
) -> None:
    profile = ImportProfile.objects.create(code="acme")
    importer.run(HEAD + "A,mugs,red,1\nB,mugs,red,1\n", profile=profile)
    run = importer.plan(HEAD + "A,mugs,red,2\n", profile=profile, missing="retire")
    sign_in(client)
    page = shown(client, run)
    assert "1 of 2 products of this profile's earlier files are not in this one" in page
    listed = shown(client, run, "?show=missing").split("<tbody>")[1]
    assert "B" in listed
    assert "not in the file" in listed
    assert "unchanged" not in listed
    posted = {"policy": "skip-bad", "missing": "retire"}
    client.post(address("apply", run), posted)
    assert "confirm that it is whole" in shown(client, run)
    client.post(address("apply", run), {**posted, "confirmed": "1"})
    assert run_due("imports") == 1
    assert "Disable" not in shown(client, run)
    assert "disabled" in shown(client, run, "?show=missing").split("<tbody>")[1]


def test_the_page_costs_the_same_queries_whatever_its_bad_rows(importer: Importer, client: Client) -> None:
    sign_in(client, group="technical")

    def queries(rows: int, query: str) -> int:
        run = importer.plan(HEAD + "".join(f"N{number},mugs,c{number},m{number}\n" for number in range(rows)))
        with CaptureQueriesContext(connection) as captured:
            shown(client, run, query)
        return len(captured)

    for query in ("", "?show=rejected"):
        queries(3, query)
        assert queries(10, query) == queries(40, query)


def test_what_a_column_can_answer_for_all_its_cells_leads_to_its_options(
    importer: Importer, client: Client
) -> None:
    run = importer.plan(HEAD + "A,mugs,red,300 ml\nB,mugs,red,350 ml\n")
    sign_in(client)
    page = shown(client, run)
    assert "a word beside the number" in page
    panel = f"{address('columns', run)}?open=3"
    assert f'href="{panel}#open"' in page
    assert 'name="unit-3"' in client.get(panel).content.decode()
    client.post(address("columns", run), {
        "do": "plan", "decimal": ".", "list_separator": ",", "empty": "keep", "create": "on", "update": "on", "unit-3": "ml",
        "to-0": "sku", "to-1": "family", "to-2": "color", "to-3": "capacity",
    })  # fmt: skip
    run_due("imports")
    assert [state for _n, state, _a, _c in states(run)] == ["planned", "planned"]
    assert row(run, 3).values["capacity"] == "350"


def test_an_import_that_was_applied_leads_to_no_column(importer: Importer, client: Client) -> None:
    run = importer.run(HEAD + "A,mugs,red,300 ml\nB,mugs,red,350\n")
    sign_in(client)
    assert "?open=" not in shown(client, run)
