"""The portal this installation serves: what it shows, to whom, and what it never shows."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import profiles
from channels.models import Channel, Listing, PortalPage, PortalText
from channels.portal import jsonld, links, sheets
from tests.channels.stage import FIELDS, FULL, Stage, make_channel
from tests.world import build_world

LINK = {"access": "link", "partners": "ACME\nNordic Trade", "heading": "Spring range"}
PUBLIC = {"access": "public"}


class PortalStage(Stage):
    def __init__(self, settings: dict[str, Any]) -> None:
        self.world = build_world()
        self.channel = make_channel(
            self.world, connector="portal", settings=settings, credentials={},
            fields=[*FIELDS, {"target": "description", "source": {"attribute": "description"}, "localized": True}],
        )  # fmt: skip
        self.work_off_jobs()

    def set(self, **settings: Any) -> None:
        self.channel.settings = {**self.channel.settings, **settings}
        self.channel.save()
        self.changed()


@pytest.fixture
def public(transactional_db: Any) -> PortalStage:
    return PortalStage(PUBLIC)


@pytest.fixture
def closed(transactional_db: Any) -> PortalStage:
    return PortalStage(LINK)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_what_is_live_is_shown_in_each_language_and_nothing_else(public: PortalStage, client: Client) -> None:
    public.product("MUG-1")
    public.product("MUG-2", {"name|en_US": "Secret mug"}, status="draft")
    public.product("MUG-3", {"name|de_DE": ""})  # incomplete in German
    public.send()
    assert "Blue mug" in text_of(client.get("/portal/b2b/en_US/"))
    german = text_of(client.get("/portal/b2b/de_DE/"))
    assert "Blaue Tasse" in german
    assert "Blue mug" not in german
    for key in ("MUG-2", "MUG-3", "NONE"):
        assert client.get(f"/portal/b2b/en_US/{key}").status_code == 404
    page = text_of(client.get("/portal/b2b/en_US/MUG-1"))
    assert "<h1>Blue mug</h1>" in page
    assert "0.35" in page
    assert "Secret mug" not in page


def test_what_leaves_is_gone_and_an_edit_is_shown(public: PortalStage, client: Client) -> None:
    first, second = public.products(2)
    public.send()
    public.put(first, status="draft")
    public.edit(second, name__en_US="Green mug")
    assert (
        client.get("/portal/b2b/en_US/MUG-1").status_code == 200
    )  # what was sent stands until the channel is served
    public.send()
    assert client.get("/portal/b2b/en_US/MUG-1").status_code == 404
    assert "Green mug" in text_of(client.get("/portal/b2b/en_US/?q=green"))


def test_words_are_found_without_accents_in_any_order_and_by_number(
    public: PortalStage, client: Client
) -> None:
    public.product("MUG-1", {"name|de_DE": "Große Tasse für Tee"})
    public.product("CUP-9", {"name|de_DE": "Kleine Tasse"})
    public.send()
    for words, found in (("tee grosse", ["MUG-1"]), ("FÜR", ["MUG-1"]), ("cup-9", ["CUP-9"]), ("tasse", ["CUP-9", "MUG-1"]), ("kanne", [])):  # fmt: skip
        page = text_of(client.get("/portal/b2b/de_DE/", {"q": words}))
        assert sorted(re.findall(r'class="sku">([^<]+)<', page)) == found, words
    assert "Nothing is found" in text_of(client.get("/portal/b2b/en_US/", {"q": "100%_"}))


def test_a_portal_by_link_lets_in_who_came_by_one_for_as_long_as_the_partner_is_listed(
    closed: PortalStage, client: Client
) -> None:
    closed.product()
    closed.send()
    refused = client.get("/portal/b2b/en_US/MUG-1")
    assert refused.status_code == 403
    assert "mug" not in text_of(refused).lower().replace("mug-1", "")
    assert client.get("/portal/b2b/", {"key": "ACME"}).cookies.get(links.COOKIE) is None
    [(name, link), _other] = links.links_of("b2b", LINK)
    assert name == "ACME"
    arrived = client.get(link.removeprefix("http://testserver").split("8000", 1)[-1])
    assert arrived.status_code == 302
    assert "key" not in arrived["Location"]
    page = client.get("/portal/b2b/en_US/MUG-1")
    assert page.status_code == 200
    assert "no-cache" in page["Cache-Control"]
    assert "public" not in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"
    closed.set(partners="Nordic Trade")
    assert client.get("/portal/b2b/en_US/MUG-1").status_code == 403


def test_a_link_opens_its_own_portal_only(closed: PortalStage, client: Client) -> None:
    client.cookies[links.COOKIE] = links.key_of("another", "ACME")
    assert client.get("/portal/b2b/en_US/").status_code == 403


def test_a_portal_that_is_switched_off_or_of_another_kind_is_not_there(
    public: PortalStage, client: Client
) -> None:
    assert client.get("/portal/b2b/en_US/").status_code == 200
    assert client.get("/portal/b2b/fr_FR/").status_code == 404
    Channel.objects.update(is_active=False)
    public.changed()
    assert client.get("/portal/b2b/en_US/").status_code == 404
    Channel.objects.update(is_active=True, connector="webhook")
    public.changed()
    assert client.get("/portal/b2b/en_US/").status_code == 404


def test_the_door_knows_the_visitors_language(public: PortalStage, client: Client) -> None:
    for asked, given in (
        ("de-AT,de;q=0.9,en;q=0.5", "de_DE"),
        ("fr", "en_US"),
        ("en-US", "en_US"),
        ("", "en_US"),
    ):
        response = client.get("/portal/b2b/", headers={"accept-language": asked})
        assert response["Location"] == f"/portal/b2b/{given}/", asked
    response = client.get("/portal/b2b/item/A/B", headers={"accept-language": "de"})
    assert response["Location"] == "/portal/b2b/de_DE/A/B"


def test_an_unchanged_page_is_not_sent_twice(public: PortalStage, client: Client) -> None:
    product = public.product()
    public.send()
    for address in ("/portal/b2b/en_US/", "/portal/b2b/en_US/MUG-1"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304
        public.edit(product, name__en_US=f"Mug at {address}")
        public.send()
        assert client.get(address, headers={"if-none-match": tag}).status_code == 200
    assert "Set-Cookie" not in client.get("/portal/b2b/en_US/")
    assert "Cookie" not in client.get("/portal/b2b/en_US/").get("Vary", "")


def test_the_number_of_queries_does_not_grow(public: PortalStage, client: Client) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    public.product("MUG-1")
    public.send()
    few = [asked("/portal/b2b/en_US/"), asked("/portal/b2b/en_US/MUG-1")]
    for number in range(2, 12):
        public.product(f"MUG-{number}")
    public.send()
    assert [asked("/portal/b2b/en_US/"), asked("/portal/b2b/en_US/MUG-1")] == few


def test_markup_that_came_into_a_sheet_some_other_way_does_not_run(
    public: PortalStage, client: Client
) -> None:
    public.product("MUG-1", {"name|en_US": "Mug <script>alert(1)</script> </script>"})
    public.send()
    page = PortalPage.objects.get()
    page.sheet["locales"]["en_US"]["description"] = (
        "<p onclick=x()>Fine</p><script>alert(2)</script><img src=x onerror=alert(3)>"
    )
    page.sheet["fields"]["extra"] = "<b onmouseover=alert(4)>x</b>"
    page.save()
    for address in ("/portal/b2b/en_US/", "/portal/b2b/en_US/MUG-1"):
        text = text_of(client.get(address))
        assert not re.search(r"<script>|onclick|onerror|onmouseover|<img src=.?x", text)
    text = text_of(client.get("/portal/b2b/en_US/MUG-1"))
    assert "<p>Fine</p>" in text
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert json.loads(block)["name"].startswith("Mug")


def test_a_model_has_one_page_with_its_variants_for_people_and_machines(
    public: PortalStage, client: Client
) -> None:
    sheet = {
        "sku": "TEE", "locales": {"en_US": {"title": "Tee"}}, "fields": {"brand": {"code": "a", "label": "Acme"}}, "images": [],
        "axes": [{"code": "size", "labels": {"en_US": "Size"}}], "categories": [],
        "variants": [
            {"sku": f"TEE-{size}", "locales": {"en_US": {"title": "Tee"}}, "fields": {"weight": {"amount": f"{place}20", "unit": "GRAM"}, "gtin": "4006381333931", "price": {"EUR": f"{place}9.90"}}, "images": [],
             "axes": {"size": {"en_US": size}}} for place, size in enumerate("SM", start=1)
        ],
    }  # fmt: skip
    PortalPage.objects.create(
        channel=public.channel, key="TEE", revision=1, hash="x", sheet=sheet, changed_at=timezone.now()
    )
    text = text_of(client.get("/portal/b2b/en_US/TEE"))
    assert re.findall(r'<td class="sku">([^<]+)', text) == ["TEE-S", "TEE-M"]
    data = jsonld.product(sheet, "en_US", url="https://pim.example/x", trail=["Clothes"])
    assert (data["@type"], data["productGroupID"], data["variesBy"]) == ("ProductGroup", "TEE", ["size"])
    assert [one["name"] for one in data["hasVariant"]] == ["Tee, S", "Tee, M"]
    assert data["hasVariant"][0]["offers"] == [{"@type": "Offer", "price": "19.90", "priceCurrency": "EUR"}]
    assert data["hasVariant"][0]["gtin"] == "4006381333931"
    assert "TEE-M" in sheets.numbers(sheet, "en_US")
    assert re.findall(r"<td>(\d+)\s*g</td>", text) == ["120", "220"]  # what differs has a column
    assert sheets.lowest(sheet, "en_US") == (["19.90\u00a0EUR"], True)


def test_an_older_revision_never_replaces_a_newer_one(public: PortalStage) -> None:
    product = public.product()
    public.send()
    PortalPage.objects.update(revision=99)
    public.edit(product, name__en_US="Green mug")
    public.send()
    assert PortalPage.objects.get().sheet["locales"]["en_US"]["title"] == "Blue mug"


def test_what_is_not_mapped_is_not_said_where_everything_was_sent(
    transactional_db: Any, client: Client
) -> None:
    stage = PortalStage(PUBLIC)
    stage.channel.fields.all().delete()
    stage.changed()
    stage.product("MUG-1", FULL)
    stage.send()
    page = text_of(client.get("/portal/b2b/en_US/MUG-1"))
    assert "<h1>Blue mug</h1>" in page
    assert "350" not in page  # the weight was sent, and is not mapped
    assert "350" not in PortalText.objects.get(locale="en_US").search


def test_the_channels_page_shows_the_links(closed: PortalStage, admin_client: Client) -> None:
    page = admin_client.get(f"/admin/channels/channel/{closed.channel.pk}/change/").content.decode()
    assert links.key_of("b2b", "Nordic Trade").split(":")[0] in page


def test_the_portals_own_words_are_in_its_language(public: PortalStage, client: Client) -> None:
    public.product()
    public.send()
    page = text_of(client.get("/portal/b2b/de_DE/MUG-1"))
    assert ">Suchen<" in page
    assert "Zum Inhalt" in page
    assert "0,35 kg" in page
    assert "1 Produkt<" in text_of(client.get("/portal/b2b/de_DE/"))


def test_another_connector_takes_the_pages_down_and_does_not_bring_old_ones_back(
    public: PortalStage, client: Client
) -> None:
    def switch(connector: str, settings: dict[str, Any]) -> None:
        Channel.objects.update(connector=connector, settings=settings)
        profiles.moved(channel_id=public.channel.pk)
        public.changed()

    stays, leaves = public.products(2)
    public.send()
    switch("webhook", {"endpoint": "http://127.0.0.1:9/hook", "timeout": 1})
    public.put(leaves, status="draft")
    switch("portal", PUBLIC)
    assert client.get("/portal/b2b/en_US/MUG-2").status_code == 404
    public.let_time_pass()
    public.send()
    assert client.get("/portal/b2b/en_US/MUG-1").status_code == 200
    assert client.get("/portal/b2b/en_US/MUG-2").status_code == 404
    assert public.listing(stays).state == Listing.State.LIVE


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<p>Fish &amp; chips</p><p>Two</p>", "Fish & chips Two"),
        ("under 3 < 4", "under 3 < 4"),
        (["a", "b"], "a, b"),
    ],
)
def test_a_text_loses_its_marks_and_no_words(value: Any, shown: str) -> None:
    assert sheets.plain(value) == shown


def test_an_address_that_is_too_long_to_keep_is_left_out(public: PortalStage) -> None:
    product = public.product("Ж" * 150)
    public.send()
    listing = public.listing(product)
    assert (listing.state, listing.external_url) == (Listing.State.LIVE, "")


def test_a_sku_that_would_lead_elsewhere_is_refused(public: PortalStage) -> None:
    product = public.product("A/../B")
    public.send()
    assert public.listing(product).state == Listing.State.BLOCKED
    assert not PortalPage.objects.exists()
