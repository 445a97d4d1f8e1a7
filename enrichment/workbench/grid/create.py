"""A new product: a simple one, a model that variants will stand under, or the way to a model that gets another variant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.access import endpoint, rights_of, visible
from catalog.models import Product
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.products import find
from catalog.values.write import write
from enrichment.workbench.page.placement import path_of


class ProductForm(forms.Form):
    """`kind`: a family's code ("family:mugs"), or one of its variants ("variant:mugs_by_color") for a model."""

    sku = forms.CharField(
        label=gettext_lazy("SKU"),
        max_length=150,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "autofocus": True}),
        help_text=gettext_lazy("The code your company and your channels know the product by."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy(
            "A model carries what its variants share; the variants are added on its page."
        ),
    )

    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Where it stands. More categories can be added on its page."),
    )

    def __init__(self, *args: Any, structure: Structure, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        within = rights_of(user).category_paths("product.create")
        paths = sorted(
            (path_of(spec, structure), spec.code)
            for spec in structure.categories.values()
            if within is None or spec.path.startswith(within)
        )
        self.fields["category"].choices = [("", "—"), *((code, path) for path, code in paths)]  # type: ignore[attr-defined]
        self.fields["category"].required = within is not None  # elsewhere they may not create any
        choices: list[Any] = [("", "—")]
        for family in sorted(structure.families.values(), key=lambda spec: spec.label()):
            own = [(f"family:{family.code}", _("%(family)s, without variants") % {"family": family.label()})]
            for variant in structure.variants.values():
                if variant.family_id == family.id:
                    axes = [
                        structure.attributes[a].label()
                        for level in sorted(variant.axes)
                        for a in variant.axes[level]
                    ]
                    text = _("%(family)s, a model with variants by %(axes)s")
                    own.append(
                        (
                            f"variant:{variant.code}",
                            text % {"family": family.label(), "axes": ", ".join(axes)},
                        )
                    )
            choices.append((family.label(), own))
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def create(self, user: User) -> Outcome:
        """Through the door; its refusals land on the fields."""
        sort, _colon, code = self.cleaned_data["kind"].partition(":")
        fields = {"sku": self.cleaned_data["sku"], "family" if sort == "family" else "family_variant": code}
        change = ProductChange(fields=fields)
        if self.cleaned_data["category"]:
            change.fields["categories"] = [self.cleaned_data["category"]]
        outcome = write([change], by=Actor(user=user, origin="form"))[0]
        for error in outcome.errors:
            self.add_error({"_sku": "sku", "_categories": "category"}.get(error.key, "kind"), error.message)
        return outcome


class ModelForm(forms.Form):
    """`model`: the SKU of the one that gets another variant. Valid: `self.found` is its id."""

    model = forms.CharField(
        label=gettext_lazy("SKU of the model"),
        max_length=150,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        help_text=gettext_lazy("Its variants are added on its page, by what tells them apart."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.user = user
        self.found = 0

    def clean_model(self) -> str:
        sku = self.cleaned_data["model"].strip()
        rows = visible(self.user, Product.objects.alive()).filter(pk__in=find([sku]).values())
        row = rows.only("id", "sku", "kind").first()
        if row is None:
            raise forms.ValidationError(_("There is no product with the SKU %(sku)s.") % {"sku": sku})
        if row.is_sellable:
            raise forms.ValidationError(
                _("%(sku)s is not a product model: it can have no variants.") % {"sku": row.sku}
            )
        self.found = row.pk
        return sku


@never_cache
@endpoint("product.create")
def page(request: HttpRequest) -> HttpResponse:
    """GET with `model`: to that model's variants. POST `sku`, `kind`, `category`: creates."""
    asked = request.GET if "model" in request.GET else None
    model_form = ModelForm(asked, user=request.user, auto_id="model_%s")
    if asked is not None and model_form.is_valid():
        address = reverse("admin:catalog_product_change", args=[model_form.found])
        return HttpResponseRedirect(f"{address}?tab=variants")
    form = ProductForm(request.POST or None, structure=Structure.current(), user=request.user)
    if request.method == "POST" and form.is_valid():
        outcome = form.create(request.user)
        if not form.errors:
            messages.success(
                request, _("%(sku)s was created as a draft.") % {"sku": form.cleaned_data["sku"]}
            )
            return HttpResponseRedirect(reverse("admin:catalog_product_change", args=[outcome.product]))
    context = {**admin.site.each_context(request), "title": _("New product"), "form": form}
    context["model_form"] = model_form
    refused = form.errors or model_form.errors
    return TemplateResponse(request, "enrichment/grid/create.html", context, status=422 if refused else 200)
