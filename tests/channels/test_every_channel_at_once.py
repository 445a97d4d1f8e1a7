"""A whole catalogue on a channel of every kind: all of it is live or told why not, and a change goes to where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from catalog import assets
from catalog.assets.replacing import replace
from catalog.decoding.decoder import Decoder
from catalog.models import Attribute, Family, Option, Product, User
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import ProductChange
from catalog.values.keys import attribute_of
from catalog.values.write import BATCH, write
from channels import profiles
from channels.delivery.reconcile import reconcile
from channels.models import Channel, Listing, Requirement
from channels.units import unit_of
from pim.demo.catalogue.records import ImageSpec
from pim.demo.pictures import picture
from tests.channels import icecat
from tests.channels.everywhere import KINDS, Everywhere, stand_ins
from tests.world import SYSTEM

pytestmark = pytest.mark.slow
State = Listing.State
OF_MODELS = ("shopify", "portal")  # kinds whose unit is a model with its variants
PAGE = {"source": {"template": "https://shop.example/p/{sku}"}}


@pytest.fixture
def everywhere(transactional_db: Any, tmp_path: Path, settings: Any) -> Iterator[Everywhere]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with stand_ins() as found:
        yield found


def load_demo(everywhere: Everywhere, settings: Any) -> None:
    """The demo with its own three channels, and two more as a manager connects them."""
    settings.PIM_DEMO = True
    call_command("load_demo", stdout=StringIO())
    for kind, code in (("webhook", "b2b_shop"), ("feed", "partner_feed"), ("portal", "pro_portal")):
        everywhere.adopt(kind, Channel.objects.get(code=code))
    everywhere.connect("shopify", tree="range", locales=["en_US", "de_DE"])
    everywhere.connect("google", tree="range", locales=["en_US"])
    everywhere.field(
        "google", "gtins"
    )  # the demo's numbers are for use within a shop: Google takes none of them
    everywhere.field("google", "link", **PAGE)


# --- what a change touches, found without looking at what delivery marks


def touched(
    everywhere: Everywhere, has: Callable[[bundles.Bundle], bool], kinds: Iterable[str] = KINDS
) -> dict[str, list[str]]:
    """SKUs of the live units, by kind of channel, of which a part that is sold has what `has` asks for."""
    sold = Product.objects.filter(trashed_at=None)
    loaded = bundles.load([one.pk for one in sold], structure=Structure.current())
    named = {
        one.pk for one in sold
        if has(loaded[one.pk]) and (one.kind not in (Product.Kind.VARIANT, Product.Kind.SIMPLE) or one.status == "approved")
    }  # fmt: skip
    found = {}
    for kind in kinds:
        channel = everywhere.channels[kind]
        unit = "model" if kind in OF_MODELS else "product"
        units = {
            unit_of(unit, product=one.pk, kind=one.kind, root=one.root_id) for one in sold if one.pk in named
        }
        live = Listing.objects.filter(channel=channel, state=State.LIVE, product__in=units - {None})
        if skus := sorted(live.values_list("product__sku", flat=True)):
            found[kind] = skus
    return found


def holds(attribute: str, value: Any) -> Callable[[bundles.Bundle], bool]:
    def has(bundle: bundles.Bundle) -> bool:
        return any(
            attribute_of(key) == attribute and (held == value or (isinstance(held, list) and value in held))
            for key, held in bundle.effective.items()
        )

    return has


def of_family(code: str) -> Callable[[bundles.Bundle], bool]:
    return lambda bundle: bundle.family is not None and bundle.family.code == code


# --- the demo


def test_the_demo_is_on_every_channel_and_each_change_goes_where_it_belongs(
    everywhere: Everywhere, settings: Any
) -> None:
    load_demo(everywhere, settings)
    everywhere.send()
    assert everywhere.without_a_reason() == []
    assert everywhere.counts() == {
        "webhook": {"live": 120, "blocked": 171, "incomplete": 9},
        "feed": {"live": 22, "blocked": 37, "absent": 241},
        "portal": {"live": 18, "blocked": 28, "absent": 37},
        "shopify": {"live": 35, "blocked": 48},
        "google": {"live": 132, "blocked": 159, "incomplete": 9},
    }
    everywhere.told()
    nothing_that_was_just_sent_differs(everywhere)
    a_second_push_sends_nothing(everywhere)
    an_edit_sends_one_item_to_each_channel_concerned(everywhere)
    a_renamed_option(everywhere)
    a_changed_mapping(everywhere)
    a_new_rule(everywhere)
    a_replaced_picture(everywhere)


def nothing_that_was_just_sent_differs(everywhere: Everywhere) -> None:
    """However Shopify and Google write it."""
    found = {
        kind: {one.key: one.fields for one in reconcile(channel_id=channel.pk)}
        for kind, channel in everywhere.channels.items()
    }
    assert found == {kind: {} for kind in KINDS}
    sent = Listing.objects.filter(channel__in=everywhere.channels.values()).exclude(sent_hash="")
    assert sent.filter(seen_at=None).count() == 0
    assert everywhere.told() == {}


def a_second_push_sends_nothing(everywhere: Everywhere) -> None:
    for channel in everywhere.channels.values():
        profiles.mark_all(channel_id=channel.pk)
    everywhere.send()
    assert everywhere.told() == {}


def an_edit_sends_one_item_to_each_channel_concerned(everywhere: Everywhere) -> None:
    """Of a variant that is live everywhere, alone or with its model."""
    live = {
        kind: set(Listing.objects.filter(channel=channel, state=State.LIVE).values_list("product__sku", flat=True))
        for kind, channel in everywhere.channels.items()
    }  # fmt: skip
    variant = next(
        one for one in Product.objects.filter(kind=Product.Kind.VARIANT, status="approved").order_by("sku").select_related("root")
        if one.root is not None
        and all((one.root.sku if kind in OF_MODELS else one.sku) in live[kind] for kind in KINDS)
    )  # fmt: skip
    outcome = write(
        [ProductChange(product=variant.pk, values={"weight": {"amount": "1234", "unit": "GRAM"}})], by=SYSTEM
    )
    assert outcome[0].ok
    everywhere.send()
    assert variant.root is not None
    assert everywhere.told() == {
        kind: [variant.root.sku if kind in OF_MODELS else variant.sku] for kind in KINDS
    }


def a_renamed_option(everywhere: Everywhere) -> None:
    expected = touched(everywhere, holds("color", "moss"))
    # Shopify is told of colours as axes only: what has no variants says nothing of them there.
    expected["shopify"] = [
        sku for sku in expected["shopify"] if Product.objects.get(sku=sku).kind == Product.Kind.MODEL
    ]
    with transaction.atomic():
        option = Option.objects.get(attribute__code="color", code="moss")
        option.labels = {locale: f"Deep {label}" for locale, label in option.labels.items()}
        option.save()
        announce("option", [option.pk])
    everywhere.send()
    assert everywhere.told() == expected
    assert expected.keys() == set(KINDS)


def a_changed_mapping(everywhere: Everywhere) -> None:
    expected = touched(everywhere, of_family("mugs"), ["webhook"])
    family = Family.objects.get(code="mugs")
    everywhere.field("webhook", "name", family=family, source={"template": "Mug {name}"}, localized=True)
    everywhere.send()
    assert everywhere.told() == expected
    assert expected


def a_new_rule(everywhere: Everywhere) -> None:
    """What does not keep it is held with what is missing and goes on once it keeps it; no sheet is another by it, so
    nothing is sent again."""
    channel = everywhere.channels["webhook"]
    family = Family.objects.get(code="tents")
    lacking = touched(
        everywhere, lambda bundle: of_family("tents")(bundle) and not holds_any(bundle, "film"), ["webhook"]
    )["webhook"]
    with transaction.atomic():
        Requirement.objects.create(
            channel=channel, attribute=Attribute.objects.get(code="film"), family=family
        )
        profiles.changed(channel)
    everywhere.send()
    assert everywhere.told() == {}
    held = Listing.objects.filter(channel=channel, state=State.INCOMPLETE, product__family=family)
    held = held.filter(errors__0__attribute="film").exclude(sent_hash="")  # those that were live
    assert sorted(held.values_list("product__sku", flat=True)) == lacking
    one = Product.objects.get(sku=lacking[0])
    outcome = write([ProductChange(product=one.pk, values={"film": "https://films.example/1"})], by=SYSTEM)[0]
    assert outcome.ok, outcome
    everywhere.send()
    assert everywhere.told() == {}
    assert Listing.objects.get(channel=channel, product=one).state == State.LIVE


def a_replaced_picture(everywhere: Everywhere) -> None:
    variant = Product.objects.get(sku=touched(everywhere, of_family("tents"))["webhook"][0])
    old = bundles.load([variant.pk], structure=Structure.current())[variant.pk].effective["picture"]
    expected = touched(everywhere, lambda bundle: old in flat(bundle))
    boss = User.objects.filter(is_superuser=True).first()
    assert boss is not None
    with Decoder() as decoder:
        new = assets.store(
            picture(ImageSpec("mugs", 2, "ochre", 3)), name="new.jpg", user=boss, decoder=decoder
        )
    replace(old, new.sha256, user=boss, ref="replace:1")
    everywhere.send()
    assert everywhere.told() == expected
    assert expected.keys() == set(KINDS)


def holds_any(bundle: bundles.Bundle, attribute: str) -> bool:
    return any(attribute_of(key) == attribute and held for key, held in bundle.effective.items())


def flat(bundle: bundles.Bundle) -> set[Any]:
    found: set[Any] = set()
    for held in bundle.effective.values():
        found |= {one for one in (held if isinstance(held, list) else [held]) if isinstance(one, str)}
    return found


# --- another PIM's catalogue


@pytest.mark.skipif(not icecat.FOLDER.is_dir(), reason="the folder of samples is not beside this repository")
def test_another_pims_whole_catalogue_is_live_or_told_why_not(everywhere: Everywhere) -> None:
    icecat.build_structure()
    icecat.write_all()
    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        changes = [
            ProductChange(product=pk, fields={"status": "approved"}) for pk in ids[start : start + BATCH]
        ]
        write(changes, by=SYSTEM)
    everywhere.connect("webhook", tree="master", locales=["en_US", "de_DE", "fr_FR"])
    everywhere.connect("shopify", tree="master", locales=["en_US", "de_DE"])
    everywhere.connect("google", tree="master", locales=["en_US"], settings={"prices": False})
    everywhere.field("google", "link", **PAGE)
    everywhere.field("google", "description", source={"template": "{name} of our range"})
    Requirement.objects.filter(channel=everywhere.channels["google"]).exclude(attribute__code="name").delete()
    everywhere.connect("feed", tree="master", locales=["en_US", "de_DE", "fr_FR"])
    everywhere.connect("portal", tree="master", locales=["en_US", "de_DE"])
    everywhere.send()
    assert everywhere.without_a_reason() == []
    counts = everywhere.counts()
    google = counts.pop("google")
    assert counts == {
        "webhook": {"live": 1238, "incomplete": 1},
        "shopify": {"live": 1046, "incomplete": 2, "blocked": 1},
        "feed": {"live": 1238, "incomplete": 1},
        "portal": {"live": 1047, "incomplete": 1, "blocked": 1},
    }
    assert sum(google.values()) == 1239
    assert google["live"] > 0
    everywhere.told()
    a_second_push_sends_nothing(everywhere)
