"""One action of a rule as a form: which of its parts are asked for hangs on what is done, and to which attribute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.widgets import RawField, options_widget
from channels.sheets import sources
from enrichment.rules.actions import KINDS, SAME, Action, calculation, may_write, target
from enrichment.rules.calculating import Miscalculated
from enrichment.workbench.grid.export_form import MASTER
from enrichment.workbench.page.placement import path_of

ROWS = 500  # of a table
ASKED_AGAIN = {"data-ask-change": ""}
MODES = (
    ("add", gettext_lazy("Add to the product's categories")),
    ("take", gettext_lazy("Take out of these")),
    ("set", gettext_lazy("Move: these and no others")),
)


class ActionForm(forms.Form):
    """`action()` of a valid form is what was asked. `number`: its place, from 1."""

    do = forms.ChoiceField(label=gettext_lazy("What is done"), widget=UnfoldAdminSelectWidget(ASKED_AGAIN))

    def __init__(
        self,
        data: Any = None,
        *,
        prefix: str,
        number: int,
        structure: Structure,
        rights: Rights,
        given: dict[str, Any],
    ) -> None:
        """`given`: what stands in its inputs; `data` only where it is to be checked."""
        super().__init__(data, prefix=prefix, initial=given)
        self.use_required_attribute = False
        self.structure, self.rights, self.number = structure, rights, number
        self.fields["do"].choices = [(kind.code, kind.label) for kind in KINDS.values()]  # type: ignore[attr-defined]
        self.kind = KINDS.get(given.get("do") or "", KINDS["set"])
        self.spec: AttributeSpec | None = None
        if self.kind.code == "classify":
            self._categories()
            return
        if self.kind.code == "flag":
            self._message()
            return
        self._attribute(given.get("attribute") or "")
        if self.spec is None:
            return
        for name in self.kind.asks:
            getattr(self, f"_ask_{name}")(self.spec)
        self._places(self.spec)
        self.fields["only_empty"] = forms.BooleanField(
            label=_("Only where nothing is there yet"), required=False
        )

    def _select(self, name: str, label: Any, choices: list[Any], **more: Any) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            widget=UnfoldAdminSelectWidget(more.pop("attrs", None)),
            initial=next((code for code, _label in choices), ""),
            **more,
        )

    def _attribute(self, chosen: str) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for spec in self.structure.attributes.values():
            if may_write(self.kind.code, spec) and self.rights.may_edit_key(spec, None, None):
                groups.setdefault(spec.group, []).append((spec.code, spec.label()))
                if spec.code == chosen:
                    self.spec = spec
        listed: list[Any] = [("", "—")]
        listed += [
            (group.label(), groups[code]) for code, group in self.structure.groups.items() if code in groups
        ]
        self._select("attribute", _("Attribute"), listed, attrs=ASKED_AGAIN)

    def _places(self, spec: AttributeSpec) -> None:
        locales = [
            (code, known.name)
            for code, known in self.structure.locales.items()
            if spec.localizable and known.is_active and spec.exists_in(code) and self.rights.may_edit_key(spec, code, None)
        ]  # fmt: skip
        contexts = [
            (code or MASTER, label)
            for code, label in self._contexts()
            if spec.scopable and self.rights.may_edit_key(spec, None, code)
        ]
        ticks = forms.CheckboxSelectMultiple
        if locales:
            self.fields["locales"] = forms.MultipleChoiceField(
                label=_("In these languages"), choices=locales, widget=ticks,
                error_messages={"required": _("Choose at least one language.")},
            )  # fmt: skip
        if contexts:
            self.fields["contexts"] = forms.MultipleChoiceField(
                label=_("For"), choices=contexts, widget=ticks, initial=[MASTER],
                error_messages={"required": _("Choose at least one place to write to.")},
            )  # fmt: skip

    def _contexts(self) -> Iterator[tuple[str, str]]:
        yield "", _("All channels (master)")
        for code, known in self.structure.contexts.items():
            yield code, known.label()

    def _categories(self) -> None:
        self._select("mode", _("How"), list(MODES))
        paths = sorted(
            (path_of(each, self.structure), each.code) for each in self.structure.categories.values()
        )
        widget = options_widget([(code, path) for path, code in paths])
        self.fields["categories"] = RawField(label=_("Categories"), widget=widget, required=False)

    def _message(self) -> None:
        self.fields["message"] = forms.CharField(
            label=_("What it says"), max_length=300, widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
            help_text=_("Stands on the page of each product that fits, for everybody who sees it, until the rule finds that it fits no more."),
            error_messages={"required": _("Write what the flag says.")},
        )  # fmt: skip

    # --- the parts, by their names in Kind.asks

    def _ask_value(self, spec: AttributeSpec) -> None:
        self.fields["value"] = ATTRIBUTE_TYPES[spec.type].form_field(spec, structure=self.structure)
        self.fields["value"].label = _("Value")
        self.fields["value"].required = False

    def _ask_origin(self, spec: AttributeSpec) -> None:
        listed: list[Any] = [("", "—")]
        for each in self.structure.attributes.values():
            if not self.rights.may_view_key(each, None, None):
                continue
            listed.append((each.code, each.label()))
            parts = ["code", "label", *each.records.fields] if each.records is not None else []
            parts += ATTRIBUTE_TYPES[each.type].sheet_parts(each)
            listed += [(f"{each.code}.{part}", f"{each.label()} · {part}") for part in parts]
        self._select("origin", _("Read from"), listed, error_messages={"required": _("Choose what is read.")})

    def _ask_from_locale(self, spec: AttributeSpec) -> None:
        known = [(code, each.name) for code, each in self.structure.locales.items() if each.is_active]
        same = [(SAME, _("the language that is written"))] if spec.localizable else []
        if known:
            self._select("from_locale", _("Texts are read in"), [*same, *known])

    def _ask_from_context(self, spec: AttributeSpec) -> None:
        same = [(SAME, _("where it is written"))]
        others = [(code or MASTER, label) for code, label in self._contexts()]
        if len(others) > 1:
            self._select("from_context", _("Values are read for"), [*same, *others])

    def _ask_template(self, spec: AttributeSpec) -> None:
        self.fields["template"] = forms.CharField(
            label=_("Template"), max_length=2000, widget=UnfoldAdminTextareaWidget({"rows": 3}),
            help_text=_("Attributes by their codes in braces, as {brand} {name}, {color}. What is empty leaves no gap."),
            error_messages={"required": _("Write what is to stand there.")},
        )  # fmt: skip

    def _ask_length(self, spec: AttributeSpec) -> None:
        self.fields["length"] = forms.IntegerField(
            label=_("At most so many characters"), min_value=1, max_value=100_000, required=False,
            widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}), help_text=_("Shortened between words. Empty: as long as it gets."),
        )  # fmt: skip

    def _ask_expression(self, spec: AttributeSpec) -> None:
        self.fields["expression"] = forms.CharField(
            label=_("Calculation"), max_length=500, widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false"}),
            help_text=_("As {weight} * 1.2 or round({price.EUR} * 1.19, 2). A measurement counts in its attribute's unit."),
            error_messages={"required": _("Write the calculation.")},
        )  # fmt: skip

    def _ask_currency(self, spec: AttributeSpec) -> None:
        if spec.type == "price":
            self._select("currency", _("Currency"), [(code, code) for code in self.structure.currencies])

    def _ask_table(self, spec: AttributeSpec) -> None:
        self.fields["table"] = forms.CharField(
            label=_("Table"), widget=UnfoldAdminTextareaWidget({"rows": 6, "spellcheck": "false"}), max_length=50_000,
            help_text=_("A line for each: what is read = what is written, as navy = blue. Options by code or label."),
            error_messages={"required": _("Write at least one line.")},
        )  # fmt: skip

    def _ask_otherwise(self, spec: AttributeSpec) -> None:
        self.fields["otherwise"] = forms.CharField(
            label=_("For everything else"), required=False, max_length=1000, widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
            help_text=_("Empty: left as it is."),
        )  # fmt: skip

    # --- checking

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.kind.code == "classify":
            known = self.structure.category_by_code
            chosen = [
                known[code.casefold()].code
                for code in cleaned.get("categories") or ()
                if code.casefold() in known
            ]
            cleaned["categories"] = chosen
            if not chosen:
                self.add_error("categories", _("Choose at least one category."))
        elif self.kind.code == "flag":
            return cleaned
        elif self.spec is None and "attribute" not in self.errors:
            self.add_error("attribute", _("Choose the attribute that is written."))
        elif self.spec is not None:
            for name in ("value", "template", "expression", "table", "otherwise"):
                if name in self.fields and name not in self.errors:
                    try:
                        cleaned[name] = getattr(self, f"_clean_{name}")(self.spec, cleaned.get(name))
                    except (ValueRefused, Miscalculated) as refused:
                        self.add_error(name, str(refused))
                    except ValidationError as refused:
                        self.add_error(name, refused)
        return cleaned

    def _clean_value(self, spec: AttributeSpec, raw: Any) -> Any:
        stored = ATTRIBUTE_TYPES[spec.type].clean(raw, spec, structure=self.structure)
        if stored is None:
            raise ValidationError(_("Write the value."))
        return stored

    def _clean_template(self, spec: AttributeSpec, text: str) -> str:
        sources.clean({"template": text}, self.structure)
        return text.replace("\r\n", "\n")

    def _clean_expression(self, spec: AttributeSpec, text: str) -> str:
        currency = self.cleaned_data.get("currency", "")
        wanted = target(Action("calculate", spec.code, currency=currency), self.structure)
        calculation(text).check(self.structure, wanted)
        return text

    def _clean_table(self, spec: AttributeSpec, text: str) -> tuple[tuple[str, str], ...]:
        rows: dict[str, tuple[str, str]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            read, equals, written = (part.strip() for part in line.partition("="))
            if not (equals and read and written):
                raise ValidationError(
                    _("Line %d: write what is read, then =, then what is written.") % number
                )
            if read.casefold() in rows:
                raise ValidationError(
                    _("Line %(number)d: '%(text)s' is there twice.") % {"number": number, "text": read}
                )
            try:
                self._cell(spec, written)
            except ValueRefused as refused:
                raise ValidationError(
                    _("Line %(number)d: %(why)s") % {"number": number, "why": refused.message}
                ) from None
            rows[read.casefold()] = (read, written)
        if len(rows) > ROWS:
            raise ValidationError(_("%d lines at most.") % ROWS)
        return tuple(rows.values())

    def _clean_otherwise(self, spec: AttributeSpec, text: str) -> str:
        if text:
            self._cell(spec, text)
        return text

    def _cell(self, spec: AttributeSpec, text: str) -> None:
        kind = ATTRIBUTE_TYPES[spec.type]
        kind.clean(kind.from_cell(text, spec), spec, structure=self.structure)

    def action(self) -> Action:
        data = self.cleaned_data
        if self.kind.code == "classify":
            return Action("classify", mode=data["mode"], categories=tuple(data["categories"]))
        if self.kind.code == "flag":
            return Action("flag", message=data["message"])
        contexts = ("" if code == MASTER else code for code in data.get("contexts") or ())
        from_context = data.get("from_context", SAME)
        return Action(
            self.kind.code,
            data["attribute"],
            locales=tuple(data.get("locales") or ()),
            contexts=tuple(contexts),
            only_empty=data["only_empty"],
            value=data.get("value"),
            origin=data.get("origin", ""),
            from_locale=data.get("from_locale", SAME),
            from_context="" if from_context == MASTER else from_context,
            template=data.get("template", ""),
            length=data.get("length") or 0,
            expression=data.get("expression", ""),
            currency=data.get("currency", ""),
            table=data.get("table", ()),
            otherwise=data.get("otherwise", ""),
        )

    @property
    def asked(self) -> list[forms.BoundField]:
        """Its inputs below the first line, but for ticks."""
        first = ("do", "attribute", "locales", "contexts", "only_empty")
        return [self[name] for name in self.fields if name not in first]

    @property
    def ticks(self) -> list[forms.BoundField]:
        return [self[name] for name in ("locales", "contexts") if name in self.fields]


def given_of(action: Action, structure: Structure) -> dict[str, Any]:
    """What the inputs show for an action."""
    spec = structure.attributes.get(action.attribute)
    given: dict[str, Any] = action.as_json()
    given["contexts"] = [code or MASTER for code in action.contexts] or [MASTER]
    given["from_context"] = action.from_context or MASTER
    if action.from_locale != SAME or (spec is not None and spec.localizable):
        given["from_locale"] = action.from_locale
    given["table"] = "\n".join(f"{read} = {written}" for read, written in action.table)
    given["categories"] = list(action.categories)
    given["mode"] = action.mode
    if spec is not None and action.do == "set":
        given["value"] = ATTRIBUTE_TYPES[spec.type].form_value(action.value, spec)
    return given
