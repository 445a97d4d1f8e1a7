"""Reference: one or several records of an entity, such as the brand or the materials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.attribute_types.select import Options, fold
from catalog.codes import CODE_PATTERN
from catalog.widgets import PartParam, RawField, RecordSearch, TextField, option_widget, options_widget

_CODE = re.compile(CODE_PATTERN)
_names: WeakKeyDictionary[Any, Options] = WeakKeyDictionary()  # Records → them by what people write


@ATTRIBUTE_TYPES.register
class Reference(AttributeType):
    """Stored: list of record codes, unique, in the order in which they were chosen; one unless `multiple`.

    `spec.records` finds records by code, or by a label in any language where that is one record's; without it (an attribute
    made without a structure) every code is taken.
    """

    code = "reference"
    label = gettext_lazy("Reference")
    icon = "hub"
    in_cell = True
    filter_kind = "options"
    indexed = True
    default_params = {"multiple": False}
    sample_params = {"entity": "brand", "multiple": True}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "entity": PartParam(label=gettext_lazy("Reference entity")),
            "multiple": forms.BooleanField(label=gettext_lazy("Several records"), required=False),
            "max_items": forms.IntegerField(
                label=gettext_lazy("At most"), min_value=1, max_value=1000, required=False
            ),
        }

    def param_choices(self, structure: Any) -> dict[str, list[tuple[Any, Any]]]:
        entities = sorted(structure.entities.values(), key=lambda entity: entity.label().casefold())
        return {"entity": [(entity.code, entity.label()) for entity in entities]}

    def check_params_in(self, params: Mapping[str, Any], structure: Any) -> None:
        if params.get("entity") not in structure.entities:
            raise ValidationError(
                _("There is no reference entity '%(code)s': choose another, or make it first.")
                % {"code": params.get("entity", "")}
            )

    def most(self, spec: Any) -> int | None:
        """How many records a value may have."""
        return spec.params.get("max_items") if self.param(spec, "multiple") else 1

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> list[str] | None:
        if isinstance(raw, str):
            raw = _split(raw, spec, ",")
        if isinstance(raw, (Mapping, bytes)) or not isinstance(raw, Iterable):
            raise ValueRefused("not_a_list", _("The codes of records are expected here, such as oak, birch."))
        found = [self._find(item, spec) for item in raw if item is not None and item != ""]
        chosen = list(dict.fromkeys(code for code in found if code))
        most = self.most(spec)
        if most is not None and len(chosen) > most:
            raise ValueRefused(
                "too_many_items",
                _("%(count)d records are chosen, at most %(most)d are possible: remove some."),
                {"count": len(chosen), "most": most},
            )
        return chosen or None

    @staticmethod
    def _find(item: Any, spec: Any) -> str:
        if isinstance(item, Mapping) and "code" in item:
            item = item["code"]
        if isinstance(item, bool) or not isinstance(item, (str, int)):
            raise ValueRefused(
                "not_a_record",
                _("A record's code is expected here, not %(kind)s."),
                {"kind": type(item).__name__},
            )
        written = str(item).strip()
        if not written:
            return ""
        if spec.records is None:
            found = written if _CODE.match(written) else None
        else:
            record = spec.records.find(written)
            found = record.code if record else _by_name(written, spec)
        if found is None:
            raise ValueRefused(
                "unknown_record",
                _("There is no record '%(text)s' of %(entity)s: choose one that is there, or add it."),
                {
                    "text": written[:60],
                    "entity": spec.records.label() if spec.records else spec.label(),
                },
            )
        return found

    def references(self, stored: Any) -> dict[str, set[str]]:
        return {"record": set(stored)} if stored else {}

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """Of several records as sets: what either added is in, what either removed is out."""
        merged = super().merge(base, mine, theirs, spec)
        if merged is not CONFLICT or spec is None or not self.param(spec, "multiple"):
            return merged
        was, here, there = set(base or ()), set(mine or ()), set(theirs or ())
        kept = [
            code
            for code in dict.fromkeys([*(theirs or ()), *(mine or ())])
            if code not in was or (code in here and code in there)
        ]
        most = self.most(spec)
        return CONFLICT if most is not None and len(kept) > most else kept or None

    @staticmethod
    def label_in(code: str, spec: Any, locale: str | None = None) -> str:
        record = spec.records.find(code) if spec.records else None
        return record.label(locale) if record else f"[{code}]"

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return ", ".join(self.label_in(code, spec, locale) for code in stored or ())

    def to_cell(self, stored: Any, spec: Any) -> str:
        return ",".join(stored or ())

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        return _split(text, spec, options.list_separator)

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        mark = options.list_separator
        text = f"{mark} ".join(_called(code, spec, mark) for code in stored or ())
        reads_as_one = len(stored or ()) > 1 and len(_split(text, spec, mark)) == 1
        return {"": mark.join(stored or ()) if reads_as_one else text}

    def hand_choices(self, spec: Any) -> list[tuple[str, str]]:
        few = spec.records.few() if spec.records else None
        names = _names_of(spec)
        if few is None or names is None:
            return []
        called = ((_called(record.code, spec, ","), record) for record in few)
        return [
            (text, text if text == record.label() else names.name(record.code)) for text, record in called
        ]

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        multiple = bool(self.param(spec, "multiple"))
        few = spec.records.few() if spec.records else None
        widget: forms.Widget
        if few is None:
            widget = RecordSearch(
                entity=spec.params.get("entity", ""),
                most=self.most(spec),
                label_of=lambda code: self.label_in(code, spec),
            )
        else:
            choices = [(record.code, record.label()) for record in few]
            widget = options_widget(choices) if multiple else option_widget(choices)
        return RawField(label=spec.label(), required=required, widget=widget)

    def form_value(self, stored: Any, spec: Any) -> Any:
        codes = list(stored or ())
        if self.param(spec, "multiple") or spec.records is None or spec.records.few() is None:
            return codes
        return codes[0] if codes else ""

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return [f"{spec.code}={code}" for code in stored or ()]

    def search_text(self, stored: Any, spec: Any) -> str:
        found = (spec.records.find(code) if spec.records else None for code in stored or ())
        return " ".join(text for record in found if record for text in (record.code, *record.labels.values()))

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        few = spec.records.few() if spec.records else None
        if few is None:
            return TextField(label=spec.label(), required=False, help_text=_("Codes, with commas."))
        choices = [(record.code, record.label(locale)) for record in few]
        return RawField(label=spec.label(), required=False, widget=options_widget(choices))

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        written = chosen.split(",") if isinstance(chosen, str) else chosen or []
        codes = [str(code).strip() for code in written if str(code).strip()]
        if spec.records is not None:
            spec.records.warm(codes)
            codes = [record.code if (record := spec.records.find(code)) else code for code in codes]
        return [f"{spec.code}={code}" for code in codes]

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        if stored is None:
            return None
        listed = [{"code": code, "label": self.label_in(code, spec, locale)} for code in stored]
        return listed if self.param(spec, "multiple") else listed[0]

    def sample(self, spec: Any) -> list[str]:
        few = spec.records.few() if spec.records else None
        if few is not None:
            return [record.code for record in few[: self.most(spec) or 2]]
        return ["oak", "birch"][: self.most(spec) or 2]


def _names_of(spec: Any) -> Options | None:
    """The entity's records by what people write; None where there are none, or too many to know by name."""
    named = spec.records.named() if spec.records else None
    if not named:
        return None
    found = _names.get(spec.records)
    if found is None:
        found = _names[spec.records] = Options(named)
    return found


def _by_name(written: str, spec: Any) -> str | None:
    """The code of the record with this label; None where there is none. Raises ValueRefused where several have it."""
    names = _names_of(spec)
    found = names.by_label.get(fold(written), set()) if names else set()
    if len(found) > 1:
        raise ValueRefused(
            "ambiguous_record",
            _("'%(text)s' is the label of several records: write one of the codes %(codes)s."),
            {"text": written[:60], "codes": ", ".join(sorted(found))},
        )
    return next(iter(found), None)


def _split(text: str, spec: Any, separator: str) -> list[str]:
    """The codes and labels written there; what is a label, separator and all, is one, unless its parts are codes."""
    parts = [part.strip() for part in text.split(separator) if part.strip()]
    if len(parts) > 1 and (names := _names_of(spec)) and fold(text) in names.by_label:
        return parts if all(part.casefold() in names.by_code for part in parts) else [text.strip()]
    return parts


def _called(code: str, spec: Any, separator: str) -> str:
    """What a person writes for a record: its label where that means nothing else, else its code."""
    names = _names_of(spec)
    name = names.called(code) if names else code
    return code if separator in name else name
