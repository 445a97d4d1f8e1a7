"""Which texts of a product a page asks about: as they stand in its fields, with the texts they are translated from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.richtext import MAX_MARKUP, sanitised
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.keys import Key, is_canonical
from catalog.values.resolve import resolve
from enrichment.workbench.page import view as page
from enrichment.workbench.queue.numbers_in import numbers_in

MOST = 100  # texts in one question
TYPES = frozenset(["text", "richtext"])


@dataclass(frozen=True, slots=True)
class Text:
    """`raw`: what stands in the field. `source`: the stored text it is translated from, "" where there is none or this person
    may not see it; `source_key` names where it stands, "" likewise. Both may be markup; `plain` takes it off."""

    key: str
    spec: AttributeSpec
    locale: str
    raw: str
    source_locale: str
    source_key: str
    source: str

    @property
    def own(self) -> str:
        return self.plain(sanitised(self.raw) if self.spec.type == "richtext" else self.raw)

    def plain(self, text: str) -> str:
        return ATTRIBUTE_TYPES[self.spec.type].search_text(text, self.spec)


@dataclass(frozen=True, slots=True)
class Asked:
    bundle: Bundle
    structure: Structure
    texts: list[Text]


def read(request: HttpRequest) -> Asked:
    """From `product`, `locale`, `beside`, and for each text `t:<key>`. Texts this person may not write are left out. Http404
    where they may not see the product. A constant number of queries."""
    data = request.POST
    structure = Structure.current()
    product = page.find(request, next(iter(numbers_in(data.get("product", ""))), 0))
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    rights = page.rights_on(request, bundle, structure)
    return Asked(bundle, structure, list(_texts(data, bundle, structure, rights))[:MOST])


def _texts(data: QueryDict, bundle: Bundle, structure: Structure, rights: Rights) -> Iterator[Text]:
    for name in data:
        key = name[2:]
        if not name.startswith("t:") or not is_canonical(key):
            continue
        code, locale, context = Key.parse(key)
        spec = structure.attributes.get(code)
        if spec is None or spec.type not in TYPES or not locale or locale not in structure.locales:
            continue
        if not rights.may_edit_key(spec, locale, context):
            continue
        beside = data.get("beside", "") if locale == data.get("locale") else ""
        source_locale = beside if beside in structure.locales else structure.locales[locale].source
        source_key = source = ""
        if source_locale and source_locale != locale and rights.may_view_key(spec, source_locale, context):
            found = resolve(bundle, spec, structure, locale=source_locale, context=context, fallback=False)
            if isinstance(found.value, str):
                source_key, source = found.key, found.value
        yield Text(key, spec, locale, data[name][:MAX_MARKUP], source_locale, source_key, source)
