"""Sixty texts that would run as markup go through every door and are shown on every surface: none of them runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.http import QueryDict

from catalog.models import Asset, AttributeGroup, Campaign, Job, User
from channels.models import Channel, Launch, Listing
from enrichment import digest
from enrichment.models import Digest, Rule
from tests.channels.stage import FIELDS, make_channel, work_off_jobs
from tests.enrichment.conftest import Desk, values_of
from tests.markup import doors
from tests.markup.doors import PLAIN, RICH
from tests.markup.looking import Eye, look, seen
from tests.markup.payloads import MARK, PAYLOADS
from tests.world import World

CALL = re.compile(rf"{MARK}\((\d+)\)")
GRID = "/admin/catalog/product/"
ALL = len(PAYLOADS)
LEFT = 31  # of sixty rich texts: of the others the door's sanitiser left nothing to read
PAGE = 41  # so many at least on a page of a list of ours, which have 50 to 100 rows, whatever its order


def shown(eye: Eye) -> int:
    """How many of the payloads can be read there."""
    return len({number for text in eye.text for number in CALL.findall(text)})


@dataclass
class Filled:
    """`told`: what the doors themselves answered, by door."""

    desk: Desk
    products: dict[str, int]
    runs: list[int]
    told: dict[str, Any]
    channel: Channel
    portal: Channel
    asset: Asset
    drop: int


@pytest.fixture
def filled(world: World, channel: Channel, desk: Desk, settings: Any, tmp_path: Any) -> Filled:
    settings.MEDIA_ROOT = tmp_path / "media"
    mia = User.objects.create_superuser("mia", "mia@example.com", "x", first_name=doors.SHORT)
    Digest.objects.create(user=mia, hour=0)
    doors.structure(world)
    fields = [
        {"target": code, "source": {"attribute": code}, "localized": code in RICH} for code in [*PLAIN, *RICH]
    ]
    shop = {"settings": {"access": "public", "heading": doors.SHORT}, "credentials": {}, "required": ["name"]}
    portal = make_channel(world, code="shop", connector="portal", fields=[*FIELDS, *fields], **shop)
    ids = {sku: doors.product(world, sku) for sku in ("FORM", "CELL", "QUEUE", "IMPORT", "BULK")}
    told: dict[str, Any] = {"form": doors.form(desk, ids["FORM"]), "queue": doors.queue(desk, ids["QUEUE"])}
    told["cells"], told["cells further"] = doors.cells(desk, ids["CELL"])
    runs = doors.imports(desk, "IMPORT")
    told["bulk preview"] = doors.bulk(desk, ids["BULK"])
    doors.rules(desk)
    doors.comments(desk, ids["FORM"])
    doors.views(desk)
    assets = doors.files(world)
    drop = doors.pictures(desk.user, ids["FORM"])
    doors.launches(channel, ids["FORM"])
    doors.jobs(desk.user)
    doors.assignments(mia, ids.values())
    work_off_jobs()
    doors.answers_of_a_shop(ids["FORM"])
    world.edit(ids["CELL"], status="in_review")
    return Filled(desk, ids, runs, told, channel, portal, Asset.objects.get(sha256=assets[32]), drop)


POSTED = ("a column tried",)  # changes nothing, and is too long for an address


def surfaces(at: Filled) -> dict[str, tuple[str, int]]:
    """Name → (address, how many of the payloads are read there at least)."""
    pk, room = at.products["FORM"], f"{GRID}{at.products['FORM']}"
    cols = "~".join(["name|en_US", *PLAIN[:25]])
    all_fields = "&".join(f"fields={code}" for code in [*PLAIN, *RICH])
    run = [f"/admin/catalog/importrun/{number}" for number in at.runs]
    channels, structure = "/admin/channels", "/admin/catalog"
    board = f"{channels}/channel/{at.channel.pk}"
    listing = Listing.objects.get(product_id=pk, channel=at.channel).pk
    return {
        "first screen": ("/admin/", ALL),
        # --- the grid
        "grid": (f"{GRID}?level=all&q=FORM&cols={cols}", ALL),
        "grid, sixty names": (f"{GRID}?level=all&sort=sku", PAGE),
        "grid, more rows": (f"{GRID}rows/?level=all&cols={cols}", 25),
        "filters": (f"{GRID}filters/", ALL),
        "conditions": (f"{GRID}where/?where=-if~a.t07~contains~x", ALL),
        "columns": (f"{GRID}columns/", PAGE),
        "export": (f"{GRID}export/?family=texts", ALL),
        "palette": (f"{GRID}find/?q={MARK}", 10),
        "products to choose": (f"{GRID}suggest/?q=N-0", 5),
        "tray": (f"{GRID}jobs/", 5),
        # --- a product
        "product": (f"{room}/change/?locale=en_US&beside=de_DE", ALL),
        "product to translate": (f"{room}/change/?locale=de_DE&beside=en_US", ALL),
        "product's history": (f"{room}/change/?tab=history", ALL),
        "history of an import": (f"{GRID}{at.products['BULK']}/change/?tab=history", 6),
        "product's channels": (f"{room}/change/?tab=channels", ALL),
        "product, channels side by side": (f"{room}/change/?tab=compare", 20),
        "why this value": (f"{room}/why/?key=t07", ALL),
        "comments": (f"{room}/comments/", ALL),
        "people to name": (f"{room}/comments/people/?q=mia", 1),
        "sheet": (f"{room}/sheet/shop/", ALL),
        "portal": (f"{room}/portal/shop/", 30),
        "move": (f"{room}/move/parent/", 1),
        "duplicate": (f"{room}/duplicate/", 1),
        "merge": (f"{room}/merge/?other=CELL", 1),
        # --- queue, spreadsheet, review
        "queue": (f"{GRID}queue/?q=FORM&level=all&locale=de_DE&beside=en_US&{all_fields}", ALL),
        "queue, next": (f"{GRID}queue/item/?q=FORM&level=all&locale=de_DE&beside=en_US&{all_fields}&ids={pk}", ALL),
        "spreadsheet": (f"{GRID}spreadsheet/?q=FORM&level=all&cols={cols}", 25),
        "cells": (f"{GRID}spreadsheet/rows/?ids={pk}&cols={cols}", 25),
        "review": (f"{GRID}review/", ALL),
        "review, next": (f"{GRID}review/item/?ids={at.products['CELL']}", ALL),
        "proposals": (f"{GRID}proposals/", ALL),
        "sources": (f"{GRID}sources/", ALL),
        # --- imports
        "imports": (f"{structure}/importrun/", ALL),
        "columns of a file": (f"{run[2]}/columns/", ALL),
        "a column's options": (f"{run[2]}/columns/options/?position=1&to-1=features", 10),
        "a column tried": (f"{run[2]}/columns/try/?position=2&to-2=capacity", 1),
        "rejected rows": (f"{run[2]}/change/?show=rejected", PAGE),
        "report": (f"{run[0]}/change/", ALL),
        "undo of an import": (f"{run[1]}/undo/", 1),
        # --- rules, launches, pictures
        "rules": (f"{GRID}rules/", ALL),
        "rule": (f"{GRID}rules/{Rule.objects.earliest('pk').pk}/", ALL),
        "calendar": (f"{GRID}calendar/?view=list", ALL),
        "launch": (f"{GRID}launches/{Launch.objects.earliest('pk').pk}/", 1),
        "category tree": (f"{GRID}categories/", ALL),
        "library": (f"{structure}/asset/", PAGE),
        "picture": (f"{structure}/asset/{at.asset.pk}/change/", 1),
        "pictures to choose": (f"{structure}/asset/picker/?kind=image", 10),
        "dropped pictures": (f"{GRID}pictures/{at.drop}/", PAGE),
        "job": (f"{structure}/job/{Job.objects.filter(kind='test').latest('pk').pk}/change/", 1),
        "jobs": (f"{structure}/job/", PAGE),
        # --- the structure: lists, forms, what is asked for while typing, what Django asks before it deletes
        **{name: (f"{structure}/{name}/", PAGE) for name in ("attribute", "option", "category", "campaign", "term", "source", "role", "user", "importprofile")},
        "form of a group": (f"{structure}/attributegroup/{AttributeGroup.objects.get(code='texts').pk}/change/", 1),
        "campaign before it is deleted": (f"{structure}/campaign/{Campaign.objects.get(code='k07').pk}/delete/", 1),
        "options to choose": ("/admin/autocomplete/?app_label=catalog&model_name=familyattribute&field_name=attribute", 10),
        # --- what channels answered
        "listings": (f"{channels}/listing/", PAGE),
        "listing": (f"{channels}/listing/{listing}/change/", ALL),
        "board": (f"{board}/board/", 1),
        "drift": (f"{board}/drift/", ALL),
        "fields of a channel": (f"{channels}/channel/{at.portal.pk}/mapping/?product=FORM", ALL),
    }  # fmt: skip


@pytest.mark.slow
def test_nothing_runs_wherever_it_is_shown(filled: Filled, settings: Any) -> None:
    for door in ("FORM", "CELL", "QUEUE", "IMPORT"):
        kept = values_of(filled.products[door])
        assert sum(code in kept for code in PLAIN) == ALL, door
        rich = [text for code in RICH if (text := kept.get(f"{code}|en_US"))]
        assert (len(rich), look("".join(rich)).wrong) == (0 if door == "CELL" else LEFT, []), door
    wrong, unseen = [], []
    for name, (address, least) in surfaces(filled).items():
        path, _mark, query = address.partition("?")
        client = filled.desk.client
        response = client.post(path, QueryDict(query).dict()) if name in POSTED else client.get(address)
        if response.status_code != 200:
            unseen.append(f"{name}: {response.status_code}")
            continue
        eye = seen(response)
        wrong += [f"{name}: {fault}" for fault in eye.wrong]
        if shown(eye) < least:
            unseen.append(f"{name}: {shown(eye)} of {least}")
    for name, response in filled.told.items():
        wrong += [f"answer of the {name}: {fault}" for fault in seen(response).wrong]
    settings.PIM_MAIL = {"EMAIL_HOST": "mail.example"}
    assert digest.send_due() == 1
    letter = look(mail.outbox[0].alternatives[0][0])
    wrong += [f"mail: {fault}" for fault in letter.wrong]
    assert shown(letter) >= 10
    assert wrong == []
    assert unseen == []


def test_what_an_address_or_a_form_says_is_given_back_as_text(
    world: World, channel: Channel, desk: Desk
) -> None:
    """Reflected: filters, columns, orders and fields that make no sense."""
    pk = world.create("MUG-1", {"name|en_US": "Mug"}, family="mugs").product
    everything = " ".join(PAYLOADS)
    wrong = []
    for text in (*PAYLOADS[::20], everything):
        asked = dict.fromkeys(
            ("q", "sort", "cols", "where", "view", "import", "family", "missing", "locale", "tab"), text
        )
        for address in (
            GRID,
            f"{GRID}queue/",
            f"{GRID}{pk}/change/",
            "/admin/catalog/attribute/",
            "/admin/catalog/asset/",
        ):
            wrong += seen(desk.client.get(address, asked, follow=True)).wrong
        form = {**desk.form(pk), "v:ean:": [text], "v:capacity:": [text], "v:released:": [text]}
        wrong += seen(desk.save(pk, form)).wrong
        view = desk.post("enrichment_view_add", query=text, **{"view-name": text * 9})
        wrong += seen(view).wrong
    assert wrong == []


def test_a_channels_answer_is_linked_to_only_where_it_is_a_web_address() -> None:
    told = {text: Listing(external_url=text).page_there for text in PAYLOADS}
    assert set(told.values()) == {""}
    assert Listing(external_url="https://shop.example/p/1?a=b").page_there == "https://shop.example/p/1?a=b"
    assert Listing(external_url="http://[::1").page_there == ""
