"""The pages a customer would see."""

import os
import signal
import subprocess
import sys

from tests.demo.conftest import SECRET, sheet, upsert, withdraw


def test_the_home_page_shows_what_was_sent_by_category(shop):
    shop.push(upsert())
    page = shop.get("/en_US/").text
    assert "Kopp Stoneware Mug" in page
    assert "<h2>Home</h2>" in page
    assert 'src="http://127.0.0.1:1/kopp.jpg"' in page
    assert "$22.00" in page


def test_a_product_page_speaks_its_language(shop):
    shop.push(upsert())
    page = shop.get("/de_DE/p/TH-KOPP-CREAM").text
    assert '<html lang="de">' in page
    assert "<h1>Steinzeugbecher Kopp</h1>" in page
    assert "Ein Kapitel lang warm." in page
    assert "19,00\u00a0€" in page
    assert '<th scope="row">Spülmaschinenfest</th><td>Ja</td>' in page


def test_variants_link_to_each_other(shop):
    for number, color in enumerate(("Cream", "Slate")):
        fields = {"color": {"code": color.lower(), "label": color}, "price": {"EUR": "19"}}
        shop.push(upsert(f"TH-KOPP-{color}", fields=fields, parent="TH-KOPP"), message=f"m{number}")
    page = shop.get("/en_US/p/TH-KOPP-Cream").text
    assert '<a href="/en_US/p/TH-KOPP-Cream" aria-current=page>Cream</a>' in page
    assert '<a href="/en_US/p/TH-KOPP-Slate">Slate</a>' in page


def test_hostile_text_is_harmless(shop):
    locales = {
        "en_US": {
            "title": "<script>alert(1)</script>",
            "description": "<p onclick=x>Hi<script>alert(2)</script></p>",
        }
    }
    shop.push(upsert(locales=locales, images=[{"url": "javascript:alert(3)", "sha256": "", "alt": '"><b>'}]))
    page = shop.get("/en_US/p/TH-KOPP-CREAM")
    assert "<script>alert" not in page.text
    assert "alert(2)" not in page.text
    assert "onclick" not in page.text
    assert "javascript:alert(3)" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_an_edit_raises_the_version_pages_wait_for(shop):
    shop.push(upsert(revision=1), message="a")
    before = shop.get("/_version").json()["version"]
    shop.push(upsert(revision=2, locales={"en_US": {"title": "Edited"}}), message="b")
    assert shop.get("/_version").json()["version"] == before + 1
    assert "<h1>Edited</h1>" in shop.get("/en_US/p/TH-KOPP-CREAM").text


def test_unknown_addresses_answer_404(shop):
    shop.push(upsert(), withdraw("GONE"))
    for path in (
        "/xx_XX/",
        "/en_US/p/GONE",
        "/en_US/p/NOPE",
        "/en_US/a/b/c",
        "/static/..%2fserver.py",
        "/static/none.css",
    ):
        assert shop.get(path).status_code == 404, path


def test_a_sheet_without_anything_still_makes_a_page(shop):
    shop.push(
        upsert("BARE", categories=[], images=[], fields={}, family=None, locales={"fr_FR": {"title": "Nu"}})
    )
    assert "<h1>Nu</h1>" in shop.get("/en_US/p/BARE").text
    assert "Nu" in shop.get("/fr_FR/").text


def test_a_model_with_its_variants_inside_lists_them(shop):
    inside = [sheet("A", fields={"color": {"code": "x", "label": "Slate"}, "price": {"USD": "22"}})]
    shop.push(upsert("MODEL", variants=inside))
    assert "<span>Slate · $22.00</span>" in shop.get("/en_US/p/MODEL").text


def test_the_shop_is_a_process_of_its_own_that_ends_when_told(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pim.demo.shop",
        "--port",
        "0",
        "--data",
        str(tmp_path),
        "--secret",
        SECRET,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("shop: http://127.0.0.1:")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()


def test_channels_have_shelves_of_their_own(shop):
    shop.push(upsert(), message="a")
    answer = shop.push(
        upsert(locales={"de_DE": {"title": "Für Profis"}}), message="a", to="/hooks/pro_portal"
    )
    page = f"{shop.address}/at/pro_portal/de_DE/p/TH-KOPP-CREAM"
    assert answer.json()["results"][0]["url"] == page
    assert "<h1>Für Profis</h1>" in shop.get("/at/pro_portal/de_DE/p/TH-KOPP-CREAM").text
    assert 'href="/at/pro_portal/de_DE/"' in shop.get("/at/pro_portal/de_DE/p/TH-KOPP-CREAM").text
    assert "<h1>Steinzeugbecher Kopp</h1>" in shop.get("/de_DE/p/TH-KOPP-CREAM").text
    assert shop.get("/hooks/pro_portal/items?key=TH-KOPP-CREAM").json()["items"][0]["url"] == page
    assert shop.get("/_version?channel=pro_portal").json() == {"version": 1}


def test_the_dealer_shop_is_reached_by_its_channel_code_too(shop):
    shop.push(upsert(), to="/hooks/b2b_shop")
    assert shop.state == {"TH-KOPP-CREAM": (1, True)}
    assert shop.get("/at/..%2f..%2fx/en_US/").status_code == 404
