"""The report of contradictions between channels: what differs, what explains it, and what somebody accepted as meant."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import Rights, can, endpoint, rights_of, visible
from catalog.models import Category
from catalog.models.product import ProductCategory
from catalog.structure.snapshot import Structure
from channels.consistency import report
from channels.models import Channel, Contradiction
from pim.lib.formulas import neutral

PAGE = 50
CHUNK = 500
# Which of them are shown, and what they are.
STATES: Mapping[str, Any] = {
    "open": gettext_lazy("To look at"),
    "explained": gettext_lazy("Explained"),
    "accepted": gettext_lazy("Accepted as meant"),
}
_STATE_IS = {
    "open": Q(why="", accepted_at=None),
    "explained": ~Q(why="") & Q(accepted_at=None),
    "accepted": Q(accepted_at__isnull=False),
}
WHY: Mapping[str, Any] = {
    "campaign": gettext_lazy("a campaign's value"),
    "context": gettext_lazy("written for this channel"),
    "locale": gettext_lazy("text of a fallback"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a state, a kind ("" for all), and a pair of channels' ids (0 for any)."""

    state: str
    kind: str
    one: int
    other: int

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        def number(name: str) -> int:
            value = query.get(name, "")
            return int(value) if value.isdecimal() else 0

        state, kind = query.get("state", ""), query.get("kind", "")
        return cls(
            state if state in STATES else "open", kind if kind in Contradiction.Kind.values else "",
            number("one"), number("other"),
        )  # fmt: skip

    def query(self, **changed: Any) -> str:
        parts = {"state": self.state, "kind": self.kind, "one": self.one, "other": self.other, **changed}
        return urlencode({name: value for name, value in parts.items() if value})

    def of_pair(self, rows: QuerySet[Contradiction]) -> QuerySet[Contradiction]:
        """Both: where they differ, and where one of them contradicts an attribute; one: wherever it is part of it."""
        named = [pk for pk in (self.one, self.other) if pk]
        meant = Q()
        for pk in named:
            meant |= Q(pairs__contains=f",{pk}-{pk},")
            if len(named) == 1:
                meant |= Q(pairs__contains=f",{pk}-") | Q(pairs__contains=f"-{pk},")
        if len(named) == 2 and named[0] != named[1]:
            meant |= Q(pairs__contains=f",{min(named)}-{max(named)},")
        return rows.filter(meant) if named else rows


@dataclass(frozen=True, slots=True)
class Item:
    row: Contradiction
    values: list[tuple[str, str, Any]]  # (channel, text, why)
    is_hidden: bool

    @property
    def href(self) -> str:
        """The product's channels side by side, in the language in which they contradict."""
        path = reverse("admin:catalog_product_change", args=[self.row.product_id])
        locale = {"locale": self.row.locale} if self.row.locale else {}
        return f"{path}?{urlencode({**locale, 'tab': 'compare', 'only': 'differences'})}"

    @property
    def field_href(self) -> str:
        """The field of the first attribute it is made of."""
        code = self.row.attributes.strip(",").partition(",")[0]
        path = reverse("admin:catalog_product_change", args=[self.row.product_id])
        query = f"?locale={self.row.locale}" if self.row.locale else ""
        return f"{path}{query}#f-{code}{f'-{self.row.locale}' if self.row.locale else ''}" if code else ""


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest) -> HttpResponse:
    """`state`, `kind`, `one` and `other` (channels), `after`: the id behind which this page begins."""
    structure, asked = Structure.current(), Asked.of(request.GET)
    rows = asked.of_pair(_rows(request, structure))
    counts = dict(rows.filter(_STATE_IS[asked.state]).order_by().values_list("kind").annotate(n=Count("pk")))
    states = rows.aggregate(
        **{state: Count("pk", filter=condition) for state, condition in _STATE_IS.items()}
    )
    listed = rows.filter(_STATE_IS[asked.state])
    if asked.kind:
        listed = listed.filter(kind=asked.kind)
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() else 0
    page = list(listed.filter(pk__gt=start)[: PAGE + 1])
    channels = {channel.pk: str(channel) for channel in visible(request.user, Channel).defer("credentials")}
    look = report.last_look()
    context = {
        **admin.site.each_context(request),
        "title": _("Contradictions between channels"),
        "asked": asked,
        "states": [(code, label, states[code], asked.query(state=code, kind="")) for code, label in STATES.items()],
        "kinds": [
            (kind.value, kind.label, counts.get(kind.value, 0), asked.query(kind=kind.value))
            for kind in Contradiction.Kind
        ],
        "all_kinds": asked.query(kind=""),
        "total": sum(counts.values()),
        "channels": sorted(channels.items(), key=lambda pair: pair[1]),
        "items": list(_items(page[:PAGE], request, structure, channels)),
        "more": asked.query(after=page[PAGE - 1].pk) if len(page) > PAGE else "",
        "begun": start,
        "export": asked.query(),
        "look": look,
        "looking": report.is_looking(),
        "cut": bool(look and (look.result or {}).get("cut")),
        "may_look": can(request.user, "channel.sync"),
        "may_export": can(request.user, "export.run"),
        "may_accept": can(request.user, "product.edit"),
    }  # fmt: skip
    return TemplateResponse(request, "channels/contradictions.html", context)


@require_POST
@endpoint("channel.sync")
def look(request: HttpRequest) -> HttpResponse:
    report.ask(by=request.user.pk)
    messages.success(
        request, _("The assortment is being looked through; the page shows what was found last until then.")
    )
    return HttpResponseRedirect(reverse("admin:channels_contradictions"))


@require_POST
@endpoint("product.edit")
def accept(request: HttpRequest) -> HttpResponse:
    """`id` and `digest` of what was seen; `what`: accept or take_back."""
    number = request.POST.get("id", "")
    row = _rows(request, Structure.current()).filter(pk=int(number) if number.isdecimal() else 0).first()
    if row is None or not can(request.user, "product.edit", row.product):
        raise Http404("There is no such contradiction.")
    if request.POST.get("what") == "take_back":
        done, told = report.take_back(row.pk), _("It is to be looked at again.")
    else:
        done = report.accept(row.pk, request.POST.get("digest", ""), by=request.user)
        told = _("Accepted as meant, until one of the values changes.")
    if done:
        messages.success(request, told)
    else:
        messages.info(request, _("It has changed meanwhile: look again."))
    query = Asked.of(request.POST).query()
    return HttpResponseRedirect(f"{reverse('admin:channels_contradictions')}?{query}")


@require_safe
@endpoint("export.run")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What the page lists, as CSV: a line for each value."""
    structure, asked = Structure.current(), Asked.of(request.GET)
    rows = asked.of_pair(_rows(request, structure)).filter(_STATE_IS[asked.state])
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    response = StreamingHttpResponse(_lines(rows, request, structure), content_type="text/csv; charset=utf-8")
    name = f"contradictions-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """A file for csv.writer that gives back each line."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[Contradiction], request: HttpRequest, structure: Structure) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        [_("SKU"), _("What"), _("Field"), _("Language"), _("Channel"), _("Value"), _("Why"), _("Accepted by")]
    )
    channels = {channel.pk: str(channel) for channel in visible(request.user, Channel).defer("credentials")}
    last = 0
    while page := list(rows.filter(pk__gt=last)[:CHUNK]):
        for item in _items(page, request, structure, channels):
            row = item.row
            for channel, text, why in item.values:
                who = str(row.accepted_by) if row.accepted_by else ""
                cells = [
                    row.product.sku,
                    row.get_kind_display(),
                    row.label,
                    row.locale,
                    channel,
                    text,
                    why,
                    who,
                ]
                yield writer.writerow([neutral(str(cell)) for cell in cells])
        last = page[-1].pk


def _rows(request: HttpRequest, structure: Structure) -> QuerySet[Contradiction]:
    """Those about products this person may see, made of attributes of which they may see something."""
    rows = visible(request.user, Contradiction.objects.all()).select_related("product", "accepted_by")
    rights = rights_of(request.user)
    for spec in structure.attributes.values() if not rights.everything else ():
        if not rights.may_view_key(spec, None, None):
            rows = rows.exclude(attributes__contains=f",{spec.code},")
    return rows.defer("product__search", "product__tokens").order_by("pk")


def _items(
    rows: Sequence[Contradiction], request: HttpRequest, structure: Structure, channels: Mapping[int, str]
) -> Iterator[Item]:
    """With the values only where this person may see them there: in that language, of that product. One query."""
    rights = rights_of(request.user)
    paths = {} if rights.everything else _paths(rows)
    for row in rows:
        is_hidden = not rights.everything and not _may_see(row, rights.at(paths[row.product_id]), structure)
        values: list[tuple[str, str, Any]] = [] if is_hidden else [
            (channels[value["channel"]] if value["channel"] else _("Attribute"), value["text"], WHY.get(value["why"], ""))
            for value in row.values
            if not value["channel"] or value["channel"] in channels
        ]  # fmt: skip
        yield Item(row, values, is_hidden)


def _may_see(row: Contradiction, rights: Rights, structure: Structure) -> bool:
    specs = (structure.attributes.get(code) for code in row.attributes.strip(",").split(","))
    return all(
        spec is None or rights.may_view_key(spec, row.locale if spec.localizable else "", None if spec.scopable else "")
        for spec in specs
    )  # fmt: skip


def _paths(rows: Iterable[Contradiction]) -> dict[int, list[str]]:
    """Product's id → the paths of its categories and of those of the levels above it."""
    levels = {
        row.product_id: {pk for pk in (row.product_id, row.product.parent_id, row.product.root_id) if pk} for row in rows
    }  # fmt: skip
    wanted = {pk for ids in levels.values() for pk in ids}
    placed: dict[int, list[str]] = defaultdict(list)
    known = dict(Category.objects.values_list("pk", "path"))
    for product, category in ProductCategory.objects.filter(product_id__in=wanted).values_list(
        "product_id", "category_id"
    ):
        placed[product].append(known[category])
    return {product: [path for pk in ids for path in placed[pk]] for product, ids in levels.items()}
