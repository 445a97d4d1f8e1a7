"""The payloads through every door by which text comes in; each function stores all sixty of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from catalog.models import (
    Asset,
    Attribute,
    AttributeGroup,
    Campaign,
    Category,
    Context,
    Family,
    FamilyAttribute,
    ImportProfile,
    Job,
    Option,
    Product,
    Role,
    Source,
    Term,
    User,
)
from catalog.models.importing import ImportRun
from catalog.structure.announce import announce
from catalog.structure.categories import place
from channels.models import Channel, Launch, LaunchEntry, Listing
from enrichment.comments import mentions
from enrichment.models import Assignment, Comment, PictureFile, PictureMatch, Rule, Thread
from tests.catalog.decoding.harmless import picture
from tests.channels.stage import work_off_jobs
from tests.enrichment.conftest import Desk
from tests.enrichment.forms import controls, seen
from tests.markup.payloads import PAYLOADS
from tests.world import World

NUMBERS = range(len(PAYLOADS))
PLAIN = [f"t{number:02}" for number in NUMBERS]
RICH = [f"r{number:02}" for number in NUMBERS]
SHORT = PAYLOADS[6]  # an <img onerror>, for what there is only one of
GRID = "/admin/catalog/product/"


def structure(world: World) -> None:
    """A family of sixty plain and sixty rich texts; every label is a payload."""
    with transaction.atomic():
        group = AttributeGroup.objects.create(code="texts", labels={"en_US": SHORT})
        family = Family.objects.create(code="texts", labels={"en_US": SHORT})
        named = world.attributes["name"]
        for number, (plain, rich) in enumerate(zip(PLAIN, RICH, strict=True)):
            labels = {"en_US": PAYLOADS[number], "de_DE": PAYLOADS[number]}
            for code, kind in ((plain, "text"), (rich, "richtext")):
                attribute = Attribute.objects.create(
                    code=code, type=kind, group=group, labels=labels, localizable=kind == "richtext"
                )
                FamilyAttribute.objects.create(family=family, attribute=attribute, position=number)
            Option.objects.create(
                attribute=world.attributes["features"], code=f"o{number:02}", labels=labels, position=number
            )
            category = Category.objects.create(
                code=f"c{number:02}", labels=labels, parent=world.categories["cups"]
            )
            place(category, world.categories["cups"])
            Term.objects.create(
                code=f"w{number:02}", preferred={"en_US": PAYLOADS[number], "de_DE": PAYLOADS[number]},
                forbidden={"en_US": f"avoid{number}"}, note=PAYLOADS[number],
            )  # fmt: skip
            ImportProfile.objects.create(
                code=f"p{number:02}", labels=labels, source=Source.objects.get(code="supplier")
            )
            Source.objects.create(code=f"s{number:02}", labels=labels)
            Role.objects.create(code=f"role{number:02}", labels=labels, verbs=["product.view"])
            User.objects.create_user(
                f"u{number:02}", is_staff=True, first_name=PAYLOADS[number][:150], last_name="x"
            )
            begins = timezone.now() + timedelta(days=number)
            Campaign.objects.create(
                code=f"k{number:02}", labels=labels, starts_at=begins, ends_at=begins + timedelta(days=9)
            )
        for member in ("name", "description", "features", "picture", "capacity"):
            FamilyAttribute.objects.create(family=family, attribute=world.attributes[member], position=99)
        family.label_attribute = named
        family.image_attribute = world.attributes["picture"]
        family.save()
        Context.objects.filter(code="shop").update(labels={"en_US": SHORT})
        Channel.objects.update(labels={"en_US": SHORT})
        announce("structure", [])


def product(world: World, sku: str) -> int:
    values = {"name|en_US": SHORT, "features": ["stackable"]}
    return world.create(sku, values, family="texts", categories=["cups"]).product or 0


def form(desk: Desk, pk: int) -> Any:
    posted = desk.form(pk, locale="en_US")
    for number in NUMBERS:
        posted[f"v:{PLAIN[number]}:"] = [PAYLOADS[number]]
        posted[f"v:{RICH[number]}|en_US:"] = [PAYLOADS[number]]
    answer = desk.save(pk, posted, locale="en_US")
    assert answer.status_code == 302
    return answer


def cells(desk: Desk, pk: int) -> Any:
    """As a paste sends them: thirty columns at a time."""
    answers = []
    for names in (PLAIN[:30], PLAIN[30:]):
        sent = [
            {"id": pk, "col": name, "text": PAYLOADS[int(name[1:])], "base": "", "reset": False}
            for name in names
        ]
        sent.append({"id": pk, "col": "capacity", "text": PAYLOADS[int(names[0][1:])], "base": "", "reset": False})  # fmt: skip
        address = f"{reverse('admin:enrichment_spreadsheet_save')}?cols={'~'.join([*names, 'capacity'])}"
        answer = desk.client.post(address, {"cells": sent}, content_type="application/json")
        assert [cell["state"] for cell in answer.json()["cells"]] == ["saved"] * 30 + ["error"]
        answers.append(answer)
    return answers


def queue(desk: Desk, pk: int) -> Any:
    query = {
        "q": Product.objects.get(pk=pk).sku,
        "level": "all",
        "fields": [*PLAIN, *RICH],
        "locale": "en_US",
    }
    found = desk.client.get(f"{GRID}queue/item/", {**query, "ids": pk}).json()
    posted = controls(f'<form id="product-form">{found["html"]}</form>')
    for number in NUMBERS:
        posted[f"v:{PLAIN[number]}:"] = [PAYLOADS[number]]
        posted[f"v:{RICH[number]}|en_US:"] = [PAYLOADS[number]]
    answer = desk.client.post(f"{GRID}queue/save/", posted, query_params=query)
    assert answer.json()["written"]
    return answer


def file(rows: Iterable[Iterable[str]], name: str) -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode())


def imports(desk: Desk, sku: str) -> list[int]:
    """Three runs: the values, sixty products by name, and a file whose headers and bad cells are payloads."""
    files = (
        ([["sku", "family", *PLAIN, *(f"{code}-en_US" for code in RICH)], [sku, "texts", *PAYLOADS, *PAYLOADS]], SHORT),
        ([["sku", "family", "name-en_US", "categories"], *([f"N-{number:02}", "texts", PAYLOADS[number], f"c{number:02}"] for number in NUMBERS)], PAYLOADS[45]),
        ([["sku", "capacity", *PAYLOADS], *([f"N-{number:02}", PAYLOADS[number], *PAYLOADS] for number in NUMBERS)], PAYLOADS[32]),
    )  # fmt: skip
    runs = []
    for rows, name in files:
        upload = file(rows, f"{name}.csv".replace("/", "\u2215"))
        desk.client.post(reverse("admin:catalog_importrun_upload"), {"file": upload})
        run = ImportRun.objects.latest("pk")
        posted = controls(
            desk.client.get(reverse("admin:catalog_importrun_columns", args=[run.pk])).content.decode(),
            "columns",
        )
        desk.client.post(
            reverse("admin:catalog_importrun_columns", args=[run.pk]), {**posted, "create": "on", "update": "on", "do": "plan"}
        )  # fmt: skip
        work_off_jobs()
        if name != PAYLOADS[32]:
            desk.client.post(reverse("admin:catalog_importrun_apply", args=[run.pk]), {"policy": "skip-bad"})
            work_off_jobs()
        runs.append(run.pk)
    return runs


def bulk(desk: Desk, pk: int) -> Any:
    """A change of many at once writes one attribute at a time: each tenth of them."""
    for number in NUMBERS[::10]:
        asked = {"attribute": PLAIN[number], "of": PLAIN[number], "edit-operation": "set", "edit-contexts": "-", "edit-value": PAYLOADS[number]}  # fmt: skip
        page = desk.post("catalog_product_edit", id=[pk], **asked)
        assert page.status_code == 200, page.context_data["form"].errors
        desk.post("catalog_product_edit_run", id=[pk], **seen(page.context_data), **asked)
    return page


def rules(desk: Desk) -> None:
    """Each tenth by the form; the others as the form stores them."""
    address = reverse("admin:enrichment_rule_add")
    begun = controls(desk.client.get(address, {"where": "-if~family~in~texts"}).content.decode(), "rule-form")
    begun |= {"a0-do": ["set"], "a0-attribute": ["t00"], "name": ["x"], "do": ["look"]}
    begun = controls(desk.client.post(address, begun).content.decode(), "rule-form")
    for number in NUMBERS[::10]:
        posted = {**begun, "name": PAYLOADS[number], "code": f"rule{number:02}", "a0-value": PAYLOADS[number], "do": "save"}  # fmt: skip
        assert desk.client.post(address, posted).status_code == 302
    saved = Rule.objects.get(code="rule00")
    for number in set(NUMBERS) - set(NUMBERS[::10]):
        actions = [{**each, "value": PAYLOADS[number]} for each in saved.actions]
        Rule.objects.create(code=f"rule{number:02}", labels={"en_US": PAYLOADS[number]}, when=saved.when, owner=saved.owner, actions=actions, position=number)  # fmt: skip


def comments(desk: Desk, pk: int) -> None:
    """One by its form, from which the panel comes back; the others as it stores them, in one thread."""
    data = {"do": "say", "text": f"@mia {PAYLOADS[0]}", "place": "name|en_US"}
    answer = desk.client.post(f"{GRID}{pk}/comments/act/?fragment=1", data)
    assert answer.status_code == 200
    thread = Thread.objects.get()
    for text in PAYLOADS[1:]:
        comment = Comment.objects.create(
            thread=thread, author=desk.user, text=f"@mia {text}", at=timezone.now()
        )
        mentions.tell(comment, by=desk.user)


def views(desk: Desk) -> None:
    for text in PAYLOADS:
        answer = desk.post("enrichment_view_add", query="family=texts", **{"view-name": text})
        assert answer.status_code == 302


def files(world: World) -> list[str]:
    """One picture by upload would be decoded sixty times: the rows say what an upload and the file's page would."""
    from catalog import assets

    first = assets.store(picture("PNG", (9, 9)), name=f"{SHORT}.png", user=world.admin)
    made = []
    for number, text in enumerate(PAYLOADS):
        asset = Asset.objects.get(pk=first.pk)
        asset.pk, asset.sha256 = None, f"{number:064x}"
        asset.name, asset.credit, asset.copyright, asset.licence = f"{text}.png", text, text, text
        asset.titles = asset.alts = {"en_US": text, "de_DE": text}
        asset.save()
        made.append(asset.sha256)
    return made


def launches(channel: Channel, pk: int) -> None:
    for number, text in enumerate(PAYLOADS):
        launch = Launch.objects.create(name=text, at=timezone.now() + timedelta(days=1, minutes=number))
        LaunchEntry.objects.create(launch=launch, channel=channel, product_id=pk)


def jobs(user: User) -> None:
    now = timezone.now()
    for text in PAYLOADS:
        Job.objects.create(
            kind="test", title=text, message=text, log=[text, {"text": text}], created_at=now, run_at=now, created_by=user,
            done=1, total=9,
        )  # fmt: skip


def answers_of_a_shop(pk: int) -> None:
    """What a channel that is not ours says of a product."""
    errors = [{"field": text, "locale": "en_US", "attribute": PLAIN[number], "code": text, "message": text} for number, text in enumerate(PAYLOADS)]  # fmt: skip
    drift = [{"field": text, "sent": text, "seen": text, "kind": "changed"} for text in PAYLOADS]
    Listing.objects.filter(product_id=pk).update(
        errors=errors, drift=drift, drifted_at=timezone.now(), external_id=SHORT, external_url="javascript:xhit(45)",
        reason=SHORT, sent_sheet={"locales": {"en_US": dict(zip(PLAIN, PAYLOADS, strict=True))}},
    )  # fmt: skip


def pictures(user: User, pk: int) -> int:
    """A drop of files by their names; the half of them refused with a sentence."""
    drop = PictureMatch.objects.create(created_by=user, rule={"key": "picture"}, created_at=timezone.now())
    for number, text in enumerate(PAYLOADS):
        PictureFile.objects.create(match=drop, name=f"{text}.png", told=text if number % 2 else "", state="refused" if number % 2 else "unmatched")  # fmt: skip
    return drop.pk


def assignments(user: User, products: Iterable[int]) -> None:
    for pk, text in zip(products, PAYLOADS, strict=False):
        Assignment.objects.create(product_id=pk, to=user, by=user, note=text, at=timezone.now())
