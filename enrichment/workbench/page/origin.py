"""Where a shown value comes from, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalog.models.codes import label_of
from catalog.models.source import Source
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor
from catalog.values.keys import format_key
from catalog.values.resolve import Resolved

PEOPLE = Actor(None, origin="form").source  # what people write as


@dataclass(frozen=True, slots=True)
class Origin:
    """`kind`: own, none, or what it is inherited by: model, context, locale, campaign, permanent. `source`: who wrote it."""

    kind: str
    text: str
    icon: str = ""
    href: str = ""
    source: str = ""

    @property
    def inherited(self) -> bool:
        return self.kind not in ("own", "none")


def describe(
    found: Resolved,
    spec: AttributeSpec,
    bundle: Bundle,
    structure: Structure,
    *,
    locale: str,
    context: str,
    in_campaign: bool = False,
) -> Origin:
    """`in_campaign`: a campaign's values are what is written here, so a permanent one is inherited."""
    if not found.found:
        return Origin("none", _("Empty"))
    source = _source(found.source, structure)
    exact = format_key(spec.code, locale if spec.localizable else "", context if spec.scopable else "")
    is_own = found.level == 0 and found.key == exact
    if in_campaign and is_own:
        if found.campaign:
            return Origin("own", _("In this campaign"))
        return Origin("permanent", _("Permanent value"), "all_inclusive", source=source)
    if found.campaign and not in_campaign:
        document = next(doc for doc in bundle.campaigns if doc.code == found.campaign)
        until = date_format(localtime(document.ends_at), "SHORT_DATETIME_FORMAT")
        label = label_of(dict(document.labels), document.code)
        return Origin(
            "campaign", _("Campaign %(name)s until %(until)s") % {"name": label, "until": until}, "campaign"
        )
    if is_own:
        return Origin("own", _("Own value"), source=source)
    parts, kind, icon, href = [], "context", "call_split", ""
    if in_campaign:
        parts.append(_("this campaign") if found.campaign else _("permanent values"))
    if spec.scopable and found.context != context:
        parts.append(structure.contexts[found.context].label() if found.context else _("Master"))
    if spec.localizable and found.locale != locale:
        parts.append(
            structure.locales[found.locale].name if found.locale in structure.locales else found.locale
        )
        kind, icon = "locale", "translate"
    if found.level:
        level = bundle.levels[found.level]
        parts.append(level.sku)
        kind, icon = "model", "account_tree"
        href = reverse("admin:catalog_product_change", args=[level.product_id])
    return Origin(kind, _("From %(where)s") % {"where": " · ".join(parts)}, icon, href, source)


def _source(code: str, structure: Structure) -> str:
    """Named where it is not people, who are the rule: an import, the ERP, a rule."""
    spec = structure.sources.get(code)
    if spec is not None and spec.kind == Source.Kind.PERSON:
        return ""
    return source_label(code, structure)


def source_label(code: str, structure: Structure) -> str:
    spec = structure.sources.get(code)
    return label_of(dict(spec.labels), code) if spec else code
