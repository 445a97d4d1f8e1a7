"""The admin's sidebar and name. Each entry is seen by those who may open it, and only once its page exists."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _


def _link(url_name: str) -> Any:
    def address() -> str:
        try:
            return reverse(url_name)
        except NoReverseMatch:
            return ""

    return lazystr(_Late(address))


class _Late:
    """A text made anew each time it is read: addresses are not known while settings load."""

    def __init__(self, make: Callable[[], str]) -> None:
        self.make = make

    def __str__(self) -> str:
        return self.make()


def _may(url_name: str, verb: str | None) -> Callable[[HttpRequest], bool]:
    def permitted(request: HttpRequest) -> bool:
        from catalog.access import can

        try:
            reverse(url_name)
        except NoReverseMatch:
            return False
        return verb is None or can(request.user, verb)

    return permitted


NAMES: list[str] = []  # of every entry's page


@cache
def _addresses() -> dict[str, str]:
    found = {}
    for url_name in NAMES:
        try:
            found[reverse(url_name)] = url_name
        except NoReverseMatch:
            continue
    return found


@lru_cache(maxsize=128)  # each entry of the sidebar asks for the page it stands on
def entry_of(path: str) -> str:
    """The entry that a page belongs to: the one with the longest address above it; "" where there is none."""
    index = reverse("admin:index")
    above = [
        address
        for address in _addresses()
        if path == address or (address != index and path.startswith(address))
    ]
    return _addresses()[max(above, key=len)] if above else ""


def _item(title: Any, icon: str, url_name: str, verb: str | None) -> dict[str, Any]:
    NAMES.append(url_name)
    return {
        "title": title, "icon": icon, "link": _link(url_name), "permission": _may(url_name, verb),
        "active": lambda request: entry_of(request.path) == url_name,
    }  # fmt: skip


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "PIM",
    "SITE_HEADER": "PIM",
    "SITE_SUBHEADER": _("Product information"),
    "SITE_SYMBOL": "inventory_2",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "sizes": "any",
            "href": lambda request: static("pim/mark.svg"),
        }
    ],
    "STYLES": [lambda request: static("pim/theme.css")],
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Work"),
                "items": [
                    _item(_("Home"), "home", "admin:index", None),
                    _item(_("Products"), "inventory_2", "admin:catalog_product_changelist", "product.view"),
                    _item(_("Proposals"), "lightbulb", "admin:enrichment_proposals", "product.view"),
                    _item(_("Library"), "photo_library", "admin:catalog_asset_changelist", "product.view"),
                    _item(_("Glossary"), "menu_book", "admin:catalog_term_changelist", "product.view"),
                    _item(_("Imports"), "upload_file", "admin:catalog_importrun_changelist", "import.run"),
                    _item(_("Calendar"), "calendar_month", "admin:enrichment_calendar", "product.view"),
                    _item(_("Campaigns"), "campaign", "admin:catalog_campaign_changelist", "product.view"),
                ],
            },
            {
                "title": _("Channels"),
                "separator": True,
                "items": [
                    _item(_("Channels"), "storefront", "admin:channels_channel_changelist", "channel.view"),
                    _item(_("Listings"), "checklist", "admin:channels_listing_changelist", "channel.view"),
                    _item(_("Contradictions"), "difference", "admin:channels_contradictions", "channel.view"),
                    _item(_("Attempts"), "send", "admin:channels_attempt_changelist", "channel.view"),
                ],
            },
            {
                "title": _("Structure"),
                "separator": True,
                "items": [
                    _item(_("Attributes"), "label", "admin:catalog_attribute_changelist", "structure.view"),
                    _item(
                        _("Attribute groups"),
                        "folder",
                        "admin:catalog_attributegroup_changelist",
                        "structure.view",
                    ),
                    _item(_("Families"), "category", "admin:catalog_family_changelist", "structure.view"),
                    _item(
                        _("Family variants"),
                        "schema",
                        "admin:catalog_familyvariant_changelist",
                        "structure.view",
                    ),
                    _item(
                        _("Categories"), "account_tree", "admin:enrichment_category_tree", "structure.view"
                    ),
                    _item(
                        _("Measurement families"),
                        "straighten",
                        "admin:catalog_measurementfamily_changelist",
                        "structure.view",
                    ),
                    _item(
                        _("Reference entities"),
                        "hub",
                        "admin:catalog_referenceentity_changelist",
                        "structure.view",
                    ),
                    _item(
                        _("Reference records"),
                        "bookmark",
                        "admin:catalog_referencerecord_changelist",
                        "structure.view",
                    ),
                    _item(_("Locales"), "translate", "admin:catalog_locale_changelist", "structure.view"),
                    _item(_("Currencies"), "payments", "admin:catalog_currency_changelist", "structure.view"),
                    _item(_("Contexts"), "lan", "admin:catalog_context_changelist", "structure.view"),
                    _item(
                        _("Rendition presets"),
                        "aspect_ratio",
                        "admin:catalog_renditionpreset_changelist",
                        "structure.view",
                    ),
                    _item(
                        _("Structure as a file"),
                        "table_view",
                        "admin:catalog_structure_workbook",
                        "structure.view",
                    ),
                    _item(_("GTIN pools"), "barcode", "admin:catalog_gtinpool_changelist", "structure.view"),
                    _item(_("Sources"), "input", "admin:enrichment_sources", "structure.view"),
                    _item(_("Rules"), "bolt", "admin:enrichment_rules", "structure.view"),
                    _item(
                        _("Import profiles"),
                        "rule_folder",
                        "admin:catalog_importprofile_changelist",
                        "import.run",
                    ),
                ],
            },
            {
                "title": _("Operations"),
                "separator": True,
                "items": [
                    _item(_("Jobs"), "pending_actions", "admin:catalog_job_changelist", "job.view"),
                    _item(_("Retention"), "auto_delete", "admin:catalog_thinning_changelist", "job.view"),
                ],
            },
            {
                "title": _("Access"),
                "separator": True,
                "items": [
                    _item(_("Users"), "person", "admin:catalog_user_changelist", "access.edit"),
                    _item(_("Roles"), "shield_person", "admin:catalog_role_changelist", "access.edit"),
                ],
            },
        ],
    },
}
