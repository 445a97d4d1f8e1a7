"""One product of a queue as it is shown: what is to be written, the same in the other language, and what one has to know for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from catalog.access import visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.richtext import sanitised
from catalog.models import Product
from catalog.structure.specs import AttributeSpec
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle, attributes_of
from catalog.values.changes import Outcome
from catalog.values.fields import axes_of
from catalog.values.resolve import resolve
from enrichment.workbench.page import fields, files, listings, outdated, saving
from enrichment.workbench.page import view as page
from enrichment.workbench.page.fields import Cell, Row
from enrichment.workbench.page.scope import Scope
from enrichment.workbench.queue import asked, rules
from enrichment.workbench.queue.address import Queue
from enrichment.workbench.queue.asked import Placed
from enrichment.workbench.queue.rules import Rule

FACTS = 8
FACT_LENGTH = 160
# Types whose fields begin with a script of the whole page; they are edited there.
ON_THE_PAGE = frozenset(
    ["table", "packaging", "counted_list", "association", "product_reference", "reference"]
)

_NO_FACTS = frozenset(["identifier", "richtext", "date", "datetime", "link", *ON_THE_PAGE])


@dataclass(slots=True)
class Field:
    """`cells`: the one that is written, as a list, for the page's own templates. `source`: beside it, read only."""

    row: Row
    cells: list[Cell]
    source: Cell | None
    rules: list[Rule]
    markup: str = ""  # the source as a whole, where its cell shows its beginning only
    href: str = ""  # where it is edited instead

    @property
    def cell(self) -> Cell:
        return self.cells[0]


@dataclass(slots=True)
class Item:
    """`product`: the queue's; `owner`: whose values are written, itself or a model above. `mark`: changes when what is shown
    does, and when the product comes into the queue or leaves it."""

    product: Product
    owner: Product
    label: str
    family: str
    facts: list[tuple[str, str]]
    fields: list[Field]
    is_member: bool
    sheet: Any = None
    elsewhere: list[tuple[str, str]] = field(default_factory=list)  # (label, address)
    messages: list[str] = field(default_factory=list)
    mark: str = ""

    @property
    def is_editable(self) -> bool:
        return any(each.cell.bound and not each.href for each in self.fields)

    @property
    def is_above(self) -> bool:
        return self.owner.pk != self.product.pk


def build(
    request: HttpRequest,
    queue: Queue,
    product: Product,
    *,
    is_member: bool,
    shown: Iterable[str] = (),
    refused: tuple[Outcome, saving.Submission] | None = None,
) -> Item:
    """A constant number of queries. `shown`: attributes that stay, though they have a value by now."""
    structure = queue.structure
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    panels = listings.panels(product, queue.profiles)
    at = asked.placed(queue, bundle, asked.codes(queue, bundle, panels, shown))
    own = bundle if at.owner == product.pk else _above(request, queue, at.owner)
    if own is None:  # the model is placed where this person sees nothing
        own, at = bundle, Placed(product.pk, [], [])
    posted = saving.keys_to_show(*refused) if refused else {}
    scope = Scope(queue.locale, queue.beside, queue.context)
    sheet = fields.build(
        own, scope, structure=structure, profiles=queue.profiles, rights=page.rights_on(request, own, structure),
        posted=posted, files=files.load(own, structure, posted, queue.profiles.active, at=timezone.now()),
        only=frozenset(at.here),
    )  # fmt: skip
    listings.annotate(sheet, panels, product.sku, own.product.sku)
    page.add_proposals(sheet, own, structure, None)
    outdated.annotate(sheet, own, structure)
    said = saving.annotate(sheet, None, *refused, structure, locale=queue.locale) if refused else []
    made = Item(
        product=product,
        owner=own.product,
        label=product.labels.get(queue.beside or queue.locale) or product.label or product.sku,
        family=bundle.family.label() if bundle.family else "",
        facts=_facts(request, queue, bundle, at.here),
        fields=[
            made
            for group in sheet.groups
            for row in group.rows
            if (made := _field(row, own, bundle, queue)) is not None
        ],
        is_member=is_member,
        sheet=sheet,
        elsewhere=_elsewhere(at, queue),
        messages=said,
    )
    made.mark = _mark(made)
    return made


def _above(request: HttpRequest, queue: Queue, owner: int) -> Bundle | None:
    rows = visible(request.user, Product.objects.all(), few=True)
    row = rows.filter(pk=owner).only(*bundles.ROW_FIELDS).first()
    return bundles.of_rows([row], structure=queue.structure)[row.pk] if row else None


def _field(row: Row, own: Bundle, bundle: Bundle, queue: Queue) -> Field | None:
    """None where this person sees the language beside it alone: that one is read, never written in its place."""
    cell = next((each for each in row.cells if each.locale in ("", queue.locale)), None)
    if cell is None:
        return None
    beside = [each for each in row.cells if each is not cell]
    cell.limits = []  # told by the rules, which know composed fields as well
    href = ""
    if cell.bound and (row.spec.type in ON_THE_PAGE or _searches(cell)):
        scope = Scope(queue.locale, context=queue.context)
        href = page.address(own.product.pk, scope, anchor=cell.id)
    source = beside[0] if beside else None
    markup = _whole(row.spec, source.locale, own, queue) if source and row.spec.type == "richtext" else ""
    return Field(row, [cell], source, rules.of(row.spec, bundle, queue), markup, href)


def _whole(spec: AttributeSpec, locale: str, own: Bundle, queue: Queue) -> SafeString:
    """With its paragraphs and lists: one translates from it. Sanitised once more, whatever wrote it."""
    context = queue.context if spec.scopable else ""
    found = resolve(own, spec, queue.structure, locale=locale, context=context)
    return mark_safe(sanitised(found.value) if isinstance(found.value, str) else "")  # noqa: S308


def _searches(cell: Cell) -> bool:
    """Lists with a search box: the theme starts those once a page."""
    return "unfold-admin-autocomplete" in cell.bound.field.widget.attrs.get("class", "")


def _elsewhere(at: Placed, queue: Queue) -> list[tuple[str, str]]:
    scope = Scope(queue.locale, context=queue.context)
    made = []
    for code, owner in at.elsewhere:
        spec = queue.structure.attributes[code]
        key = f"{code}|{queue.locale}" if spec.localizable else code
        made.append((spec.label(), page.address(owner, scope, anchor=fields.field_id(key))))
    return made


def _facts(request: HttpRequest, queue: Queue, bundle: Bundle, here: Iterable[str]) -> list[tuple[str, str]]:
    """(label, value): axes, then what is the same in all languages, then texts, of each what goes into a line or two."""
    rights = page.rights_on(request, bundle, queue.structure)
    written = frozenset(here)
    axes = {code for depth in range(1, bundle.depth + 1) for code in axes_of(bundle.variant, depth)}
    label = bundle.family.label_attribute if bundle.family else ""  # stands above them
    found: list[tuple[int, str, str]] = []
    for code in attributes_of(bundle, queue.structure):
        spec = queue.structure.attributes.get(code)
        if spec is None or code in written or not _tells(spec) or code == label:
            continue
        locale = (queue.beside or queue.locale) if spec.localizable else ""
        if not rights.may_view_key(spec, locale, queue.context if spec.scopable else ""):
            continue
        hit = resolve(bundle, spec, queue.structure, locale=locale, context=queue.context)
        if hit.found and hit.value not in (None, "", [], {}):
            text = strip_tags(ATTRIBUTE_TYPES[spec.type].display(hit.value, spec, queue.locale))
            turn = 0 if code in axes else 1 if not spec.localizable else 2
            found.append((turn, spec.label(), Truncator(text).chars(FACT_LENGTH)))
    found.sort(key=lambda fact: fact[0])
    return [(label, text) for _turn, label, text in found[:FACTS]]


def _tells(spec: AttributeSpec) -> bool:
    kind = ATTRIBUTE_TYPES[spec.type]
    return not kind.names_assets and spec.type not in _NO_FACTS


def _mark(item: Item) -> str:
    parts = [str(item.owner.pk), str(item.is_member)]
    for each in item.fields:
        parts += [each.cell.key, each.cell.base, each.cell.shown, each.source.shown if each.source else ""]
        parts += [each.cell.locked, *(message for _channel, message in each.cell.channel_errors)]
        parts += [proposed.value for proposed in each.cell.proposals]
    return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
