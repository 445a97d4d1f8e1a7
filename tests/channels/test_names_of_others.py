"""Who does not see every product reads no name of another on a channel's pages, nor on those of a product they see."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.access.verbs import PRODUCT_VERBS
from catalog.models import Grant, Job, Product, ProductCategory, Role, User
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from channels import dry_run as running
from channels import dry_runs, profile
from channels.connectors.webhook import Webhook
from channels.models import Attempt, FieldMapping, Listing
from tests.catalog.links import add_associations
from tests.channels.stage import Stage

SECRET = "SECRET-1"


@pytest.fixture
def anna(stage: Stage) -> User:
    """She sees the cups, and is at home on every page."""
    role = Role.objects.create(code="cups", verbs=[*PRODUCT_VERBS, "channel.view", "channel.sync"])
    grant = Grant.objects.create(role=role, unlocalized=True, master=True)
    grant.categories.add(stage.world.categories["cups"])
    user = User.objects.create_user("anna", password="x", is_staff=True)
    user.roles.add(role)
    return user


@pytest.fixture
def cup(stage: Stage) -> int:
    """It went with a product elsewhere when it was sent, and goes with none now: no value names it any more."""
    add_associations(stage.world)
    FieldMapping.objects.create(
        channel=stage.channel, position=10, target="parts", source={"attribute": "PARTS"}
    )
    stage.changed()
    stage.product(SECRET, categories=["other"])
    made = stage.product("CUP-1", {"PARTS": SECRET}, categories=["cups"])
    stage.send()
    stage.edit(made, PARTS=None)
    assert SECRET in str(stage.listing(made).sent_sheet)
    return made


@pytest.fixture
def shirts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """A model that is sent with its variants, and the one of them that is among the cups."""
    monkeypatch.setattr(Webhook, "unit", "model")
    stage.changed()
    texts = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
    model = stage.world.create(
        "SHIRT", texts, family="shirts", family_variant="shirts_size", status="approved"
    ).product
    for sku, place in ((SECRET, "other"), ("SHIRT-S", "cups")):
        size = "s" if place == "cups" else "m"
        made = stage.world.create(
            sku, {"size": size}, parent="SHIRT", status="approved", categories=[place]
        ).product
    stage.work_off_jobs()
    assert model is not None
    assert made is not None
    return model, made


def differs(stage: Stage, product: int, *fields: str) -> None:
    drift = [
        {"field": field, "sent": [SECRET], "seen": f"{SECRET} too", "kind": "edited"} for field in fields
    ]
    Listing.objects.filter(product_id=product).update(drift=drift, drifted_at=timezone.now())


def pages(stage: Stage, product: int) -> dict[str, str]:
    channel, listing = stage.channel.pk, Listing.objects.filter(product_id=product).first()
    edit = reverse("admin:catalog_product_change", args=[product])
    found = {
        "fields": edit, "channels": f"{edit}?tab=channels", "compare": f"{edit}?tab=compare&locale=en_US",
        "sheet": reverse("admin:catalog_product_sheet", args=[product, stage.channel.code]),
        "drift": reverse("admin:channels_channel_drift", args=[channel]),
        "dry run": reverse("admin:channels_channel_dry_run_product", args=[channel, product]),
    }  # fmt: skip
    if listing:
        found["listing"] = reverse("admin:channels_listing_change", args=[listing.pk])
    return found


def naming(client: Client, user: User | None, addresses: dict[str, str]) -> set[str]:
    """The pages on which the other product is named."""
    assert user is not None
    client.force_login(user)
    found = set()
    for name, address in addresses.items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        found |= {name} if SECRET in answer.text else set()
    return found


def dry_run(stage: Stage, user: User | None) -> tuple[dict[str, Any], str]:
    """The result, and the file."""
    assert user is not None
    spec = profile.current(Structure.current()).by_id[stage.channel.pk]
    job = dry_runs.start(channel=spec, by=user)
    stage.work_off_jobs()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    with default_storage.open(job.result["file"]) as held:
        return job.result, held.read().decode("utf-8-sig")


def test_what_was_sent_names_none_that_went_with_it(
    stage: Stage, client: Client, anna: User, cup: int
) -> None:
    differs(stage, cup, "fields.parts")
    told = {"channels", "compare", "drift", "dry run", "listing"}
    assert naming(client, stage.world.admin, pages(stage, cup)) >= told - {"compare"}
    assert naming(client, anna, pages(stage, cup)) == set()
    drift = client.get(pages(stage, cup)["drift"]).text
    assert "parts" in drift  # which field it is, she may know
    assert "Push again" in drift
    assert "since the last push" not in client.get(pages(stage, cup)["channels"]).text


def test_a_dry_run_tells_which_fields_change_and_none_of_their_values(
    stage: Stage, anna: User, cup: int
) -> None:
    (change,) = dry_run(stage, stage.world.admin)[0]["first"]["change"]
    assert change["changes"] == [["fields.parts", f'["{SECRET}"]', ""]]
    result, file = dry_run(stage, anna)
    (change,) = result["first"]["change"]
    assert (change["sku"], change["fields"], change["changes"]) == ("CUP-1", 1, [["fields.parts", "…", "…"]])
    assert SECRET not in file


def test_a_models_sheet_is_read_without_the_variants_that_are_elsewhere(
    stage: Stage, client: Client, anna: User, shirts: tuple[int, int]
) -> None:
    model, variant = shirts
    stage.send()
    stage.edit(model, name__en_US="Other")
    whole = f"variants.{SECRET}"
    differs(stage, model, "locales.en_US.title", f"{whole}.fields.weight", whole)
    errors = [
        {"field": "weight", "message": "Heavier than its model.", "sku": SECRET},
        {"field": "title", "message": "Too long.", "sku": "SHIRT-S"},
    ]
    Listing.objects.filter(product_id=model).update(errors=errors, kept=[whole], kept_at=timezone.now())
    addresses = pages(stage, variant)
    del addresses["drift"]  # of listings of what she sees
    assert naming(client, stage.world.admin, addresses) >= {"channels", "sheet", "dry run"}
    assert naming(client, anna, addresses) == set()
    assert "SHIRT-S" in client.get(addresses["sheet"]).text
    text = client.get(addresses["channels"]).text
    assert "Too long." in text
    assert (
        "a product you may not see" in text
    )  # that it is stopped by another she may know, and not what is said of that
    assert "Heavier" not in text
    assert "locales.en_US.title" in text


def moved(stage: Stage, shirts: tuple[int, int]) -> None:
    """The model is among the cups now; it was sent with a variant that is another model's since, elsewhere."""
    coat = stage.world.create(
        "COAT", family="shirts", family_variant="shirts_size", categories=["other"]
    ).product
    ProductCategory.objects.create(product_id=shirts[0], category=stage.world.categories["cups"])
    Product.objects.filter(sku=SECRET).update(parent=coat, root=coat)
    stage.edit(shirts[0], name__en_US="Other")


def test_a_dry_run_of_a_model_tells_nothing_of_the_variants_that_are_elsewhere(
    stage: Stage, anna: User, shirts: tuple[int, int]
) -> None:
    stage.send()
    moved(stage, shirts)
    (change,) = dry_run(stage, stage.world.admin)[0]["first"]["change"]
    told = [path for path, *_values in change["changes"]]
    assert any(SECRET in path for path in told)
    result, file = dry_run(stage, anna)
    (hers,) = result["first"]["change"]
    left = [[path, "…", "…"] for path in told if SECRET not in path]
    assert (hers["fields"], hers["changes"]) == (len(left), left)
    assert SECRET not in f"{result}{file}"


def test_what_was_said_of_a_variant_that_is_elsewhere_is_told_nowhere(
    stage: Stage, client: Client, anna: User, shirts: tuple[int, int]
) -> None:
    model, variant = shirts
    stage.send()
    said = f"{SECRET}: this SKU is taken."
    errors = [{"field": "sku_there", "message": said, "sku": SECRET}, {"field": "", "message": said}]
    refused = {"state": Listing.State.REFUSED, "reason": said, "errors": errors, "error_class": "data"}
    Listing.objects.filter(product_id=model).update(**refused)
    attempt = Attempt.objects.create(
        listing=stage.listing(model), at=timezone.now(), operation="upsert", revision=1, outcome="data", message=said,
        answer={"body": said},
    )  # fmt: skip
    of_variant = pages(stage, variant)
    del of_variant["drift"]
    assert naming(client, stage.world.admin, of_variant) >= {"channels", "dry run"}
    assert naming(client, anna, of_variant) == set()
    moved(stage, shirts)
    Listing.objects.filter(product_id=model).update(**refused, sent_rev=F("desired_rev"))
    assert dry_run(stage, stage.world.admin)[0]["first"]["refused"][0]["why"] == said
    result, file = dry_run(stage, anna)
    assert [entry["sku"] for entry in result["first"]["refused"]] == ["SHIRT"]
    assert SECRET not in f"{result}{file}"
    listed = {
        "listings": reverse("admin:channels_listing_changelist"),
        "listing": reverse("admin:channels_listing_change", args=[attempt.listing_id]),
        "attempts": reverse("admin:channels_attempt_changelist"),
        "attempt": reverse("admin:channels_attempt_change", args=[attempt.pk]),
    }
    assert naming(client, stage.world.admin, listed) == set(listed)
    assert naming(client, anna, listed) == set()


def test_a_dry_run_remembers_the_names_of_one_page(
    stage: Stage, anna: User, shirts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for sku in ("BLOUSE", "COAT"):
        stage.world.create(
            sku, family="shirts", family_variant="shirts_size", status="approved", categories=["cups"]
        )
        stage.world.create(f"{sku}-S", {"size": "s"}, parent=sku, status="approved")
    stage.work_off_jobs()
    monkeypatch.setattr(running, "PAGE", 1)
    known: list[set[str]] = []

    def entry(one: running.Planned, told: object) -> dict[str, Any]:
        known.append({name.sku for name in NAMES._brought.by_id.values() if name})
        return {"sku": one.sku, "why": ""}

    monkeypatch.setattr(dry_runs, "_entry", entry)
    dry_run(stage, anna)
    assert sorted(map(len, known)) == [1, 1]


def test_a_sheet_that_names_only_what_one_sees_goes_out_in_sight(
    stage: Stage, client: Client, anna: User
) -> None:
    made = stage.product("CUP-1", categories=["cups"])
    client.force_login(anna)
    page = client.get(pages(stage, made)["dry run"]).text
    assert "What goes out" in page
    stage.send()
    assert Product.objects.get(pk=made).sku in client.get(pages(stage, made)["sheet"]).text
