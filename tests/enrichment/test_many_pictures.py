"""Many files to their products: the rule, the table, fixing by hand, writing, taking back, archives."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog import jobs
from catalog.assets import archive
from catalog.models import Asset, Attribute, FamilyAttribute, Job, Product, Revision
from catalog.structure.announce import announce
from enrichment.models import PictureFile, PictureMatch
from enrichment.workbench.grid import bulk
from enrichment.workbench.pictures import taking
from enrichment.workbench.pictures.naming import Rule, readings
from tests.catalog.decoding.harmless import pdf, picture
from tests.enrichment.conftest import Desk, values_of
from tests.world import World


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def mugs(world: World) -> dict[str, int]:
    """Three mugs that take several images; the third one's SKU ends in a number behind a hyphen."""
    gallery = Attribute.objects.create(
        code="gallery", type="images", group=world.attributes["picture"].group, labels={"en_US": "Gallery"}
    )
    FamilyAttribute.objects.create(family=world.families["mugs"], attribute=gallery)
    announce("attribute", [gallery.pk])
    found = {}
    for number, ean in ((1, "4006381333931"), (2, "4006381333948"), (12, "")):
        values = {"ean": ean} if ean else {}
        outcome = world.create(f"MUG-{number}", values, family="mugs")
        assert outcome.product is not None
        found[f"MUG-{number}"] = outcome.product
    Job.objects.all().delete()
    return found


def image(color: str) -> bytes:
    return picture("PNG", (20, 16), color=color)


def begun(desk: Desk, **data: Any) -> PictureMatch:
    assert desk.post("catalog_product_pictures_begin", **data).status_code == 302
    return PictureMatch.objects.latest("pk")


def drop(desk: Desk, match: PictureMatch, name: str, content: bytes) -> Any:
    address = reverse("admin:catalog_product_pictures_upload", args=[match.pk])
    data = {"file": SimpleUploadedFile(name.rpartition("/")[2], content), "path": name}
    return desk.client.post(address, data, headers={"Accept": "application/json"})


def rule(desk: Desk, match: PictureMatch, **changed: str) -> None:
    match.refresh_from_db()
    desk.post("catalog_product_pictures_rule", match.pk, **Rule.of(match.rule | changed).as_json())


def write(desk: Desk, match: PictureMatch, **data: str) -> None:
    desk.post("catalog_product_pictures_write", match.pk, **data)
    jobs.run_due("interactive")
    assert not Job.objects.filter(kind__startswith="pictures.").exclude(state="done").exists()


def states(match: PictureMatch) -> dict[str, tuple[str, str]]:
    return {
        file.name: (file.product.sku if file.product else "", file.code or file.state)
        for file in match.files.all()
    }


def sha(color: str) -> str:
    return Asset.objects.get(name=f"{color}.png").sha256


@pytest.mark.parametrize(
    ("path", "changed", "expected"),
    [
        ("MUG-1.jpg", {}, [("MUG-1", 0), ("MUG", 1)]),
        ("MUG-1_2.jpg", {}, [("MUG-1_2", 0), ("MUG-1", 2), ("MUG", 1)]),
        ("MUG-1_Front_2.jpg", {}, [("MUG-1_Front_2", 0), ("MUG-1_Front", 2), ("MUG-1", 2)]),
        ("MUG-1 (3).png", {}, [("MUG-1 (3)", 0), ("MUG-1", 3), ("MUG", 1)]),
        ("MUG-1_2.jpg", {"separators": "-"}, [("MUG-1_2", 0)]),
        ("A.B 7.jpg", {"separators": "_-. "}, [("A.B 7", 0), ("A.B", 7)]),
        ("MUG_rear.jpg", {"views": "front, rear"}, [("MUG_rear", 0), ("MUG", 2)]),
        ("MUG_rear.jpg", {"views": "front/vorne, back / rear"}, [("MUG_rear", 0), ("MUG", 2)]),
        ("MUG_vorne.jpg", {"views": "front/vorne, back"}, [("MUG_vorne", 0), ("MUG", 1)]),
        ("MUG_rear.jpg", {"views": ""}, [("MUG_rear", 0)]),
        ("shop/MUG-1/front.jpg", {"whence": "folder", "views": "front"}, [("MUG-1", 1)]),
        ("MUG-1/12.jpg", {"whence": "folder"}, [("MUG-1", 12)]),
        ("12.jpg", {"whence": "folder"}, []),
        ("4006381333931-4.jpg", {}, [("4006381333931-4", 0), ("4006381333931", 4)]),
    ],
)
def test_what_a_name_may_mean(path: str, changed: dict[str, str], expected: list[tuple[str, int]]) -> None:
    found = readings(path, Rule.of({"views": "main, front", **changed}))
    assert [(reading.text, reading.place) for reading in found] == expected


def test_the_front_comes_before_the_second_picture_as_the_page_says() -> None:
    places = [readings(f"MUG-1{end}.jpg", Rule())[-2].place for end in ("_front", "_vorne", "_2", "_back")]
    assert places[0] == places[1] == 1 < places[2] <= places[3]


def test_dropped_files_find_their_products_and_one_press_writes_them_in_order(
    desk: Desk, mugs: dict[str, int]
) -> None:
    match = begun(desk)
    for name, color in (
        ("MUG-1_2.png", "red"), ("MUG-1.png", "blue"), ("mug-12.png", "green"), ("4006381333948_front.png", "gold"),
        ("Nobody.png", "black"),
    ):  # fmt: skip
        assert drop(desk, match, name, image(color)).status_code == 201
    answer = drop(desk, match, "MUG-2_2.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert (answer.status_code, "PNG" in answer.json()["message"]) == (400, True)
    assert states(match) == {
        "MUG-1_2.png": ("MUG-1", "matched"), "MUG-1.png": ("MUG-1", "matched"), "mug-12.png": ("MUG-12", "matched"),
        "4006381333948_front.png": ("MUG-2", "matched"), "Nobody.png": ("", "no_product"), "MUG-2_2.svg": ("", "svg"),
    }  # fmt: skip
    assert not Revision.objects.filter(origin="bulk").exists()
    write(desk, match)
    digests = {file.name: file.asset.sha256 for file in match.files.exclude(asset=None)}
    assert values_of(mugs["MUG-1"])["gallery"] == [digests["MUG-1.png"], digests["MUG-1_2.png"]]
    assert values_of(mugs["MUG-12"])["gallery"] == [digests["mug-12.png"]]
    assert values_of(mugs["MUG-2"])["gallery"] == [digests["4006381333948_front.png"]]
    assert match.files.filter(state="written").count() == 4

    # The same files again, in another match: nothing is changed, and it is seen that they are there.
    again = begun(desk)
    drop(desk, again, "MUG-1.png", image("blue"))
    drop(desk, again, "MUG-1_2.png", image("red"))
    revisions = Revision.objects.count()
    write(desk, again)
    assert Revision.objects.count() == revisions
    assert states(again) == {"MUG-1.png": ("MUG-1", "written"), "MUG-1_2.png": ("MUG-1", "written")}

    # One press in the grid takes the whole change back.
    ref = match.files.exclude(ref="").values_list("ref", flat=True).distinct().get()
    desk.post("catalog_product_bulk_undo", ref=ref)
    assert [values_of(pk).get("gallery") for pk in mugs.values()] == [None, None, None]


def test_files_come_behind_or_in_the_place_of_what_is_there(desk: Desk, mugs: dict[str, int]) -> None:
    first = begun(desk)
    drop(desk, first, "MUG-1_9.png", image("red"))
    write(desk, first)
    was = values_of(mugs["MUG-1"])["gallery"]
    second = begun(desk)
    drop(desk, second, "MUG-1_1.png", image("blue"))
    write(desk, second)
    blue = second.files.get().asset.sha256
    assert values_of(mugs["MUG-1"])["gallery"] == [*was, blue]
    third = begun(desk)
    rule(desk, third, mode="replace")
    drop(desk, third, "MUG-1_1.png", image("blue"))
    write(desk, third)
    assert values_of(mugs["MUG-1"])["gallery"] == [blue]


def test_an_attribute_of_one_file_takes_the_first_and_says_what_of_the_others(
    desk: Desk, mugs: dict[str, int]
) -> None:
    match = begun(desk)
    rule(desk, match, key="picture")
    for name, color in (("MUG-1_1.png", "red"), ("MUG-1_2.png", "blue")):
        drop(desk, match, name, image(color))
    drop(desk, match, "MUG-2.pdf", pdf())
    assert states(match)["MUG-2.pdf"] == ("MUG-2", "wrong_kind")
    write(desk, match)
    assert states(match) == {
        "MUG-1_1.png": ("MUG-1", "written"), "MUG-1_2.png": ("MUG-1", "one_only"), "MUG-2.pdf": ("MUG-2", "wrong_kind"),
    }  # fmt: skip
    other = begun(desk)
    drop(desk, other, "MUG-1.png", image("green"))
    write(desk, other)
    assert states(other) == {"MUG-1.png": ("MUG-1", "filled")}


def test_what_found_no_product_is_given_one_by_hand(desk: Desk, mugs: dict[str, int]) -> None:
    match = begun(desk)
    drop(desk, match, "IMG_4711.png", image("red"))
    drop(desk, match, "MUG-2.png", image("blue"))
    lost, other = match.files.get(name="IMG_4711.png"), match.files.get(name="MUG-2.png")
    response = desk.post(
        "catalog_product_pictures_choose", match.pk, **{f"sku-{lost.pk}": "NOPE", f"sku-{other.pk}": "MUG-2"}
    )
    assert response.status_code == 302
    assert states(match) == {"IMG_4711.png": ("", "no_product"), "MUG-2.png": ("MUG-2", "matched")}
    desk.post(
        "catalog_product_pictures_choose", match.pk, **{f"sku-{lost.pk}": "mug-1", f"sku-{other.pk}": ""}
    )
    assert states(match) == {"IMG_4711.png": ("MUG-1", "matched"), "MUG-2.png": ("", "left_out")}
    rule(desk, match, by="sku")  # what was chosen by hand stays
    assert states(match) == {"IMG_4711.png": ("MUG-1", "matched"), "MUG-2.png": ("", "left_out")}


def test_a_name_that_fits_two_products_is_for_a_person_to_decide(
    desk: Desk, mugs: dict[str, int], world: World
) -> None:
    world.create("4006381333931", {}, family="mugs")
    match = begun(desk)
    drop(desk, match, "4006381333931_2.png", image("red"))
    assert states(match) == {"4006381333931_2.png": ("", "two_products")}
    rule(desk, match, by="ean")
    assert states(match) == {"4006381333931_2.png": ("MUG-1", "matched")}


def test_from_the_grid_only_the_chosen_products_are_looked_at(desk: Desk, mugs: dict[str, int]) -> None:
    match = begun(desk, id=[mugs["MUG-1"]])
    drop(desk, match, "MUG-1.png", image("red"))
    drop(desk, match, "MUG-2.png", image("blue"))
    assert states(match) == {"MUG-1.png": ("MUG-1", "matched"), "MUG-2.png": ("", "not_chosen")}


def test_a_drop_on_the_grid_is_told_where_to_send_its_files(desk: Desk, mugs: dict[str, int]) -> None:
    begin = reverse("admin:catalog_product_pictures_begin")
    answer = desk.client.post(begin, {"id": [mugs["MUG-1"]]}, headers={"Accept": "application/json"})
    match = PictureMatch.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "page": reverse("admin:catalog_product_pictures", args=[match.pk]),
        "upload": reverse("admin:catalog_product_pictures_upload", args=[match.pk]),
    }
    assert match.only == [mugs["MUG-1"]]
    gone = desk.client.post(begin, {"id": ["999999"]}, headers={"Accept": "application/json"})
    assert (gone.status_code, gone.json()) == (400, {"message": "No product was selected."})
    assert PictureMatch.objects.count() == 1


def test_a_models_page_looks_at_its_variants_too(desk: Desk, world: World) -> None:
    shirt = world.create("SHIRT", {}, family_variant="shirts_color_size").product
    red = world.create("SHIRT-R", {"color": "red"}, parent="SHIRT").product
    small = world.create("SHIRT-R-S", {"size": "s"}, parent="SHIRT-R").product
    world.create("OTHER", {}, family="shirts")
    page = desk.page(shirt).content.decode()
    assert '<input type="hidden" name="below" value="1">' in page
    assert begun(desk, id=[shirt], below="1").only == [shirt, red, small]
    assert begun(desk, id=[shirt]).only == [shirt]


def packed(**files: bytes) -> bytes:
    with BytesIO() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in files.items():
                made.writestr(name, content)
        return out.getvalue()


def test_a_zip_is_unpacked_by_a_job_that_goes_on_where_it_was_killed(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    match = begun(desk)
    content = packed(**{
        "a/MUG-1_1.png": image("red"), "a/MUG-1_2.png": image("blue"), "__MACOSX/a/._MUG-1_1.png": b"x", "a/.DS_Store": b"x",
        "b/inner.zip": packed(**{"MUG-2.png": image("gold")}), "b/MUG-2.png": image("green"),
    })  # fmt: skip
    assert drop(desk, match, "shoot.zip", content).status_code == 201
    monkeypatch.setattr(taking, "TURN", 1)
    jobs.run_due("interactive", limit=1)
    assert match.files.count() == 1
    jobs.run_due("interactive")
    assert states(match) == {
        "a/MUG-1_1.png": ("MUG-1", "matched"), "a/MUG-1_2.png": ("MUG-1", "matched"), "b/inner.zip": ("", "archive"),
        "b/MUG-2.png": ("MUG-2", "matched"),
    }  # fmt: skip
    assert list((tmp_path / "media" / taking.FOLDER).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("../../MUG-1.png", lambda: packed(**{"../../MUG-1.png": image("red")}), "unsafe_name"),
        ("MUG-1.png", lambda: packed(**{"MUG-1.png": bytes(30 << 20)}), "too_tight"),
        ("empty", lambda: packed(**{"__MACOSX/x": b"x"}), "empty"),
        ("cut", lambda: packed(**{"MUG-1.png": image("red")})[:-30], "damaged"),
    ],
)
def test_a_hostile_zip_is_refused_whole_and_leaves_nothing(
    desk: Desk, mugs: dict[str, int], tmp_path: Any, name: str, content: Any, code: str
) -> None:
    match = begun(desk)
    answer = drop(desk, match, "shoot.zip", content())
    assert answer.status_code == 400
    assert answer.json()["message"] == str(archive.SENTENCES[code]) % {"name": name}
    assert not Job.objects.exists()
    assert not Asset.objects.exists()
    assert not (tmp_path / "media" / taking.FOLDER).exists()


def test_an_edit_between_two_tries_is_kept_and_what_failed_is_tried_again(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    match = begun(desk)
    drop(desk, match, "MUG-1.png", image("red"))
    asset = match.files.get().asset
    Asset.objects.filter(pk=asset.pk).update(removed_at="2026-01-01T00:00Z")
    write(desk, match)
    assert states(match) == {"MUG-1.png": ("MUG-1", "gone")}
    assert "gallery" not in values_of(mugs["MUG-1"])
    Asset.objects.filter(pk=asset.pk).update(removed_at=None)
    write(desk, match, again="1")
    assert states(match) == {"MUG-1.png": ("MUG-1", "written")}
    assert values_of(mugs["MUG-1"])["gallery"] == [asset.sha256]


def test_who_may_not_write_a_product_gets_the_doors_sentence(
    desk: Desk, mugs: dict[str, int], person: Any, world: World
) -> None:
    limited = Desk(person("anna", ["product.edit"], categories=["cups"]))
    assert (
        limited.client.get(reverse("admin:catalog_product_pictures", args=[begun(desk).pk])).status_code
        == 404
    )
    match = begun(limited)
    drop(limited, match, "MUG-1.png", image("red"))
    assert states(match) == {"MUG-1.png": ("", "no_product")}  # it is in no category of theirs


def test_the_table_asks_as_many_questions_for_many_files(
    desk: Desk, mugs: dict[str, int], django_assert_max_num_queries: Any
) -> None:
    match = begun(desk)
    for number in range(30):
        asset = Asset.objects.create(sha256=f"{number:064d}", name=f"{number}.png", mime="image/png", size=1, created_at="2026-01-01T00:00Z", file="x.png")  # fmt: skip
        PictureFile.objects.create(match=match, name=f"{number}.png", asset=asset, product_id=mugs["MUG-1"], state="matched", place=number)  # fmt: skip
    address = reverse("admin:catalog_product_pictures", args=[match.pk])
    desk.client.get(address)
    with django_assert_max_num_queries(16):
        response = desk.client.get(address)
    assert [line.order for line in response.context_data["lines"]] == list(range(1, 31))


def test_killed_between_two_batches_the_writing_ends_as_if_it_had_not_been(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from enrichment.workbench.pictures import writing

    match = begun(desk)
    for sku, color in (("MUG-1", "red"), ("MUG-2", "blue"), ("MUG-12", "green")):
        drop(desk, match, f"{sku}.png", image(color))
    monkeypatch.setattr(writing, "PRODUCTS", 1)
    told = []

    def killed(_point: str) -> None:
        told.append(1)
        if len(told) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(writing, "failpoint", killed)
    desk.post("catalog_product_pictures_write", match.pk)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due("interactive")
    assert match.files.filter(state="written").count() == 2
    Job.objects.filter(kind="pictures.write").update(lease_until="2026-01-01T00:00Z")
    jobs.run_due("interactive")
    assert match.files.filter(state="written").count() == 3
    assert Revision.objects.filter(origin="bulk").count() == 3
    assert bulk.revisions_of(match.files.first().ref, desk.user).count() == 3
    assert Product.objects.count() == 3
