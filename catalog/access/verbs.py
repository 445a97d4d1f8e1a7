"""The verbs: everything a role can allow, each with the words the role's form shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# Not a verb a role gives: what every person who is signed in may open.
SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Verb:
    code: str
    group: Any  # lazy text
    label: Any  # lazy text


_PRODUCTS, _FILES, _STRUCTURE = _("Products"), _("Files, imports and exports"), _("Structure")
_CHANNELS, _OPERATION = _("Channels"), _("Operation")

VERBS: dict[str, Verb] = {
    verb.code: verb
    for verb in (
        Verb("product.view", _PRODUCTS, _("See products")),
        Verb("product.create", _PRODUCTS, _("Create products")),
        Verb("product.edit", _PRODUCTS, _("Edit products")),
        Verb("product.publish", _PRODUCTS, _("Approve products, and edit approved ones without asking")),
        Verb("product.trash", _PRODUCTS, _("Move products to the trash and back")),
        Verb("product.rename", _PRODUCTS, _("Change SKUs")),
        Verb("glossary.edit", _PRODUCTS, _("Change the glossary")),
        Verb("view.share", _PRODUCTS, _("Share saved views, and change shared ones")),
        Verb("asset.edit", _FILES, _("Describe, replace and remove pictures and files")),
        Verb("import.run", _FILES, _("Import files")),
        Verb("import.undo", _FILES, _("Undo imports")),
        Verb("export.run", _FILES, _("Export products")),
        Verb("structure.view", _STRUCTURE, _("See attributes, families and the rest of the structure")),
        Verb("structure.edit", _STRUCTURE, _("Change the structure")),
        Verb("channel.view", _CHANNELS, _("See channels and what stands there")),
        Verb("channel.edit", _CHANNELS, _("Set channels up")),
        Verb("channel.sync", _CHANNELS, _("Start a synchronisation")),
        Verb("credentials.edit", _CHANNELS, _("Enter the channels' credentials")),
        Verb("job.view", _OPERATION, _("See jobs")),
        Verb("job.cancel", _OPERATION, _("Cancel jobs")),
        Verb("access.edit", _OPERATION, _("Manage people and roles")),
    )
}

PRODUCT_VERBS = frozenset(code for code in VERBS if code.startswith("product."))

# Whoever may do the second needs to see what they do it to.
IMPLIED = {
    "product.edit": "product.view",
    "product.publish": "product.view",
    "product.trash": "product.view",
    "product.rename": "product.view",
    "product.create": "product.view",
    "glossary.edit": "product.view",
    "view.share": "product.view",
    "asset.edit": "product.view",
    "structure.edit": "structure.view",
    "channel.edit": "channel.view",
    "channel.sync": "channel.view",
    "credentials.edit": "channel.view",
    "job.cancel": "job.view",
}


def with_implied(verbs: list[str] | frozenset[str]) -> frozenset[str]:
    """The known ones among them, and what they imply; a verb that no longer exists gives nothing."""
    known = {code for code in verbs if code in VERBS}
    return frozenset(known | {IMPLIED[code] for code in known if code in IMPLIED})


def check_verb(code: str) -> None:
    """Raises LookupError: a misspelt verb must not read as a refusal."""
    if code not in VERBS:
        raise LookupError(f"{code!r} is no verb of catalog.access: {', '.join(VERBS)}")


def verb_groups() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """[(group, [(verb, label)])], as the choices of a form field."""
    groups: dict[str, tuple[Any, list[tuple[str, Any]]]] = {}
    for verb in VERBS.values():
        groups.setdefault(str(verb.group), (verb.group, []))[1].append((verb.code, verb.label))
    return list(groups.values())
