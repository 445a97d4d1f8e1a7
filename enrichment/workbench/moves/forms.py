"""What is asked before a move: the family, the model and what tells the variant apart, the new SKU, the other product."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.access import visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.models import Product
from catalog.models.codes import label_of
from catalog.models.user import User
from catalog.structure.snapshot import Structure, VariantSpec
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.products import find


def _text(**attrs: Any) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget({"autocomplete": "off", **attrs})


class MoveForm(forms.Form):
    def __init__(self, *args: Any, bundle: Bundle, structure: Structure, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.bundle, self.structure, self.user = bundle, structure, user


class FamilyForm(MoveForm):
    """`to`: a family's code, of a model the code of a family variant with the same axes."""

    to = forms.ChoiceField(widget=UnfoldAdminSelectWidget({"autofocus": True}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        own, structure = self.bundle.variant, self.structure
        if own is None:
            field.label = _("New family")
            families = sorted(structure.families.values(), key=lambda spec: spec.label())
            current = self.bundle.family
            choices = [
                (spec.code, spec.label()) for spec in families if current is None or spec.id != current.id
            ]
        else:
            field.label = _("New family variant")
            field.help_text = _(
                "Those whose variants are told apart by the same attributes. All variants come along."
            )
            choices = [
                (
                    spec.code,
                    f"{structure.families[spec.family_id].label()}: {label_of(dict(spec.labels), spec.code)}",
                )
                for spec in structure.variants.values()
                if spec.id != own.id and spec.axes == own.axes
            ]
        field.choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        self.has_choices = bool(choices)


class ParentForm(MoveForm):
    """`model`: the SKU it goes under. Once that is known, an input for each axis of its level, with what the product has."""

    model = forms.CharField(
        label=gettext_lazy("SKU of the model"),
        max_length=150,
        widget=_text(autofocus=True),
        help_text=gettext_lazy("The model, or the sub-model, it becomes a variant of."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.axes: tuple[str, ...] = ()
        self.target: Bundle | None = None
        sku = str(self.data.get("model", "")).strip() if self.is_bound else ""
        if sku:
            self._look_up(sku)
        if self.target is not None:
            variant, depth = self.target.variant, len(self.target.levels)
            self.axes = variant.axes.get(depth, ()) if variant else ()
            _add_axes(self, self.axes, self.bundle, self.structure)

    def _look_up(self, sku: str) -> None:
        rows = visible(self.user, Product.objects.alive()).filter(pk__in=find([sku]).values())
        row = rows.only(*bundles.ROW_FIELDS).first()
        if row is not None and not row.is_sellable:
            self.target = bundles.of_rows([row], structure=self.structure)[row.pk]
        self.found = row

    def clean_model(self) -> str:
        sku = self.cleaned_data["model"].strip()
        if self.found is None:
            raise forms.ValidationError(_("There is no product with the SKU %(sku)s.") % {"sku": sku})
        if self.target is None:
            text = _("%(sku)s is not a product model: it can have no variants.")
            raise forms.ValidationError(text % {"sku": self.found.sku})
        return self.found.sku

    @property
    def is_complete(self) -> bool:
        """Whether the axes were asked for and answered, not only the model."""
        return self.is_valid() and all(f"axis:{code}" in self.data for code in self.axes)

    def values(self) -> dict[str, Any]:
        return {code: self.cleaned_data[f"axis:{code}"] for code in self.axes}


def _add_axes(form: forms.Form, axes: tuple[str, ...], bundle: Bundle, structure: Structure) -> None:
    stored = bundle.effective
    data = form.data.copy() if form.is_bound else None
    for code in axes:
        spec = structure.attributes[code]
        kind = ATTRIBUTE_TYPES[spec.type]
        field = kind.form_field(spec, required=True, structure=structure)
        field.label = spec.label()
        field.help_text = _("Tells it apart from the other variants.")
        form.fields[f"axis:{code}"] = field
        form.initial[f"axis:{code}"] = kind.form_value(stored.get(code), spec)
        if data is not None and f"axis:{code}" not in data and isinstance(stored.get(code), str):
            data[f"axis:{code}"] = stored[code]
    if data is not None:
        form.data = data


class DuplicateForm(MoveForm):
    sku = forms.CharField(
        label=gettext_lazy("SKU of the new product"), max_length=150, widget=_text(autofocus=True)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variant: VariantSpec | None = self.bundle.variant
        depth = self.bundle.depth
        self.axes = variant.axes.get(depth, ()) if variant and depth else ()
        _add_axes(self, self.axes, self.bundle, self.structure)

    def clean(self) -> dict[str, Any]:
        """The axes as stored forms in `self.stored`."""
        cleaned = super().clean() or self.cleaned_data
        self.stored: dict[str, Any] = {}
        for code in self.axes:
            spec = self.structure.attributes[code]
            try:
                raw = cleaned.get(f"axis:{code}")
                self.stored[code] = ATTRIBUTE_TYPES[spec.type].clean(raw, spec, structure=self.structure)
            except ValueRefused as refused:
                self.add_error(f"axis:{code}", str(refused.message))
        return cleaned


class OtherForm(MoveForm):
    """`other`: the SKU of the product that is the same thing."""

    other = forms.CharField(
        label=gettext_lazy("SKU of the duplicate"),
        max_length=150,
        widget=_text(autofocus=True),
        help_text=gettext_lazy("It goes to the trash, and points from there to the one that stays."),
    )

    def clean_other(self) -> str:
        sku = self.cleaned_data["other"].strip()
        rows = visible(self.user, Product.objects.all()).filter(pk__in=find([sku]).values())
        row = rows.only(*bundles.ROW_FIELDS).first()
        if row is None:
            raise forms.ValidationError(_("There is no product with the SKU %(sku)s.") % {"sku": sku})
        self.found = row
        return row.sku
