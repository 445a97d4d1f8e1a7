"""The product page: one GET that shows, one POST that saves the changed fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from js_asset.media import Media as ScriptMedia

from catalog import approval
from catalog.access import Rights, endpoint, rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product, Proposal
from catalog.moves.merging import merged_into
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.changes import Outcome
from catalog.values.keys import Key, campaign_key, split_campaign
from catalog.values.links import bring_products
from channels import profile as channel_profiles
from channels.profile import Profiles
from enrichment import readiness, review, workflow
from enrichment.comments import reading as comments
from enrichment.readiness import field_id
from enrichment.rules import flags
from enrichment.workbench.page import (
    assigned,
    blockers,
    campaigns,
    fields,
    files,
    history,
    links,
    listings,
    outdated,
    pending,
    placement,
    rules,
    saving,
    side_by_side,
    standing,
    telling,
    variants,
)
from enrichment.workbench.page.campaigns import Choice
from enrichment.workbench.page.fields import FieldSheet, Proposed
from enrichment.workbench.page.origin import PEOPLE, source_label
from enrichment.workbench.page.scope import Scope

TABS = ("fields", "variants", "channels", "compare", "history")


def find(request: HttpRequest, product_id: int) -> Product:
    """The product, where this person may see it; else 404, which does not tell whether it exists."""
    product = (
        visible(request.user, Product.objects.all()).filter(pk=product_id).only(*bundles.ROW_FIELDS).first()
    )
    if product is None:
        raise Http404(_("There is no such product."))
    return product


def address(product_id: int, scope: Scope | None = None, *, tab: str = "", anchor: str = "") -> str:
    query = [part for part in ((scope.query() if scope else ""), f"tab={tab}" if tab else "") if part]
    path = reverse("admin:catalog_product_change", args=[product_id])
    return path + (f"?{'&'.join(query)}" if query else "") + (f"#{anchor}" if anchor else "")


@never_cache
@endpoint("product.view")
def page(request: HttpRequest, product_id: int) -> HttpResponse:
    product = find(request, product_id)
    structure = Structure.current()
    scope = Scope.of(request.GET, request.user, structure)
    if request.method == "POST":
        return _save(request, product, structure, scope)
    return render(request, product, structure, scope)


def rights_on(request: HttpRequest, bundle: Bundle, structure: Structure) -> Rights:
    """What this person may do with this product: the roles that reach its categories."""
    paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    return rights_of(request.user).at(paths)


def _save(request: HttpRequest, product: Product, structure: Structure, scope: Scope) -> HttpResponse:
    submission = saving.read(request.POST, request.FILES, structure)
    choice = campaigns.find(scope.campaign) if scope.campaign else None
    if scope.campaign and choice is None:
        raise Http404(_("This campaign is no longer there."))
    if not submission and submission.confirmed:
        outdated.confirm_one(request, product.pk, submission.confirmed, submission.seen)
        return HttpResponseRedirect(address(product.pk, scope, anchor=field_id(submission.confirmed)))
    if not submission:
        messages.info(request, _("Nothing was changed."))
        return HttpResponseRedirect(address(product.pk, scope))
    outcome = saving.save(
        product.pk, submission, user=request.user, campaign=choice.campaign if choice else None
    )
    _tell(request, outcome, structure, choice)
    if outcome.ok:
        if submission.confirmed:
            outdated.confirm_one(request, product.pk, submission.confirmed, submission.seen)
        return HttpResponseRedirect(address(product.pk, scope))
    product = find(request, product.pk)
    return render(request, product, structure, scope, outcome=outcome, submission=submission, status=422)


def _tell(request: HttpRequest, outcome: Outcome, structure: Structure, choice: Choice | None) -> None:
    count = len(outcome.changed)
    if count and choice:
        text = ngettext("%(n)d value saved for %(name)s.", "%(n)d values saved for %(name)s.", count)
        messages.success(request, text % {"n": count, "name": choice.label})
    elif count:
        messages.success(request, ngettext("%d value saved.", "%d values saved.", count) % count)
    for level, text in telling.told(outcome, structure):
        messages.add_message(request, level, text)


def render(
    request: HttpRequest,
    product: Product,
    structure: Structure,
    scope: Scope,
    *,
    outcome: Outcome | None = None,
    submission: saving.Submission | None = None,
    variant_form: variants.VariantForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page. The number of queries depends on the tab, never on how many values or variants there are."""
    tab = "variants" if variant_form else request.GET.get("tab", "fields")
    tab = tab if tab in TABS else "fields"
    choices = campaigns.choices(scope.campaign) if tab == "fields" else []
    campaign = next((choice for choice in choices if choice.code == scope.campaign), None)
    if tab == "fields" and campaign is None:
        scope = replace(scope, campaign="")
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    rights = rights_on(request, bundle, structure)
    profiles = channel_profiles.current(structure)
    panels = listings.panels(product, profiles, with_attempts=tab == "channels")
    ready = readiness.of_product(bundle, profiles, structure)
    said = comments.counts(product, rights, structure)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": product.labels.get(scope.locale) or product.label or product.sku,
        "product": product,
        "bundle": bundle,
        "chain": list(reversed(bundle.levels[1:])),
        "family": bundle.family.label(scope.locale) if bundle.family else "",
        "scope": scope,
        "tab": tab,
        "locales": [spec for spec in structure.locales.values() if spec.is_active],
        "contexts": contexts(structure, rights),
        "campaigns": choices,
        "campaign": campaign,
        "readiness": ready,
        "blockers": blockers.on_page(ready, panels, bundle, structure, rights, request.user),
        "rules": rules.on_page(bundle, profiles, structure, rights),
        "panels": panels,
        "transitions": workflow.transitions(product.status, rights, structure),
        "by_locale": [] if product.trashed_at else workflow.by_locale(bundle, rights, structure),
        "review_notes": review.notes_on(product, structure),
        "unmet": workflow.named(workflow.unmet(place for channel in ready for place in channel.places)),
        "may_switch": rights.may_in(workflow.verb(product.status, product.status), None, "", None),
        "may_move": rights.may_in("product.edit", None, "", None),
        "may_create": rights.may("product.create"),
        "merged_into": merged_into(product) if product.trashed_at else None,
        "may_trash": rights.may("product.trash"),
        "may_rename": rights.may("product.rename"),
        "may_push": rights.may("channel.sync"),
        "may_see_channels": rights.may("channel.view"),
        "address": address(product.pk, scope),
        "may_ask_why": True,
        "may_comment": product.trashed_at is None,
        "assigned": [] if product.trashed_at else assigned.shown(product, request.user, rights),  # type: ignore[arg-type]
        "flags": [] if product.trashed_at else flags.on(product.pk, structure),
        "may_assign": rights.may("product.edit"),
        "comment_count": sum(said.values()),
        "comments_now": _comments_now(request, product, scope),
        "may_settle": rights.may("product.publish"),
        "here": address(product.pk, scope),
    }
    if tab == "fields":
        context |= _fields(bundle, scope, structure, profiles, rights, panels, outcome, submission, campaign)
        links.annotate(context["sheet"], bundle, structure, request.user)
        for cell in context["sheet"].cells:
            cell.comments = said.get(cell.key, 0)
        context["media"] = for_page(context["sheet"].form.media, request)
    elif tab == "variants":
        context["table"] = variants.table(bundle, structure=structure, locale=scope.locale)
        if variants.may_add(bundle, rights):
            context["variant_form"] = variant_form or variants.VariantForm(bundle=bundle, structure=structure)
            context["media"] = for_page(context["variant_form"].media, request)
    elif tab == "channels":
        pending.annotate(panels, bundle, structure, rights)
        listings.withhold(panels, bundle, structure, rights)
        standing.annotate(panels, product, request.user)
    elif tab == "compare":
        context["table"] = side_by_side.table(
            product, bundle, scope, structure=structure, profiles=profiles, rights=rights, panels=panels,
            only=request.GET.get("only") == "differences",
        )  # fmt: skip
    elif tab == "history":
        before = request.GET.get("before", "")
        context["entries"], context["more"] = history.entries(
            product,
            structure=structure,
            rights=rights,
            locale=scope.locale,
            before=int(before) if before.isdecimal() else None,
        )
    return TemplateResponse(request, "enrichment/page/page.html", context, status=status)


def _comments_now(request: HttpRequest, product: Product, scope: Scope) -> str:
    """The panel a link of the first screen opens: `comments` is a value's key, or "all"."""
    key = request.GET.get("comments", "")
    if not key:
        return ""
    asked = "" if key == "all" else f"&{urlencode({'key': key})}"
    return f"{reverse('admin:enrichment_comments', args=[product.pk])}?{scope.query()}{asked}"


def _fields(
    bundle: Bundle,
    scope: Scope,
    structure: Structure,
    profiles: Profiles,
    rights: Rights,
    panels: list[listings.Panel],
    outcome: Outcome | None,
    submission: saving.Submission | None,
    campaign: Choice | None,
) -> dict[str, Any]:
    refused = outcome is not None and submission is not None
    posted_values = saving.keys_to_show(outcome, submission) if refused else {}
    sheet = fields.build(
        bundle, scope, structure=structure, profiles=profiles, rights=rights, campaign=campaign, posted=posted_values,
        files=files.load(bundle, structure, posted_values, profiles.active, at=scope.at or timezone.now()),
    )  # fmt: skip
    placed = None
    if campaign is None:
        posted = saving.categories_to_show(outcome, submission) if refused else None
        placed = placement.build(bundle, scope, structure=structure, rights=rights, posted=posted)
    listings.annotate(sheet, panels, bundle.product.sku)
    add_proposals(sheet, bundle, structure, campaign, rights=rights)
    if campaign is None:
        outdated.annotate(sheet, bundle, structure)
    elsewhere = (
        saving.annotate(sheet, placed, outcome, submission, structure, locale=scope.locale) if refused else []
    )
    editable = any(not cell.locked for cell in sheet.cells) or bool(placed and not placed.locked)
    return {"sheet": sheet, "placement": placed, "elsewhere": elsewhere, "editable": editable}


def add_proposals(
    sheet: FieldSheet,
    bundle: Bundle,
    structure: Structure,
    campaign: Choice | None,
    *,
    rights: Rights | None = None,
) -> None:
    """Puts beside each field what weaker sources, or people who may not publish, want it to be. Two queries at most.

    With `rights`, who may approve products decides there.
    """
    decides = rights is not None and bundle.product.trashed_at is None
    cells = {campaign_key(cell.key, campaign.code) if campaign else cell.key: cell for cell in sheet.cells}
    rows = Proposal.objects.filter(product=bundle.product, state=Proposal.State.OPEN).select_related(
        "proposed_by"
    )
    listed = list(rows.order_by("pk"))
    bring_products(({split_campaign(row.key)[0]: row.value} for row in listed), structure, anew=False)
    for row in listed:
        cell = cells.get(row.key)
        if cell is not None:
            text = ATTRIBUTE_TYPES[cell.spec.type].display(row.value, cell.spec, cell.locale or None)
            who = (
                str(row.proposed_by)
                if row.proposed_by and row.source == PEOPLE
                else source_label(row.source, structure)
            )
            parsed = Key.parse(cell.key)
            may = (
                decides
                and rights is not None
                and rights.may_edit_key(cell.spec, parsed.locale, parsed.context)
                and approval.may_decide(rights, structure, approval.decided_in(cell.key, structure))
            )
            cell.proposals.append(Proposed(row.pk, who, text, may))


def for_page(media: Media, request: HttpRequest) -> Media:
    """With this response's nonce, without which the editor's import map is refused by the content security policy."""
    return ScriptMedia.from_media(media, nonce=getattr(request, "csp_nonce", ""))


def contexts(structure: Structure, rights: Rights) -> list[tuple[str, str, str]]:
    """(code, label, kind) of the contexts in which this person sees anything, master first."""
    known = [("", _("Master"), "master")]
    known += [(spec.code, spec.label(), spec.kind) for spec in structure.contexts.values()]
    return [entry for entry in known if rights.may_in("product.view", None, None, entry[0])]
