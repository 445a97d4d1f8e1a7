"""Every page there is to look at, on a demo in which an import is mapped, one is planned and one has been applied."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import FilePayload, Page, expect

from tests.browser import walking
from tests.browser.rig import Rig, manage
from tests.catalog.decoding.harmless import picture
from tests.channels.takeovers import garden

Act = Callable[[Page], object]
# Lists with a form for adding and one for changing their first row.
FORMS = (
    "catalog/attribute", "catalog/attributegroup", "catalog/option", "catalog/family", "catalog/familyvariant",
    "catalog/category", "catalog/locale", "catalog/currency", "catalog/context", "catalog/source", "catalog/campaign",
    "catalog/role", "catalog/user", "catalog/renditionpreset", "catalog/gtinpool", "catalog/measurementfamily", "catalog/referenceentity",
    "catalog/referencerecord", "catalog/term", "channels/channel",
)  # fmt: skip
RECORDS = (
    "catalog/importprofile",
    "catalog/job",
    "channels/listing",
    "channels/attempt",
)  # nobody adds these by hand
SIMPLE, MODEL, VARIANT = "TH-JERN32", "TH-KOPP", "TH-KOPP-CREAM"
TABLE, CONDITION = "TH-REGN", "TH-STIA"  # a jacket with a table of layers, a lamp whose battery depends on it


@dataclass(frozen=True, slots=True)
class Place:
    """`act`: what is done there before looking, such as opening a panel. `is_alike`: its template is looked at elsewhere."""

    name: str
    address: str
    act: Act | None = None
    is_public: bool = False
    is_alike: bool = False


def prepare(page: Page, rig: Rig) -> list[Place]:
    """`page`: the admin's. Imports the price list once, plans it again and maps it a third time. French is approved by itself."""
    approve_french_by_itself(page, rig)
    walking.upload(page, rig)
    walking.plan(page)
    walking.apply(page)
    applied = walking.run_number(page)
    walking.upload(page, rig)
    mapped = walking.run_number(page)
    walking.upload(page, rig)
    walking.plan(page)
    planned = walking.run_number(page)
    walking.plan_moving(page, rig, garden.packed(garden.files()).getvalue())
    to_move = page.url
    walking.plan_moving(
        page, rig, garden.packed({"tree.csv": "code;parent;label-en_US\nyard;;Yard\n"}).getvalue()
    )
    walking.move(page)
    moved = page.url
    runs = f"{rig.admin}/catalog/importrun"
    return [
        Place("login", f"{rig.admin}/login/", is_public=True),
        Place("shop", f"{rig.shop}/en_US/", is_public=True),
        Place("shop-german", f"{rig.shop}/de_DE/", is_public=True),
        Place("shop-product", f"{rig.shop}/en_US/p/{VARIANT}", is_public=True),
        Place("shop-nothing", f"{rig.shop}/en_US/p/NOTHING", is_public=True),
        Place("home", f"{rig.admin}/"),
        Place("palette", f"{rig.admin}/", _open_palette),
        *_products(page, rig, applied),
        Place("imports", f"{runs}/"),
        Place("import-columns", f"{runs}/{mapped}/columns/"),
        Place("import-columns-options", f"{runs}/{mapped}/columns/", _open_texts_of_a_column),
        Place("import-columns-new", f"{runs}/{mapped}/columns/", _open_new_attribute),
        Place("import-plan", f"{runs}/{planned}/change/"),
        Place("import-plan-bad-rows", f"{runs}/{planned}/change/?show=rejected"),
        Place("import-report", f"{runs}/{applied}/change/"),
        Place("import-undo", f"{runs}/{applied}/undo/"),
        Place("akeneo", f"{runs}/akeneo/"),
        Place("akeneo-guide", f"{runs}/akeneo/guide/"),
        Place("akeneo-plan", to_move),
        Place("akeneo-report", moved),
        Place("import-place", _first(page, rig, "catalog/importprofile").replace("/change/", "/files/")),
        Place(
            "import-place-sftp",
            _first(page, rig, "catalog/importprofile").replace("/change/", "/files/?kind=sftp"),
            is_alike=True,
        ),
        Place("category-tree", f"{rig.admin}/catalog/product/categories/"),
        Place("category-order", f"{rig.admin}/catalog/product/categories/", _open_order),
        Place("attribute-convert", f"{rig.admin}/catalog/attribute/", _open_conversion),
        Place("structure-workbook", f"{rig.admin}/catalog/attribute/workbook/"),
        *(place for room in FORMS for place in _list_and_forms(page, rig, room, may_add=True)),
        *(place for room in RECORDS for place in _list_and_forms(page, rig, room, may_add=False)),
        *_channels(page, rig),
        *_library(page, rig),
        Place("password", f"{rig.admin}/password_change/"),
    ]


def approve_french_by_itself(page: Page, rig: Rig) -> None:
    page.goto(f"{rig.admin}/catalog/locale/?q=fr_FR")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.get_by_label("Approved by itself", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/catalog/locale/(\?.*)?$"))


# A field that no sheet has: nothing is sent by it.
MAKE_CATEGORIES = """
from django.utils import timezone
from channels.categories.taxonomies import keep, read
from channels.models import Channel, FieldMapping
channel = Channel.objects.order_by("code").first()
FieldMapping.objects.get_or_create(channel=channel, family=None, target="their_category", defaults={"source": {"category": True}, "position": 99})
lines = "1 - Home > Mugs & Cups\\n2 - Home > Lighting > Table Lamps\\n3 - Outdoor > Jackets\\n"
keep(channel, locale="en_US", name="theirs.txt", entries=read(lines.encode()), now=timezone.now())
"""


def _channels(page: Page, rig: Rig) -> list[Place]:
    manage(rig.env, "shell", "-c", MAKE_CATEGORIES)
    room = f"{rig.admin}/channels/channel"
    fields = _first(page, rig, "channels/channel").replace("/change/", "/mapping/")
    return [
        Place("channel-kind", f"{room}/add/?connector=shopify", is_alike=True),
        Place("contradictions", f"{room}/contradictions/?state=explained", _look_for_contradictions),
        Place("channel-guide", f"{room}/guides/shopify/"),
        Place("channel-fields", fields, _open_fields),
        *(
            Place(f"channel-{name}", fields.replace("/mapping/", f"/{name}/"))
            for name in ("board", "categories", "dry-run", "drift", "match", "rules")
        ),
    ]


def _open_texts_of_a_column(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Options.*Farbe")).click()
    page.locator("[data-panel]").wait_for()


def _open_new_attribute(page: Page) -> None:
    row = page.locator("tbody[data-header=material]")
    row.get_by_role("combobox").fill("")
    row.get_by_role("combobox").blur()
    row.get_by_role("link", name=re.compile("New attribute")).click()
    page.locator("[data-panel] .new").wait_for()


def _open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("tent")
    page.get_by_role("option", name="Tent").first.wait_for()


def _look_for_contradictions(page: Page) -> None:
    """Until the worker has looked through the demo."""
    address = page.url
    page.get_by_role("button", name="Look again").click()
    for _second in range(60):
        page.goto(address)
        if page.locator(".contradictions tbody tr").count():
            return
        page.wait_for_timeout(1000)


def _open_fields(page: Page) -> None:
    for number in (0, 1):
        page.locator(".mapping-row > summary").nth(number).click()


def _library(page: Page, rig: Rig) -> list[Place]:
    library = f"{rig.admin}/catalog/asset/"
    page.goto(f"{library}?q=emalj")
    picture = _absolute(page, page.locator(".library-link").first.get_attribute("href"))
    page.goto(picture)
    crop = _absolute(page, page.locator(".asset-rendition-crop").first.get_attribute("href"))
    page.goto(f"{library}?kind=file")
    document = _absolute(page, page.locator(".library-link").first.get_attribute("href"))
    return [
        Place("library", library),
        Place("library-ended", f"{library}?state=ended"),
        Place("library-unused", f"{library}?state=unused"),
        Place("library-nothing", f"{library}?q=nothingofthekind"),
        Place("asset-picture", picture),
        Place("asset-crop", crop),
        Place("asset-document", document),
        Place("pictures-begin", f"{rig.admin}/catalog/product/pictures/"),
        Place("pictures-match", _dropped_pictures(page, rig)),
    ]


def _dropped_pictures(page: Page, rig: Rig) -> str:
    """A drop of files: two that find a product, one that finds none and one that is refused."""
    page.goto(f"{rig.admin}/catalog/product/pictures/")
    page.locator(".bulk-card button").click()
    page.locator("[data-pictures-drop]").wait_for()
    named = {f"{VARIANT}_1.png": "#c2410c", f"{MODEL}_2.png": "#0e7490", "IMG_4711.png": "#4d7c0f"}
    files: list[FilePayload] = [
        {"name": name, "mimeType": "image/png", "buffer": picture("PNG", (90, 60), color=color)} for name, color in named.items()
    ]  # fmt: skip
    files.append({"name": f"{MODEL}_3.svg", "mimeType": "image/svg+xml", "buffer": b"<svg></svg>"})
    page.locator("[name=file]").set_input_files(files)
    page.locator(".pictures-table").wait_for()
    return page.url


def _products(page: Page, rig: Rig, run: int) -> list[Place]:
    grid = f"{rig.admin}/catalog/product/"
    at = {sku: _product(page, grid, sku) for sku in (SIMPLE, MODEL, VARIANT, TABLE, CONDITION)}
    return [
        Place("grid", f"{grid}?q={MODEL}"),
        Place("grid-of-import", f"{grid}?import={run}&level=all&q={MODEL}", _open_more),
        Place("grid-filters", grid, _open_filters),
        Place("grid-views", f"{grid}?family=lamps&cols=_sku~name%7Cde_DE~@b2b_shop", _save_a_view),
        Place("grid-columns", f"{grid}?cols=_sku~name%7Cde_DE~@b2b_shop", _open_grid_columns),
        Place("grid-where", f"{grid}?where={_CONDITIONS}", _open_conditions),
        Place("grid-where-page", f"{grid}where/?where={_CONDITIONS}", is_alike=True),
        Place("view-new", f"{grid}views/add/?family=lamps"),
        Place("grid-nothing", f"{grid}?q=nothingofthekind"),
        Place("queue", f"{grid}queue/?incomplete=b2b_shop%7Cfr_FR", _open_queue),
        Place("queue-settings", f"{grid}queue/?missing=b2b_shop%7Cfr_FR%7Cdescription", _open_queue_settings),
        Place("queue-keys", f"{grid}queue/?incomplete=b2b_shop%7Cde_DE", _open_keys),
        Place("queue-refused", f"{grid}queue/?q={SIMPLE}&fields=gtin", _be_refused),
        Place("queue-draft", f"{grid}queue/?missing=b2b_shop%7Cfr_FR%7Cdescription", _be_offered_a_draft),
        Place("spreadsheet", f"{grid}spreadsheet/?{_CELLS}&frozen=1", _be_refused_in_a_cell),
        Place("spreadsheet-list", f"{grid}spreadsheet/?{_CELLS}", _open_choices),
        Place("proposals", f"{grid}proposals/"),
        Place("sources", f"{grid}sources/"),
        Place("rule-list", f"{grid}rules/add/?where=-if~family~in~lamps", _save_a_rule),
        Place("rule-preview", f"{grid}rules/add/?where=-if~family~in~lamps", _preview_a_rule),
        Place("why", at[SIMPLE].replace("/change/", "/why/?key=name%7Cen_US")),
        Place("queue-end", f"{grid}queue/?q=nothingofthekind"),
        Place("review", f"{grid}review/"),
        Place("review-language", f"{grid}review/?approving=fr_FR"),
        Place("review-return", f"{grid}review/", _open_comment),
        Place("review-end", f"{grid}review/?q=nothingofthekind"),
        Place("bulk", f"{grid}?import={run}&level=all", _preview_bulk),
        Place("launch-gate", f"{grid}?import={run}&level=all", _assign_at_gate),
        Place("launch", f"{grid}?import={run}&level=all", _schedule),
        Place("calendar", f"{grid}calendar/?month={_LAUNCHED}"),
        Place("calendar-list", f"{grid}calendar/?month={_LAUNCHED}&view=list"),
        Place("bulk-edit-what", f"{grid}?import={run}&level=all", _choose_what),
        Place("bulk-edit", f"{grid}?import={run}&level=all", _preview_edit),
        Place("bulk-edit-family", f"{grid}?kind=simple", _preview_family),
        Place("bulk-edit-rule", f"{grid}rules/", _preview_rule_of_chosen),
        Place("assign", f"{grid}?import={run}&level=all", _choose_person),
        Place("still-right", f"{grid}?outdated=de_DE", _preview_translations),
        Place("numbering", f"{grid}?import={run}&level=all", _preview_numbers),
        Place("export", f"{grid}export/?family=lamps", _open_columns),
        Place("product-new", f"{grid}add/"),
        Place("product-simple", at[SIMPLE]),
        Place("product-model", at[MODEL]),
        Place("product-model-variants", f"{at[MODEL]}?tab=variants"),
        Place("product-variant", at[VARIANT]),
        Place("product-table", at[TABLE], _add_table_row),
        Place("product-condition", at[CONDITION]),
        Place("product-variant-beside", f"{at[VARIANT]}?locale=en_US&beside=de_DE"),
        Place("product-missing", at[SIMPLE], _open_missing),
        Place("product-channels", f"{at[VARIANT]}?tab=channels"),
        Place("product-compare", f"{at[VARIANT]}?tab=compare"),
        Place("product-library", at[MODEL], _open_library),
        Place("digest", f"{grid}digest/"),
        Place("product-assigned", at[SIMPLE], _assign),
        Place("product-comments", at[SIMPLE], _talk),
        Place("comments", at[SIMPLE].replace("/change/", "/comments/")),
        Place("product-history", f"{at[MODEL]}?tab=history"),
        Place("product-moves", at[VARIANT], _open_moves),
        Place("move-family", f"{at[SIMPLE].removesuffix('change/')}move/family/?to=tents"),
        Place("move-parent", f"{at[SIMPLE].removesuffix('change/')}move/parent/?model={MODEL}"),
        Place("move-out", f"{at[VARIANT].removesuffix('change/')}move/out/"),
        Place("duplicate", f"{at[VARIANT].removesuffix('change/')}duplicate/"),
        Place("merge", f"{at[SIMPLE].removesuffix('change/')}merge/?other={VARIANT}"),
        Place("home-waiting", f"{rig.admin}/"),
        Place("product-sheet", f"{at[VARIANT].removesuffix('change/')}sheet/b2b_shop/"),
        Place("product-portal", f"{at[MODEL].removesuffix('change/')}portal/pro_portal/"),
    ]


def _write_a_rule(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Names with numbers")
    page.get_by_label("What is done", exact=True).select_option("template")
    page.locator("#id_a0-attribute option[value=color]").wait_for(state="detached")
    page.get_by_label("Attribute", exact=True).select_option("name")
    page.get_by_label("Template", exact=True).fill("{name} ({sku})")
    page.get_by_label("Texts are read in", exact=True).select_option("en_US")
    page.get_by_role("checkbox", name="Français (France)", exact=True).check()


def _preview_a_rule(page: Page) -> None:
    _write_a_rule(page)
    page.get_by_role("button", name="Preview", exact=True).click()
    page.locator("#preview").wait_for()


def _save_a_rule(page: Page) -> None:
    """The list with one rule, which is run by hand and by nobody."""
    _write_a_rule(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="All rules", exact=True).click()
    page.locator(".automation-line").first.wait_for()


_CONDITIONS = "-if~family~in~lamps~-or~-if~a.name~contains~lantern~en_US~-if~changed~lately~30~-end"


_CELLS = "family=lamps&level=all&sort=sku&cols=battery_type~price~name%7Cen_US~description%7Cde_DE~waterproof~_status"


def _be_refused_in_a_cell(page: Page) -> None:
    page.locator("[data-spreadsheet][data-ready]").wait_for()
    page.locator("[data-at='0'][data-col='2']").focus()
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    page.locator(".spread-told").first.wait_for()
    page.keyboard.press("ArrowUp")


def _open_choices(page: Page) -> None:
    page.locator("[data-spreadsheet][data-ready]").wait_for()
    page.locator("[data-at='0'][data-col='1']").focus()
    page.keyboard.press("F2")
    page.locator(".spread-choice").first.wait_for()


def _open_conditions(page: Page) -> None:
    page.get_by_role("button", name="Change the conditions").click()
    page.locator("dialog #where-form").wait_for()


def _save_a_view(page: Page) -> None:
    """A view that is shown with another order than it was saved with."""
    page.get_by_role("link", name="Save as").click()
    page.get_by_label("Name").fill(f"Lamps {page.evaluate('Date.now()')}")
    page.get_by_role("button", name="Save").click()
    page.locator("summary", has_text="Last changed").click()
    page.get_by_role("link", name="Label, A to Z").click()
    page.get_by_role("link", name="Reset", exact=True).wait_for()


def _open_grid_columns(page: Page) -> None:
    page.get_by_role("button", name="Columns").click()
    page.locator("dialog #columns-form").wait_for()


def _open_queue(page: Page) -> None:
    page.locator("[data-item][data-ready]").wait_for()


def _open_queue_settings(page: Page) -> None:
    _open_queue(page)
    page.locator(".queue-head summary").click()


def _open_keys(page: Page) -> None:
    _open_queue(page)
    page.locator("#queue-title").focus()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()


def _be_refused(page: Page) -> None:
    _open_queue(page)
    page.locator("[data-item] [data-input] input:not([type=hidden])").first.fill("123")
    page.keyboard.press("ControlOrMeta+Enter")
    page.locator(".cell-error").first.wait_for()


def _be_offered_a_draft(page: Page) -> None:
    """Typed, and the page gone before it was saved."""
    _open_queue(page)
    page.keyboard.type("Une phrase que personne ne veut retaper")
    page.wait_for_timeout(400)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator(".draft").first.wait_for()


def _open_comment(page: Page) -> None:
    page.locator("[data-review] [data-item]").wait_for()
    page.get_by_role("button", name="Return", exact=False).first.click()


def _open_columns(page: Page) -> None:
    page.locator(".export-columns summary").first.click()


def _open_order(page: Page) -> None:
    page.locator(".arrange-count").first.click()
    page.wait_for_url("**/categories/*/")


def _open_conversion(page: Page) -> None:
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Convert its values").click()
    page.wait_for_url("**/convert/")


def _open_moves(page: Page) -> None:
    page.get_by_label("More actions").click()


def _product(page: Page, grid: str, sku: str) -> str:
    page.goto(f"{grid}?level=all&q={sku}")
    row = page.get_by_role("row").filter(has=page.get_by_role("checkbox", name=f"Select {sku}", exact=True))
    return _absolute(page, row.get_by_role("rowheader").get_by_role("link").get_attribute("href"))


def _list_and_forms(page: Page, rig: Rig, room: str, *, may_add: bool) -> list[Place]:
    name = room.rpartition("/")[2]
    found = [Place(f"{name}-list", f"{rig.admin}/{room}/")]
    if may_add:
        found.append(Place(f"{name}-new", f"{rig.admin}/{room}/add/", is_alike=True))
    return [*found, Place(f"{name}-form", _first(page, rig, room))]


def _first(page: Page, rig: Rig, room: str) -> str:
    """The form of a list's first row."""
    page.goto(f"{rig.admin}/{room}/")
    links = page.locator(f"#result_list a[href*='/{room}/'][href*='/change/']")
    return _absolute(page, links.first.get_attribute("href"))


def _absolute(page: Page, address: str | None) -> str:
    assert address is not None
    return str(page.evaluate("address => new URL(address, location).href", re.sub(r"\?.*", "", address)))


def _select_two(page: Page) -> None:
    for place in (0, 1):
        page.locator("[data-select]").nth(place).check()


def _open_more(page: Page) -> None:
    """The bar with its menu, in which the texts of French stand too."""
    _select_two(page)
    page.locator("[data-bulk-bar] summary").click()
    page.get_by_role("group", name="Texts of a language", exact=True).wait_for()


def _choose_in_more(page: Page, button: str) -> None:
    page.locator("[data-bulk-bar] summary").click()
    page.get_by_role("button", name=f"{button} …", exact=True).click()


def _preview_bulk(page: Page) -> None:
    _select_two(page)
    page.get_by_role("button", name="Approve …", exact=True).click()
    page.wait_for_url("**/bulk/")


def _look_at_gate(page: Page) -> None:
    _select_two(page)
    page.get_by_role("button", name="Schedule launch …", exact=True).click()
    page.get_by_label("Date", exact=True).fill(f"{_LAUNCHED}-01")
    page.get_by_label("Dealer shop", exact=True).check()
    page.get_by_role("button", name="See what is ready", exact=True).click()
    page.locator("#gate").wait_for()


def _assign_at_gate(page: Page) -> None:
    """The gate, with the form that gives what is blocked to somebody."""
    _look_at_gate(page)
    page.locator("#assign summary").click()


def _schedule(page: Page) -> None:
    """All of them, whatever stands in their way."""
    _look_at_gate(page)
    page.locator("button[name=mode][value=all]").click()
    page.wait_for_url("**/launches/*/")


_LAUNCHED = "2100-06"  # never over


def _preview_numbers(page: Page) -> None:
    _select_two(page)
    _choose_in_more(page, "Give numbers")
    page.wait_for_url("**/number/")


def _choose_person(page: Page) -> None:
    _select_two(page)
    _choose_in_more(page, "Assign")
    page.wait_for_url("**/assign/")


def _choose_what(page: Page) -> None:
    _select_two(page)
    page.get_by_role("button", name="Change values …", exact=True).click()
    page.wait_for_url("**/values/")


def _preview_edit(page: Page) -> None:
    _choose_what(page)
    page.get_by_label("What is to be changed").select_option("name")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Find and replace").check()
    page.get_by_label("Find", exact=True).fill("e")
    page.get_by_label("Write instead").fill("E")
    page.get_by_label("Only with the same capitals").check()
    page.get_by_label("English (US)").check()
    page.get_by_role("button", name="See what would change").click()
    page.locator("#preview").wait_for()


def _preview_family(page: Page) -> None:
    _choose_what(page)
    page.get_by_label("What is to be changed").select_option("_family")
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_label("New family", exact=True).select_option("tents")
    page.get_by_role("button", name="See what would change", exact=True).click()
    page.locator("#preview").wait_for()


def _preview_rule_of_chosen(page: Page) -> None:
    grid = page.url.partition("rules/")[0]
    if page.locator(".automation-line").count() == 0:
        page.goto(f"{grid}rules/add/?where=-if~family~in~lamps")
        _save_a_rule(page)
    page.goto(f"{grid}?family=lamps&level=all")
    _choose_what(page)
    page.get_by_label("What is to be changed").select_option(label="Names with numbers")
    page.get_by_role("button", name="Go on", exact=True).click()
    page.locator("#preview").wait_for()


def _preview_translations(page: Page) -> None:
    page.locator("[data-select]").first.check()
    page.get_by_role("button", name="Translations still right …", exact=True).click()
    page.wait_for_url("**/translations/")


def _add_table_row(page: Page) -> None:
    page.locator("[data-cell=layers] [data-rows-add]").click()


def _open_filters(page: Page) -> None:
    page.get_by_role("button", name="Filter").click()
    page.locator("dialog .filter-fields").wait_for()


def _open_library(page: Page) -> None:
    page.locator("[data-asset-choose]").first.click()
    page.locator("dialog .library-choice").first.wait_for()


def _assign(page: Page) -> None:
    """To oneself, overdue, so that the first screen has it too."""
    page.get_by_role("button", name="Assign").click()
    page.wait_for_url("**/assign/")
    page.get_by_label("Who").select_option(label="Ida Holm")
    page.get_by_label("Due on").fill("2026-01-31")
    page.get_by_label("What is to be done").fill("Ask the supplier about the handle")
    page.get_by_role("button", name="Assign", exact=True).click()
    page.locator(".assigned").wait_for()


def _talk(page: Page) -> None:
    """A thread about a name, and somebody about to be named in an answer."""
    name = page.locator("[data-cell='name|en_US']")
    name.scroll_into_view_if_needed()
    name.locator("input:not([type=hidden]), textarea").first.focus()
    page.get_by_role("button", name=re.compile("^Comments")).click()
    dialog = page.get_by_role("dialog", name="Comments")
    expect(dialog.get_by_label("Comment on")).to_have_value("name|en_US")
    dialog.get_by_label("Your comment").fill("Is this what the supplier calls it?")
    dialog.get_by_role("button", name="Comment", exact=True).click()
    dialog.locator(".comment-text").first.wait_for()
    dialog.get_by_label("Your answer").first.press_sequentially("Yes, @man")
    dialog.get_by_role("listbox", name="People").get_by_role("option").first.wait_for()


def _open_missing(page: Page) -> None:
    page.locator("details.ready-place summary").first.click()


def put_on(page: Page, theme: str) -> None:
    """As the reader's system, and as the theme's own switch does; without the time colours fade over."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate(
        """dark => {
            document.getElementById('at-once') ?? document.head.append(Object.assign(document.createElement('style'),
                {id: 'at-once', textContent: '*, *::before, *::after { transition: none !important; animation: none !important }'}));
            document.documentElement.classList.toggle('dark', dark);
            return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        }""",
        theme == "dark",
    )
