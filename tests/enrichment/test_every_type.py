"""One product of every attribute type, all the way: edited, found, compared, exported, imported again, resolved, sent.

Driven by the registry: a new type is covered by being there. Where it points at rows of its own, PREPARE makes them, and
where its filter has inputs of its own, CHOSEN fills them; else the test says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.exporting.columns import Choice
from catalog.exporting.products import export
from catalog.importing import runs
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.models import (
    Asset,
    Attribute,
    AttributeGroup,
    Family,
    FamilyAttribute,
    FamilyVariant,
    Option,
    Product,
    ProductValues,
    Revision,
    VariantAttribute,
)
from catalog.structure.announce import announce
from catalog.values import bundle as bundles
from catalog.values.changes import ABSENT, RESET, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import format_key
from catalog.values.resolve import resolve
from catalog.values.write import plan
from channels import profile
from channels.sheets.files import IMAGE_TYPES
from channels.sheets.load import sheet_of, units
from enrichment.workbench.grid.filters import AttributeFilter
from enrichment.workbench.page.fields import input_name
from tests.catalog.attribute_types.contract import _as_posted
from tests.catalog.importing.files import Importer
from tests.catalog.records import add_brands
from tests.channels.stage import make_channel
from tests.enrichment.conftest import Desk, values_of
from tests.world import SYSTEM, World

CODES = list(ATTRIBUTE_TYPES)
LOCALES = ("en_US", "de_DE")
CONTEXTS = ("", "professional", "b2b")  # master, an audience, and the channel below it


FILES = {"file": ("file", "x.pdf", "application/pdf"), "video": ("video", "x.mp4", "video/mp4")}


def make_assets(_world: World, code: str, digests: set[str]) -> dict[str, str]:
    """Files of the kind the type takes. The samples of all types name the same one, so each gets its own."""
    kind, name, mime = FILES.get(code, ("image", "x.png", "image/png"))
    own = {digest: sha256(f"{code} {digest}".encode()).hexdigest() for digest in digests}
    for digest in own.values():
        Asset.objects.create(
            sha256=digest, kind=kind, file=name, name=name, mime=mime, size=1, created_at=timezone.now()
        )
    return own


def make_products(world: World, code: str, ids: set[str]) -> dict[str, str]:
    made = {pk: world.create(f"OTHER-{code}-{pk}", family="mugs").product for pk in sorted(ids)}
    return {pk: str(product) for pk, product in made.items()}


def know_records(world: World, code: str, records: set[str]) -> dict[str, str]:
    """They are there before the attribute is (`add_brands`), since its sample names the entity's own."""
    spec = world.structure.attributes[f"p_{code}"]
    assert {record.code for record in spec.records.few() or ()} >= records
    return {}


# What a type's `references` names → how a test makes it: (world, type, targets) → what to write instead of a target.
PREPARE: dict[str, Callable[[World, str, set[str]], dict[str, str]]] = {
    "asset": make_assets,
    "product": make_products,
    "record": know_records,
}


def sku_of(stored: Any) -> str:
    return Product.objects.get(pk=stored[0]["product"]).sku


# Type or kind of filter → what its inputs say to find a stored value, where they say something else than its token.
CHOSEN: dict[str, Callable[[Any], Any]] = {
    "date": lambda stored: {"low": stored[:10], "high": stored[:10]},
    "number": lambda stored: {"low": stored, "high": stored},
    "measurement": lambda stored: {"low": stored["amount"], "high": stored["amount"], "unit": stored["unit"]},
    "price": lambda stored: {"currency": "EUR", "low": stored["EUR"], "high": stored["EUR"]},
    "product_reference": sku_of,
    "association": sku_of,
}


@dataclass
class Everything:
    """A family with two attributes of each type: "p_…" with one value, "v_…" by locale and context."""

    world: World
    samples: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return {f"p_{code}": self.samples[code] for code in CODES}

    def everywhere(self) -> dict[str, Any]:
        return {
            format_key(f"v_{code}", locale, context): self.samples[code]
            for code in CODES
            for locale in LOCALES
            for context in CONTEXTS
        }


@pytest.fixture
def everything(world: World) -> Everything:
    made = Everything(world)
    add_brands(world)
    with transaction.atomic():
        _structure(world)
        announce("structure", [])
    for code in CODES:
        kind, spec = ATTRIBUTE_TYPES[code], world.structure.attributes[f"p_{code}"]
        made.samples[code] = kind.sample(spec)
        for name, targets in kind.references(made.samples[code]).items():
            if name not in PREPARE:
                pytest.fail(f"The type {code} points at {name}: say in PREPARE how a test makes that.")
            made.samples[code] = replaced(made.samples[code], PREPARE[name](world, code, targets))
    return made


def replaced(stored: Any, instead: dict[str, str]) -> Any:
    if isinstance(stored, dict):
        return {name: replaced(part, instead) for name, part in stored.items()}
    if isinstance(stored, list):
        return [replaced(part, instead) for part in stored]
    return type(stored)(instead[str(stored)]) if str(stored) in instead else stored


def _structure(world: World) -> None:
    group = AttributeGroup.objects.get(code="technical")
    family = Family.objects.create(code="everything")
    size = world.attributes["size"]
    FamilyAttribute.objects.create(family=family, attribute=size)
    variant = FamilyVariant.objects.create(code="everything_by_size", family=family)
    VariantAttribute.objects.create(family_variant=variant, attribute=size, level=1, is_axis=True)
    for code in CODES:
        kind = ATTRIBUTE_TYPES[code]
        for prefix, varies in (("p", False), ("v", True)):
            attribute = Attribute(
                code=f"{prefix}_{code}", type=code, group=group, params=dict(kind.sample_params), localizable=varies,
                scopable=varies, searchable=not varies,
            )  # fmt: skip
            attribute.clean()
            attribute.save()
            FamilyAttribute.objects.create(family=family, attribute=attribute)
            if kind.has_options:
                for position, option in enumerate(("red", "navy", "white")):
                    Option.objects.create(
                        attribute=attribute, code=option, labels={"en_US": option.title()}, position=position
                    )


def posted(world: World, key: str, stored: Any) -> dict[str, list[str]]:
    """What a browser sends for a field that shows the value."""
    spec = world.structure.attributes[key.partition("|")[0]]
    kind = ATTRIBUTE_TYPES[spec.type]

    class ValueForm(forms.Form):
        value = kind.form_field(spec, structure=world.structure)

    sent: QueryDict = _as_posted(ValueForm(initial={"value": kind.form_value(stored, spec)}))
    return {input_name(key) + name.removeprefix("value"): sent.getlist(name) for name in sent}


def test_it_is_edited_in_the_form(everything: Everything, desk: Desk) -> None:
    world = everything.world
    product = world.create("ALL", family="everything").product or 0
    form = desk.form(product)
    for key, stored in everything.plain().items():
        form |= posted(world, key, stored)
    response = desk.save(product, form)
    assert response.status_code == 302, [
        (cell.key, cell.errors) for cell in response.context_data["sheet"].cells if cell.errors
    ]
    assert values_of(product) == everything.plain()
    # Opened and saved again without a change, nothing is written.
    assert desk.save(product, desk.form(product)).status_code == 302
    assert Product.objects.get(pk=product).rev == 2


def test_it_is_found(everything: Everything, desk: Desk) -> None:
    world = everything.world
    product = world.create("ALL", everything.plain(), family="everything").product
    world.create("NONE", family="everything")
    for code in CODES:
        kind, spec = ATTRIBUTE_TYPES[code], world.structure.attributes[f"p_{code}"]
        if kind.filter_kind == "text":
            word = kind.search_text(everything.samples[code], spec).split()[0]
            assert desk.skus(q=word, level="all") == ["ALL"], code
        elif kind.may_filter(spec):
            stored = everything.samples[code]
            if say := CHOSEN.get(code) or (CHOSEN.get(kind.filter_kind) if kind.numeric else None):
                chosen = say(stored)
            else:
                assert not kind.numeric, f"Say in CHOSEN how the filter of {code} is filled."
                word = next(iter(kind.tokens(stored, spec))).partition("=")[2]
                chosen = [word] if kind.filter_kind == "options" else word
            made = AttributeFilter(spec, world.structure)
            assert made.describe(chosen), code
            assert list(made.filter(Product.objects.all(), chosen).values_list("pk", flat=True)) == [
                product
            ], code


def test_it_is_compared(everything: Everything) -> None:
    world = everything.world
    product = world.create("ALL", everything.plain(), family="everything").product or 0
    stored = values_of(product)
    [same] = plan([ProductChange(product=product, values=dict(stored))], by=SYSTEM)
    assert same.status == "unchanged"
    [gone] = plan([ProductChange(product=product, values=dict.fromkeys(stored, RESET))], by=SYSTEM)
    assert gone.changed == {key: (value, ABSENT) for key, value in stored.items()}
    for key, value in stored.items():
        kind, spec = ATTRIBUTE_TYPES[key[2:]], world.structure.attributes[key]
        assert value_hash(value) == value_hash(everything.samples[key[2:]])
        assert kind.equal(value, everything.samples[key[2:]], spec)
        assert not kind.equal(value, None, spec)
        assert kind.display(value, spec, "en_US"), key
    [revision] = Revision.objects.filter(product_id=product)
    assert stored.keys() <= revision.changes.keys()


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
def test_it_is_exported_and_imported_again_without_loss(
    everything: Everything, tmp_path: Path, name: str, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    world, importer = everything.world, Importer(everything.world)
    values = {**everything.plain(), **everything.everywhere()}
    world.create("ALL", values, family="everything")
    before = ProductValues.objects.get(product__sku="ALL").values
    choice = Choice(format=name.partition(".")[2])
    export(Product.objects.all(), choice, tmp_path / name, rights=None)

    def planned() -> Any:
        with (tmp_path / name).open("rb") as content:
            run = runs.start(content, name, user=world.admin, guess=False)
        plan_run(run, by=importer.actor(run), progress=Progress())
        run.refresh_from_db()
        return run

    run = planned()
    assert set(run.rows.values_list("state", flat=True)) == {"unchanged"}
    assert run.counts["cells_changed"] == 0
    gone = Product.objects.filter(sku="ALL")
    gone.update(root=None)
    gone.delete()
    run = importer.apply(planned())
    assert (run.counts["created"], run.counts["rejected"]) == (1, 0), list(
        run.rows.values_list("errors", flat=True)
    )
    assert ProductValues.objects.get(product__sku="ALL").values == before


def test_it_is_resolved_through_levels_contexts_and_locales(everything: Everything) -> None:
    """Two levels × three contexts × two locales: a value at each place is found there, and inherited where it is not."""
    world = everything.world
    for index, (locale, context, level) in enumerate(
        (locale, context, level) for locale in LOCALES for context in CONTEXTS for level in (0, 1)
    ):
        own = {format_key(f"v_{code}", locale, context): everything.samples[code] for code in CODES}
        model = f"MODEL-{index}"
        world.create(model, own if level == 1 else {}, family_variant="everything_by_size")
        variant = world.create(
            f"{model}-M", {"size": "m", **(own if level == 0 else {})}, parent=model
        ).product
        structure = world.structure
        bundle = bundles.load([variant or 0], structure=structure)[variant or 0]
        for code in CODES:
            spec = structure.attributes[f"v_{code}"]
            for asked_locale in LOCALES:
                for asked in CONTEXTS:
                    found = resolve(bundle, spec, structure, locale=asked_locale, context=asked)
                    reaches = asked_locale == locale and context in structure.context_chain(asked)
                    place = (found.value, found.level, found.locale, found.context) if found.found else None
                    wanted = (everything.samples[code], level, locale, context) if reaches else None
                    assert place == wanted, (code, locale, context, level, asked_locale, asked)


def test_it_is_sent_in_a_sheet(everything: Everything) -> None:
    world = everything.world
    make_channel(world, fields=(), required=())
    values = {
        **everything.plain(),
        **{key: v for key, v in everything.everywhere().items() if key.endswith("|b2b")},
    }
    product = world.create("ALL", values, family="everything").product or 0
    structure = world.structure
    channel = profile.current(structure).by_code("b2b")
    assert channel is not None
    payload = sheet_of(units([product], channel, structure)[product], channel, structure, at=None).payload
    pictures = {image["sha256"] for image in payload["images"]}
    for code in CODES:
        kind, stored = ATTRIBUTE_TYPES[code], everything.samples[code]
        if code in IMAGE_TYPES:
            assert kind.references(stored)["asset"] <= pictures, code
            continue
        plain, varying = structure.attributes[f"p_{code}"], structure.attributes[f"v_{code}"]
        if files := kind.references(stored).get("asset"):  # sent with its address and what it is
            assert payload["fields"][plain.code]["sha256"] in files, code
            continue
        assert payload["fields"][plain.code] == kind.sheet_value(stored, plain, "en_US"), code
        for locale in LOCALES:
            assert payload["locales"][locale][varying.code] == kind.sheet_value(stored, varying, locale), code
