"""A new product: a simple one, or a model that variants will stand under."""

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

from catalog.access import endpoint
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.write import write


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

    def __init__(self, *args: Any, structure: Structure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
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
        outcome = write([ProductChange(fields=fields)], by=Actor(user=user, origin="form"))[0]
        for error in outcome.errors:
            self.add_error("sku" if error.key == "_sku" else "kind", error.message)
        return outcome


@never_cache
@endpoint("product.create")
def page(request: HttpRequest) -> HttpResponse:
    form = ProductForm(request.POST or None, structure=Structure.current())
    if request.method == "POST" and form.is_valid():
        outcome = form.create(request.user)
        if not form.errors:
            messages.success(
                request, _("%(sku)s was created as a draft.") % {"sku": form.cleaned_data["sku"]}
            )
            return HttpResponseRedirect(reverse("admin:catalog_product_change", args=[outcome.product]))
    context = {**admin.site.each_context(request), "title": _("New product"), "form": form}
    return TemplateResponse(
        request, "enrichment/grid/create.html", context, status=422 if form.errors else 200
    )
