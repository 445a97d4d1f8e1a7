"""Who does not see every product reads no name of another on a channel's pages, nor on those of a product they see."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.access.verbs import PRODUCT_VERBS
from catalog.models import Grant, Job, Product, Role, User
from catalog.structure.snapshot import Structure
from channels import dry_runs, profile
from channels.connectors.webhook import Webhook
from channels.models import FieldMapping, Listing
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
    errors = [{"field": "weight", "message": "Too heavy.", "sku": SECRET}]
    Listing.objects.filter(product_id=model).update(errors=errors, kept=[whole], kept_at=timezone.now())
    addresses = pages(stage, variant)
    del addresses["drift"]  # of listings of what she sees
    assert naming(client, stage.world.admin, addresses) >= {"channels", "sheet", "dry run"}
    assert naming(client, anna, addresses) == set()
    assert "SHIRT-S" in client.get(addresses["sheet"]).text
    text = client.get(addresses["channels"]).text
    assert "Too heavy." in text
    assert "locales.en_US.title" in text


def test_a_sheet_that_names_only_what_one_sees_goes_out_in_sight(
    stage: Stage, client: Client, anna: User
) -> None:
    made = stage.product("CUP-1", categories=["cups"])
    client.force_login(anna)
    page = client.get(pages(stage, made)["dry run"]).text
    assert "What goes out" in page
    stage.send()
    assert Product.objects.get(pk=made).sku in client.get(pages(stage, made)["sheet"]).text
