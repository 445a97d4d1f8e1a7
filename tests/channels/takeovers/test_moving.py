"""A whole catalogue moves here from Akeneo's exports: what is told before, what is here afterwards, and after a kill."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.importing import apply
from catalog.jobs import run_due
from catalog.models import (
    Asset,
    Attribute,
    Category,
    Context,
    Currency,
    Family,
    Job,
    Locale,
    Option,
    Product,
    Revision,
    Role,
    Takeover,
    User,
)
from catalog.structure.snapshot import Structure
from catalog.takeovers import carrying
from channels.models import Channel, Listing, Requirement
from tests.catalog.importing.workbooks import workbook
from tests.channels.stage import work_off_jobs
from tests.channels.takeovers import garden
from tests.channels.takeovers.mover import Mover, lines, tallies


@pytest.fixture
def mover(db: Any, client: Client, tmp_path: Any, settings: Any) -> Mover:
    settings.MEDIA_ROOT = tmp_path
    client.force_login(User.objects.create_superuser("boss"))
    return Mover(client)


def test_the_plan_tells_what_will_come_and_writes_nothing(mover: Mover) -> None:
    takeover = mover.upload(garden.packed(garden.files()))
    assert (takeover.state, takeover.error) == ("planned", "")
    assert (Attribute.objects.count(), Product.objects.count(), Locale.objects.count()) == (0, 0, 0)
    found = {entry["name"]: entry["kind"] for entry in takeover.files}
    assert found == {
        "a.csv": "attributes", "b.csv": "attribute_groups", "c.csv": "options", "d.csv": "families", "e.csv": "family_variants",
        "f.csv": "categories", "g.csv": "channels", "h.csv": "locales", "i.csv": "currencies", "j.csv": "association_types",
        "k.csv": "group_types", "l.csv": "groups", "m.json": "measurements", "n.csv": "models", "o.csv": "products",
    }  # fmt: skip
    line = lines(takeover.plan["lines"])
    assert (line["attributes"]["new"], line["attributes"]["same"]) == (14, 1)
    assert line["attributes"]["left_out"] == [
        ["cells", "There is no attribute type for pim_catalog_table here."]
    ]
    assert line["options"]["left_out"] == [["nowhere / x", "There is no attribute 'nowhere'."]]
    assert (line["options"]["new"], line["categories"]["new"], line["channels"]["new"]) == (6, 3, 1)
    assert takeover.plan["renamed"] == [
        ["attributes", "status", "status_akeneo"], ["options", "size: _s", "s_akeneo"]
    ]  # fmt: skip
    models, products = takeover.plan["products"]
    assert {name: tally["count"] for name, tally in products["tallies"].items()} == {
        "cased": 2, "absent": 1, "gtin": 1,
    }  # fmt: skip
    assert products["tallies"]["cased"]["seen"] == ["SPADE-S: SPADE → Spade", "SPADE-L: spade → Spade"]
    assert (models["new"], products["new"], models["tallies"]) == (1, 3, {})
    page = mover.page(takeover)
    for told in (
        "There is no attribute type for pim_catalog_table here.", "1 EAN fails its check digit", "gone.png", "status_akeneo",
        "brand names records that no export describes", "odd: its pattern", "lost stood below gone", "readme.md", "Move it all here",
    ):  # fmt: skip
        assert told in page


def test_all_of_it_is_here_afterwards(mover: Mover) -> None:
    takeover = mover.press(mover.upload(garden.packed(garden.files())))
    assert (takeover.state, takeover.error) == ("done", "")
    assert tallies(takeover) == [(1, 1, 0, 0, 0), (3, 3, 0, 0, 0), (1, 0, 1, 0, 0)]
    types = dict(Attribute.objects.values_list("code", "type"))
    assert types == {
        "name": "text", "story": "richtext", "status_akeneo": "select", "uses": "multiselect", "size": "select", "price": "price",
        "weight": "measurement", "torque": "measurement", "ean": "identifier", "upc": "text", "photo": "image", "serial": "text",
        "odd": "text", "brand": "text", "PACK": "association", "spare": "association",
    }  # fmt: skip
    params = dict(Attribute.objects.values_list("code", "params"))
    assert params["serial"]["pattern"] == "[A-Z]{2}[0-9]+"
    assert "pattern" not in params["odd"]
    assert params["ean"]["kind"] == "gtin"
    assert (params["weight"]["family"], params["torque"]["family"]) == ("weight", "Torque")
    values = {product.sku: product.own.values for product in Product.objects.all()}
    skus = {product.pk: product.sku for product in Product.objects.all()}
    assert values["SPADE-S"] == {
        "status_akeneo": "New", "uses": ["dig"], "size": "s_akeneo", "weight": {"amount": "2", "unit": "POUND"}, "ean": "1234567890183",
        "brand": "acme",
    }  # fmt: skip
    assert values["RAKE"]["torque"] == {"amount": "2", "unit": "KILO_NEWTON_METER"}
    assert (values["RAKE"]["name|de_DE"], values["RAKE"]["price"]) == ("Rechen", {"EUR": "9.9", "USD": "12"})
    assert "photo" not in values["RAKE"]
    assert [skus[entry["product"]] for entry in values["RAKE"]["spare"]] == ["SPADE-S"]
    assert [skus[entry["product"]] for entry in values["Spade"]["PACK"]] == ["RAKE"]
    assert values["Spade"]["story|en_US|Shop"] == "<p>Digs <strong>well</strong></p>"
    assert values["Spade"]["photo"] == Asset.objects.get().sha256
    assert Product.objects.get(sku="SPADE-L").parent.sku == "Spade"  # type: ignore[union-attr]
    assert dict(Category.objects.values_list("code", "parent__code")) == {
        "garden": None, "spades": "garden", "lost": None,
    }  # fmt: skip
    channel = Channel.objects.get()
    assert (channel.code, channel.context.code, channel.category_tree.code) == ("Shop", "Shop", "garden")  # type: ignore[union-attr]
    assert channel.paused_at is not None
    assert "from Akeneo" in channel.paused_reason
    assert {row.attribute.code for row in Requirement.objects.select_related("attribute")} == {
        "name", "story", "price", "weight",
    }  # fmt: skip
    assert Listing.objects.exclude(sent_hash="").count() == 0
    unit = Structure.current().measures["Torque"].units["KILO_NEWTON_METER"]
    assert (str(unit.factor), str(unit.per)) == ("1000", "1")


def test_a_second_run_changes_nothing_and_keeps_what_was_done_here(mover: Mover) -> None:
    mover.press(mover.upload(garden.packed(garden.files())))
    family = Family.objects.get()
    own = Attribute.objects.create(code="own", type="text", group=Attribute.objects.get(code="name").group)
    family.family_attributes.create(attribute=own, position=99)
    Option.objects.filter(code="l").update(labels={"en_US": "Large", "de_DE": "Groß"})
    revisions = Revision.objects.count()
    takeover = mover.press(mover.upload(garden.packed(garden.files())))
    assert (takeover.state, takeover.error) == ("done", "")
    assert tallies(takeover) == [(1, 0, 0, 1, 0), (3, 0, 0, 3, 0), (1, 0, 0, 1, 0)]
    done = lines(takeover.marks["lines"].values())
    assert {code: (line["new"], line["changed"]) for code, line in done.items()} == dict.fromkeys(done, (0, 0))  # fmt: skip
    assert Revision.objects.count() == revisions
    assert family.family_attributes.filter(attribute=own).exists()
    assert Option.objects.get(code="l").labels["de_DE"] == "Groß"


class _Killed(BaseException):
    """As a power cut: nothing that ends a job in order sees it."""


@pytest.mark.parametrize(("module", "hits"), [(carrying, 7), (apply, 1), (apply, 2), (carrying, 13)])
def test_killed_anywhere_it_goes_on_to_the_same_end(
    mover: Mover, monkeypatch: pytest.MonkeyPatch, module: Any, hits: int
) -> None:
    takeover = mover.upload(garden.packed(garden.files()))
    left = [hits]

    def strike(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise _Killed

    monkeypatch.setattr(module, "failpoint", strike)
    mover.client.post(reverse("admin:catalog_takeover_run", args=[takeover.pk]))
    with pytest.raises(_Killed):
        run_due("imports")
    takeover.refresh_from_db()
    assert takeover.state == "running"
    assert mover.page(takeover).count("data-progress=") == 1
    Job.objects.filter(kind="takeover.run").update(lease_until=timezone.now() - timedelta(seconds=1))
    work_off_jobs()
    takeover.refresh_from_db()
    assert (takeover.state, takeover.error) == ("done", "")
    assert [row[0] - row[4] for row in tallies(takeover)] == [1, 3, 1]
    assert Product.objects.count() == 4
    counted = {code: line["new"] for code, line in takeover.marks["lines"].items()}
    assert counted == {
        "locales": 2, "currencies": 2, "contexts": 1, "measurement_families": 1, "measurement_units": 2, "attribute_groups": 3,
        "attributes": 14, "association_types": 2, "options": 6, "families": 1, "family_variants": 1, "categories": 3, "media": 1,
        "channels": 1, "requirements": 4,
    }  # fmt: skip


def test_what_is_missing_is_told_and_the_rest_comes(mover: Mover) -> None:
    takeover = mover.upload(garden.packed(garden.files(a=None, g=None)))
    assert takeover.plan["missing"] == ["channels", "attributes"]
    page = mover.page(takeover)
    assert "No channels are made" in page
    assert "Only columns whose attribute is here already can be imported." in page
    takeover = mover.press(mover.upload(garden.packed(garden.files(g=None))))
    assert (takeover.state, takeover.plan["missing"]) == ("done", ["channels"])
    assert (Channel.objects.count(), Context.objects.count(), Product.objects.count()) == (0, 0, 4)
    assert set(Currency.objects.values_list("code", flat=True)) == {"EUR", "USD"}


def test_units_nothing_is_known_of_come_with_the_default_one_alone(mover: Mover) -> None:
    takeover = mover.press(mover.upload(garden.packed(garden.files(m=None))))
    assert "measurement_families.json" in lines(takeover.marks["lines"].values())["measurement_families"]["notes"][0]  # fmt: skip
    assert [*Structure.current().measures["Torque"].units] == ["NEWTON_METER"]
    assert tallies(takeover)[1] == (3, 2, 0, 0, 1)  # the rake has another


def test_an_ean_that_holds_words_stays_text(mover: Mover) -> None:
    products = str(garden.files()["o.csv"]).replace("4006381333931", "on request")
    mover.press(mover.upload(garden.packed(garden.files(o=products))))
    assert Attribute.objects.get(code="ean").type == "text"
    assert Product.objects.get(sku="SPADE-L").own.values["ean"] == "on request"


def test_several_files_at_once_and_workbooks_are_taken_too(mover: Mover, tmp_path: Path) -> None:
    rows = [line.split(";") for line in str(garden.files()["f.csv"]).splitlines()]
    sheet = garden.named(workbook(tmp_path / "tree.xlsx", {"Sheet": rows}).read_bytes(), "tree.xlsx")
    others = [
        garden.named(text.encode() if isinstance(text, str) else text, name)
        for name, text in garden.files(f=None).items()
        if name.endswith((".csv", ".json"))
    ]
    takeover = mover.press(mover.upload(sheet, *others))
    assert (takeover.state, takeover.error) == ("done", "")
    assert Category.objects.count() == 3
    assert tallies(takeover)[1] == (3, 3, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"../../etc/cron.csv": "code;parent\nx;\n"}, "leads out of its folder"),
        ({"/abs.csv": "code;parent\nx;\n"}, "leads out of its folder"),
        ({"inner.zip": garden.packed(garden.files()).getvalue()}, "one of Akeneo's exports"),
        ({"prices.csv": "article;price\nA;1\n"}, "one of Akeneo's exports"),
        ({}, "one of Akeneo's exports"),
    ],
)
def test_an_archive_of_something_else_is_refused_in_words(
    mover: Mover, content: dict[str, Any], told: str
) -> None:
    takeover = mover.upload(garden.packed(content))
    assert takeover.state == "failed"
    assert told in takeover.error
    assert told.replace("'", "&#x27;") in mover.page(takeover)
    mover.press(takeover)
    assert (takeover.state, Job.objects.filter(kind="takeover.run").count()) == ("failed", 0)


def test_a_table_that_unpacks_to_too_much_is_refused_while_it_is_read(mover: Mover, settings: Any) -> None:
    settings.PIM_MAX_UPLOAD_MB = 1
    bomb = garden.packed({"categories.csv": "code;parent\n" + "x;\n" * 700_000})
    assert len(bomb.getvalue()) < 20_000
    takeover = mover.upload(bomb)
    assert takeover.state == "failed"
    assert "larger than 1 MB" in takeover.error


@pytest.mark.parametrize(
    "broken", [b"PK\x03\x04 and no more", garden.packed(garden.files()).getvalue()[:900]]
)
def test_a_damaged_archive_is_refused(mover: Mover, broken: bytes) -> None:
    takeover = mover.upload(garden.named(broken, "half.zip"))
    assert (takeover.state, takeover.error) == (
        "failed", "The archive is damaged or incomplete: pack it again, as ZIP.",
    )  # fmt: skip


def test_a_cancelled_run_is_carried_on(mover: Mover, monkeypatch: pytest.MonkeyPatch) -> None:
    takeover = mover.upload(garden.packed(garden.files()))

    def stop(_name: str) -> None:
        Job.objects.filter(kind="takeover.run").update(cancel_requested=True)

    monkeypatch.setattr(carrying, "failpoint", stop)
    mover.press(takeover)
    assert takeover.state == "cancelled"
    assert "Carry on" in mover.page(takeover)
    monkeypatch.setattr(carrying, "failpoint", lambda name: None)
    mover.press(takeover)
    assert (takeover.state, Product.objects.count()) == ("done", 4)


def test_who_may_not_change_the_structure_looks_and_does_not_begin(mover: Mover, client: Client) -> None:
    takeover = mover.upload(garden.packed(garden.files()))
    role = Role.objects.create(code="importer", verbs=["import.run"])
    user = User.objects.create_user("ina", is_staff=True)
    user.roles.add(role)
    client.force_login(user)
    assert "Move it all here" not in mover.page(takeover)
    given = {"file": garden.packed(garden.files())}
    for name, args, data in (
        ("upload", [], given), ("run", [takeover.pk], {}), ("plan", [takeover.pk], {}), ("cancel", [takeover.pk], {}),
    ):  # fmt: skip
        assert client.post(reverse(f"admin:catalog_takeover_{name}", args=args), data).status_code == 403
    assert (Takeover.objects.count(), Job.objects.filter(kind="takeover.run").count()) == (1, 0)


def test_who_may_not_set_channels_up_gets_the_rest(mover: Mover, client: Client) -> None:
    role = Role.objects.create(
        code="mover", verbs=["import.run", "structure.edit", "product.create", "product.edit", "product.view"]
    )
    role.grants.create()
    user = User.objects.create_user("mia", is_staff=True)
    user.roles.add(role)
    client.force_login(user)
    takeover = mover.upload(garden.packed(garden.files()))
    assert "Your roles do not let you set channels up" in mover.page(takeover)
    mover.press(takeover)
    assert (takeover.state, Channel.objects.count(), Product.objects.count()) == ("done", 0, 4)


def test_a_script_is_answered_in_json(mover: Mover) -> None:
    address = reverse("admin:catalog_takeover_upload")
    asked = {"Accept": "application/json"}
    told = mover.client.post(address, {}, headers=asked)
    assert (told.status_code, told.json()) == (400, {"message": "Choose Akeneo's exports first: a zip, or its files."})  # fmt: skip
    file: io.BytesIO = garden.packed(garden.files())
    told = mover.client.post(address, {"file": file}, headers=asked)
    takeover = Takeover.objects.get()
    assert told.json() == {"url": mover.address(takeover)}
    state = mover.client.get(reverse("admin:catalog_takeover_progress", args=[takeover.pk])).json()
    assert (state["working"], state["text"]) == (True, "Waiting for a worker …")
