"""Cells with the addresses of files: planned, fetched by a job, written under the run, undone with it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from catalog import jobs
from catalog.assets import fetching as http
from catalog.importing import runs
from catalog.importing.pictures import addresses, fetching
from catalog.importing.pictures import job as picture_job
from catalog.importing.undo import preview
from catalog.models import (
    Asset,
    Attribute,
    FamilyAttribute,
    ImportPicture,
    ImportRun,
    Job,
    RemoteFile,
    Revision,
)
from catalog.structure.announce import announce
from catalog.values.changes import ProductChange
from catalog.values.fingerprint import catalogue_hash
from catalog.values.write import write
from pim.lib.http import Client as HttpClient
from tests.catalog.decoding.harmless import picture
from tests.catalog.importing.files import Importer, product, row, tally, values
from tests.world import SYSTEM

RED, BLUE, GOLD = (picture("PNG", (20, 16), color=color) for color in ("red", "blue", "gold"))


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.queue, "nudge", lambda queue: None)
    monkeypatch.setattr(fetching, "PAUSE", 0.01)


@pytest.fixture
def gallery(importer: Importer) -> Importer:
    world = importer.world
    made = Attribute.objects.create(code="gallery", type="images", group=world.attributes["picture"].group, params={"max_items": 3})  # fmt: skip
    FamilyAttribute.objects.create(family=world.families["mugs"], attribute=made)
    announce("attribute", [made.pk])
    return importer


@pytest.fixture
def shop(httpserver: HTTPServer) -> Callable[[str], str]:
    """Its addresses; each file is counted in httpserver.log."""
    for path, content in (("/red.png", RED), ("/blue.png", BLUE), ("/gold.png", GOLD)):
        httpserver.expect_request(path).respond_with_data(content, headers={"ETag": f'"{path}"'})
    return httpserver.url_for


def fetch(run: ImportRun) -> ImportRun:
    """As a worker does."""
    while Job.objects.filter(kind="import.pictures", state="queued").exists():
        jobs.run_due("imports")
    job = Job.objects.filter(kind="import.pictures").order_by("pk").last()
    assert job is None or job.state == "done", (job.state, job.error, job.log)
    run.refresh_from_db()
    return run


def sha(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def told(run: ImportRun) -> list[tuple[str, str]]:
    return list(run.pictures.order_by("number", "place").values_list("state", "code"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://a.example/1.jpg", ["https://a.example/1.jpg"]),
        ("https://a.example/1.jpg, https://a.example/2.jpg", ["https://a.example/1.jpg", "https://a.example/2.jpg"]),
        ("https://a.example/w_1,h_2/1.jpg,http://b.example/x,y.jpg", ["https://a.example/w_1,h_2/1.jpg", "http://b.example/x,y.jpg"]),
        ("https://a.example/1.jpg\nhttps://a.example/1.jpg\n", ["https://a.example/1.jpg"]),
        (f"{'a' * 64},https://a.example/1.jpg", ["a" * 64, "https://a.example/1.jpg"]),
    ],
)  # fmt: skip
def test_what_addresses_a_cell_holds(gallery: Importer, text: str, parts: list[str]) -> None:
    from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions

    structure = gallery.world.structure
    kind, spec = ATTRIBUTE_TYPES["images"], structure.attributes["gallery"]
    read = addresses.reader(lambda text: text, kind, spec, CellOptions(), structure)
    found = read(text)
    assert list(found.parts) == parts


def test_the_rows_are_written_at_once_and_the_files_come_behind(
    gallery: Importer, shop: Callable[[str], str], httpserver: HTTPServer
) -> None:
    before = catalogue_hash()
    text = f'sku,family,capacity,gallery,picture\nM,mugs,1,"{shop("/red.png")},{shop("/blue.png")}",{shop("/red.png")}\nN,mugs,2,,\n'
    run = gallery.plan(text)
    assert (run.counts["pictures"], tally(run), len(httpserver.log)) == (2, (2, 2, 0, 0, 0, 0), 0)
    gallery.apply(run)
    assert (values("M"), len(httpserver.log)) == ({"capacity": "1"}, 0)
    fetch(run)
    assert values("M") == {"capacity": "1", "gallery": [sha(RED), sha(BLUE)], "picture": sha(RED)}
    assert len(httpserver.log) == 2  # one of them is named twice
    last = Revision.objects.filter(product=product("M")).latest("rev")
    assert (last.ref, last.origin, sorted(last.changes)) == (
        f"import:{run.pk}",
        "import",
        ["gallery", "picture"],
    )
    assert gallery.undo(run)["reversed"] == 2
    assert catalogue_hash() == before


def test_a_row_that_only_brings_a_picture_changes_its_product_and_is_undone(
    gallery: Importer, shop: Callable[[str], str]
) -> None:
    gallery.world.create("M", {"capacity": "1"}, family="mugs")
    before, sources = catalogue_hash(), product("M").own.sources
    run = fetch(gallery.run(f"sku,capacity,gallery\nM,1,{shop('/red.png')}\n"))
    assert values("M")["gallery"] == [sha(RED)]
    assert (tally(run), row(run, 2).state) == ((1, 0, 1, 0, 0, 0), "applied")
    assert preview(run) == []
    assert gallery.undo(run)["reversed"] == 1
    assert (catalogue_hash(), product("M").own.sources) == (before, sources)


def test_what_somebody_put_there_meanwhile_stays_and_is_told(
    gallery: Importer, shop: Callable[[str], str]
) -> None:
    world = gallery.world
    for sku in ("M", "N"):
        world.create(sku, {}, family="mugs")
    red = shop("/red.png")
    run = gallery.run(f"sku,picture,gallery\nM,{red},{red}\nN,{red},\n")
    gold = sha(GOLD)
    Asset.objects.create(
        sha256=gold, name="g.png", mime="image/png", size=1, file="x.png", created_at=timezone.now()
    )
    theirs = {"picture": gold, "gallery": [gold]}
    write([ProductChange(product=product("M").pk, values=theirs)], by=SYSTEM)
    fetch(run)
    # Of one picture theirs stays; of several the door has both.
    assert values("M") == {"picture": gold, "gallery": [gold, sha(RED)]}
    assert values("N") == {"picture": sha(RED)}
    assert dict(run.pictures.filter(number=2).values_list("key", "code")) == {
        "picture": "changed",
        "gallery": "",
    }
    # What somebody edits afterwards is kept by the undo.
    write([ProductChange(product=product("N").pk, values={"picture": gold})], by=SYSTEM)
    result = gallery.undo(run)
    assert (result["reversed"], result["kept"]) == (1, 1)
    assert (values("M"), values("N")) == (theirs, {"picture": gold})


def test_the_same_file_again_asks_for_nothing_and_later_only_whether_it_changed(
    gallery: Importer, httpserver: HTTPServer
) -> None:
    def serve(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"1"':
            return Response(status=304)
        return Response(RED, headers={"ETag": '"1"'})

    httpserver.expect_request("/red.png").respond_with_handler(serve)
    text = f"sku,family,gallery\nM,mugs,{httpserver.url_for('/red.png')}\n"
    fetch(gallery.run(text))
    again = gallery.run(text)
    assert (again.counts["pictures"], tally(again), len(httpserver.log)) == (0, (1, 0, 0, 1, 0, 0), 1)
    RemoteFile.objects.update(fetched_at=timezone.now() - timedelta(days=3))
    rev = product("M").rev
    later = fetch(gallery.run(text))
    assert (later.counts["pictures"], told(later), [each[1].status_code for each in httpserver.log]) == (
        1,
        [("written", "")],
        [200, 304],
    )
    assert product("M").rev == rev
    assert RemoteFile.objects.get().fetched_at > timezone.now() - timedelta(hours=1)


def test_failures_are_listed_with_their_reason_and_tried_again_one_or_all(
    gallery: Importer, shop: Callable[[str], str], httpserver: HTTPServer, client: Client
) -> None:
    answers = [Response("gone", status=404)]
    httpserver.expect_request("/later.png").respond_with_handler(lambda _request: answers[-1])
    httpserver.expect_request("/page.png").respond_with_data(
        "<!doctype html><p>Sign in", content_type="image/png"
    )
    httpserver.expect_request("/busy.png").respond_with_data("", status=503)
    lines = "".join(f"{sku},mugs,\"{files}\"\n" for sku, files in (
        ("M", f"{shop('/red.png')},{shop('/later.png')},{shop('/blue.png')}"), ("N", shop("/page.png")), ("O", shop("/busy.png")),
    ))  # fmt: skip
    run = fetch(gallery.run(f"sku,family,gallery\n{lines}"))
    assert values("M")["gallery"] == [sha(RED), sha(BLUE)]
    assert told(run) == [
        ("written", ""),
        ("failed", "not_found"),
        ("written", ""),
        ("failed", "markup"),
        ("failed", "busy"),
    ]
    assert sum(each[0].path == "/busy.png" for each in httpserver.log) == fetching.TRIES
    assert gallery.world.admin is not None
    client.force_login(gallery.world.admin)
    page = client.get(reverse("admin:catalog_importrun_change", args=[run.pk]))
    html = page.content.decode()
    assert shop("/later.png") in html
    assert "There is nothing at this address (404)." in html
    assert page.context_data["pictures"]["failed"] == 3
    answers.append(Response(GOLD))
    one = run.pictures.get(url=shop("/later.png"))
    client.post(reverse("admin:catalog_importrun_pictures_again", args=[run.pk]), {"picture": one.pk})
    fetch(run)
    assert values("M")["gallery"] == [sha(RED), sha(GOLD), sha(BLUE)]  # in its place
    asked = len(httpserver.log)
    client.post(reverse("admin:catalog_importrun_pictures_again", args=[run.pk]))
    fetch(run)
    assert {each[0].path for each in httpserver.log[asked:]} == {"/page.png", "/busy.png"}
    gallery.undo(run)
    assert product("M").trashed_at is not None


def test_what_the_attribute_does_not_take_is_told_and_the_rest_of_the_row_stands(
    gallery: Importer, shop: Callable[[str], str]
) -> None:
    four = ",".join(f"https://example.com/{number}.png" for number in range(4))
    run = gallery.plan(
        f'sku,family,gallery,picture\nM,mugs,"{four}",\nN,mugs,,"https://example.com/1.png https://example.com/2.png"\n'
        "O,mugs,ftp://example.com/1.png,\n"
    )
    assert [(each.number, each.error_code) for each in run.rows.order_by("number")] == [
        (2, "too_many_items"), (3, "several_addresses"), (4, "not_an_asset"),
    ]  # fmt: skip
    assert run.pictures.count() == 0
    world = gallery.world
    world.attributes["picture"].params = {"extensions": ["jpg"]}
    world.attributes["picture"].save()
    announce("attribute", [world.attributes["picture"].pk])
    run = fetch(gallery.run(f"sku,family,gallery,picture\nP,mugs,{shop('/blue.png')},{shop('/red.png')}\n"))
    assert values("P") == {"gallery": [sha(BLUE)]}
    assert dict(run.pictures.values_list("key", "code")) == {"gallery": "", "picture": "wrong_extension"}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/red.png", "http://2130706433:{port}/red.png", "http://0x7f.1:{port}/red.png",
        "http://[::ffff:127.0.0.1]:{port}/red.png", "http://localhost:{port}/red.png", "http://169.254.169.254/latest/",
        "http://user:secret@127.0.0.1:{port}/red.png", "file:///etc/passwd", "gopher://127.0.0.1:{port}/",
    ],
)  # fmt: skip
def test_no_address_leads_into_the_private_network(
    settings: Any, tmp_path: Any, shop: Callable[[str], str], httpserver: HTTPServer, address: str
) -> None:
    settings.PIM_DEMO = False
    settings.PIM_ALLOWED_PRIVATE_HOSTS = []
    with (
        (tmp_path / "x").open("w+b") as into,
        http.client() as client,
        pytest.raises(http.FetchFailed) as failed,
    ):
        http.fetch(client, address.format(port=httpserver.port), into)
    assert (failed.value.code, failed.value.may_pass, httpserver.log) == ("blocked", False, [])


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://intranet:{port}/red.png", "file:///etc/passwd", "//10.0.0.1/x.png"]
)  # fmt: skip
def test_a_redirect_is_looked_at_like_any_address(
    settings: Any, tmp_path: Any, httpserver: HTTPServer, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host is allowed, what it leads to is not; a name that says a private address at its second look is refused."""
    settings.PIM_DEMO = False
    settings.PIM_ALLOWED_PRIVATE_HOSTS = ["outside.test"]
    looked: list[str] = []

    def resolve(host: str, port: int, *_more: Any, **_named: Any) -> Any:
        looked.append(host)
        at = {"outside.test": "127.0.0.1", "intranet": "127.0.0.1"}.get(host, host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    where = target.format(port=httpserver.port)
    httpserver.expect_request("/x.png").respond_with_data("", status=302, headers={"Location": where})
    httpserver.expect_request("/red.png").respond_with_data(RED)
    with (
        (tmp_path / "x").open("w+b") as into,
        http.client() as client,
        pytest.raises(http.FetchFailed) as failed,
    ):
        http.fetch(client, f"http://outside.test:{httpserver.port}/x.png", into)
    assert failed.value.code == "blocked"
    assert [each[0].path for each in httpserver.log] == ["/x.png"]
    assert (tmp_path / "x").read_bytes() == b""


def test_a_redirect_to_a_file_is_followed_and_a_circle_is_left(
    tmp_path: Any, shop: Callable[[str], str], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=301, headers={"Location": "/red.png?size=2"})
    httpserver.expect_request("/b").respond_with_data("", status=302, headers={"Location": "/b"})
    with (tmp_path / "x").open("w+b") as into, http.client() as client:
        assert http.fetch(client, shop("/a"), into).name == "red.png"
        assert (tmp_path / "x").read_bytes() == RED
        with pytest.raises(http.FetchFailed) as failed:
            http.fetch(client, shop("/b"), into)
    assert failed.value.code == "redirects"


def test_a_file_that_is_too_large_is_not_read_to_its_end(
    tmp_path: Any, shop: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        (tmp_path / "x").open("w+b") as into,
        HttpClient(max_body=40) as client,
        pytest.raises(http.FetchFailed) as failed,
    ):
        http.fetch(client, shop("/red.png"), into)
    assert failed.value.code == "too_large"


def test_killed_half_way_it_goes_on_with_what_waits(
    gallery: Importer, shop: Callable[[str], str], httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "AT_ONCE", 1)
    lines = "".join(
        f"{sku},mugs,{shop(f'/{color}.png')}\n" for sku, color in (("M", "red"), ("N", "blue"), ("O", "gold"))
    )
    run = gallery.run(f"sku,family,gallery\n{lines}")
    reached: list[str] = []

    def killed(point: str) -> None:
        reached.append(point)
        if len(reached) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "failpoint", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_due("imports")
    assert sorted(run.pictures.values_list("state", flat=True)) == ["fetched", "fetched", "waiting"]
    Job.objects.filter(kind="import.pictures").update(lease_until=timezone.now() - timedelta(hours=1))
    jobs.run_due("imports")
    assert [values(sku)["gallery"] for sku in ("M", "N", "O")] == [[sha(RED)], [sha(BLUE)], [sha(GOLD)]]
    assert len(httpserver.log) == 3
    assert Revision.objects.filter(ref=f"import:{run.pk}").count() == 6


def test_others_get_their_turn_and_an_undo_in_between_stops_it(
    gallery: Importer, shop: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_job, "TURN", 0)
    monkeypatch.setattr(fetching, "PAGE", 1)
    run = gallery.run(f"sku,family,gallery\nM,mugs,{shop('/red.png')}\nN,mugs,{shop('/blue.png')}\n")
    jobs.run_due("imports", limit=1)
    job = Job.objects.get(kind="import.pictures")
    assert (job.state, told(run)) == ("queued", [("written", ""), ("waiting", "")])
    runs.undo(run, user=gallery.world.admin)
    jobs.run_due("imports")
    assert told(run) == [("written", ""), ("left", "")]
    assert ImportPicture.objects.filter(state__in=("waiting", "fetched")).count() == 0
    assert product("N").trashed_at is not None


def test_what_a_cancelled_job_left_is_gone_on_with(
    gallery: Importer, shop: Callable[[str], str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = gallery.run(f"sku,family,gallery\nM,mugs,{shop('/red.png')}\n")
    jobs.cancel(Job.objects.get(kind="import.pictures").pk)
    assert gallery.world.admin is not None
    client.force_login(gallery.world.admin)
    page = client.get(reverse("admin:catalog_importrun_change", args=[run.pk]))
    assert "Go on" in page.content.decode()
    for _twice in range(2):
        client.post(reverse("admin:catalog_importrun_pictures_again", args=[run.pk]))
    assert Job.objects.filter(kind="import.pictures", state="queued").count() == 1
    fetch(run)
    assert values("M")["gallery"] == [sha(RED)]
    page = client.get(reverse("admin:catalog_importrun_change", args=[run.pk]))
    assert "Go on" not in page.content.decode()


def test_a_shops_picture_columns_are_fetched_in_their_order(
    gallery: Importer, shop: Callable[[str], str]
) -> None:
    text = (
        "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Image Position\n"
        f"mug,Mug,<p>Big</p>,Acme,Mugs,Title,Default Title,MUG-1,9.90,{shop('/red.png')},1\n"
        f"mug,,,,,,,,,{shop('/blue.png')},2\n"
    )
    fetch(gallery.run(text))
    assert values("MUG-1")["gallery"] == [sha(RED), sha(BLUE)]
    woo = (
        "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Tax status,In stock?,Regular price,Images\n"
        f'7,simple,MUG-2,Mug,1,0,visible,taxable,1,3,"{shop("/gold.png")}, {shop("/red.png")}"\n'
    )
    gallery.world.create("MUG-2", {}, family="mugs")
    fetch(gallery.run(woo))
    assert values("MUG-2")["gallery"] == [sha(GOLD), sha(RED)]
