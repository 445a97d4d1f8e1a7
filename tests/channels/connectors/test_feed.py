"""The feed's own promises: formats, whole files, history, a folder nothing leads out of."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from django.core.exceptions import ValidationError

from channels.connectors import _feed_folder
from channels.connectors.base import Config, Item, Retry
from channels.connectors.feed import Feed
from pim.lib.canonical import canonical_hash

SETTINGS = {
    "format": "csv",
    "layout": "together",
    "name": "products",
    "folder": "",
    "delimiter": "comma",
    "keep": 2,
}


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    settings.PIM_DATA = tmp_path
    return tmp_path / "feeds"


def feed(**more: Any) -> Feed:
    return Feed(channel="acme", settings={**SETTINGS, **more}, credentials={})


def mug(sku: str = "MUG-1", title: str = "Blue mug", **fields: Any) -> dict[str, Any]:
    return {
        "sku": sku, "family": {"code": "mugs", "label": "Mugs"},
        "categories": [{"code": "cups", "path": [{"en_US": "Kitchen", "de_DE": "Küche"}, {"en_US": "Cups", "de_DE": "Tassen"}]}],
        "locales": {"en_US": {"title": title}, "de_DE": {"title": f"{title} (deutsch)"}},
        "fields": {"price": {"EUR": "9.90", "USD": "12.00"}, "care": [{"code": "w", "label": "wash"}, {"code": "d", "label": "dry"}], "new": True, **fields},
        "images": [{"url": "http://x/1", "sha256": "a", "alt": ""}, {"url": "http://x/2", "sha256": "b", "alt": ""}],
    }  # fmt: skip


def items(*sheets: dict[str, Any]) -> list[Item]:
    return [Item(sheet["sku"], "upsert", 1, canonical_hash(sheet), sheet) for sheet in sheets]


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_csv_file_for_each_language_has_the_fields_of_the_mapping_as_headers(root: Path) -> None:
    feed(layout="by_locale").publish(items(mug("MUG-2"), mug()))
    assert names(root / "acme") == [
        "index.sqlite3",
        "manifest.json",
        "products-de_DE.csv",
        "products-en_US.csv",
    ]
    assert cells(root / "acme/products-de_DE.csv") == [
        ["sku", "family", "categories", "care", "new", "price-EUR", "price-USD", "title", "images"],
        ["MUG-1", "mugs", "Küche > Tassen", "wash|dry", "true", "9.90", "12.00", "Blue mug (deutsch)", "http://x/1|http://x/2"],
        ["MUG-2", "mugs", "Küche > Tassen", "wash|dry", "true", "9.90", "12.00", "Blue mug (deutsch)", "http://x/1|http://x/2"],
    ]  # fmt: skip


def test_all_languages_in_one_csv_file_have_a_column_each(root: Path) -> None:
    feed(delimiter="semicolon").publish(items(mug(title='a;"b"\nc')))
    header, row = (root / "acme/products.csv").read_bytes().split(b"\r\n", 1)
    assert header == b"sku;family;categories;care;new;price-EUR;price-USD;title-de_DE;title-en_US;images"
    assert b';"a;""b""\nc";' in row


def test_formulas_are_written_as_they_are_unless_people_read_the_file(root: Path) -> None:
    sheet = mug(title="=1+1", capacity="-5")
    feed().publish(items(sheet))
    assert dict(zip(*cells(root / "acme/products.csv"), strict=True))["title-en_US"] == "=1+1"
    feed(neutralise=True).publish(items(sheet))
    row = dict(zip(*cells(root / "acme/products.csv"), strict=True))
    assert (row["title-en_US"], row["capacity"]) == ("'=1+1", "-5")


def test_xml_is_well_formed_whatever_the_texts_hold_and_says_what_it_left_out(root: Path) -> None:
    one = feed(format="xml", name="{channel}-range")
    one.publish(items(mug(title="a\x00\x0b<b>&\ufffe"), mug("MUG-2", **{"2nd line": "x"})))
    first, second = ElementTree.parse(root / "acme/acme-range.xml").getroot()
    assert [(title.get("locale"), title.text) for title in first.findall("title")] == [
        ("en_US", "a<b>&"),
        ("de_DE", "a<b>& (deutsch)"),
    ]
    assert [care.findtext("label") for care in first.findall("care")] == ["wash", "dry"]
    assert {part.tag: part.text for part in first.find("price") or ()} == {"EUR": "9.90", "USD": "12.00"}
    assert second.findtext("_2nd_line") == "x"
    assert one.told["warning"] == "1 products had characters that the format cannot carry: left out."
    assert orjson.loads((root / "acme/manifest.json").read_bytes())["cleaned"] == 1


def test_json_lines_hold_the_sheets_as_they_are(root: Path) -> None:
    feed(format="jsonl").publish(items(mug("MUG-2"), mug()))
    lines = (root / "acme/products.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line) for line in lines] == [mug(), mug("MUG-2")]


def test_the_manifest_tells_what_there_is_and_what_was_before(root: Path) -> None:
    first = feed(format="jsonl").publish(items(mug()))
    second = feed(format="jsonl").publish(items(mug(), mug("MUG-2")))
    manifest = orjson.loads((root / "acme/manifest.json").read_bytes())
    (file,) = manifest["files"]
    assert file == {
        "name": "products.jsonl", "bytes": (root / "acme/products.jsonl").stat().st_size,
        "sha256": _feed_folder.sha256_of(root / "acme/products.jsonl"), "products": 2,
    }  # fmt: skip
    assert (manifest["products"], manifest["sha256"], manifest["previous"]["sha256"]) == (
        2,
        second.sha256,
        first.sha256,
    )
    assert second.products == 2


def test_the_settings_that_shape_a_file_belong_to_what_is_sent_and_no_others() -> None:
    def content(**settings: Any) -> Any:
        return Feed.content(mug(), {"format": "csv", **settings})

    for setting in (
        {"format": "xml"},
        {"layout": "by_locale"},
        {"name": "range"},
        {"folder": "acme"},
        {"delimiter": "tab"},
        {"neutralise": True},
    ):
        assert content(**setting) != content(), setting
    usual = {
        "layout": "together",
        "name": "products",
        "folder": "",
        "delimiter": "comma",
        "neutralise": False,
    }
    assert content(**usual, keep=3) == content()


def test_unchanged_content_is_not_written_again(root: Path) -> None:
    feed(layout="by_locale").publish(items(mug()))
    before = {path.name: path.stat().st_ino for path in (root / "acme").glob("*.csv")}
    made_at = orjson.loads((root / "acme/manifest.json").read_bytes())["made_at"]
    changed = mug()
    changed["locales"]["de_DE"]["title"] = "Blaue Tasse"
    feed(layout="by_locale").publish(items(mug()))
    assert {path.name: path.stat().st_ino for path in (root / "acme").glob("*.csv")} == before
    manifest = orjson.loads((root / "acme/manifest.json").read_bytes())
    assert (manifest["made_at"], manifest["previous"]) == (made_at, None)
    feed(layout="by_locale").publish(items(changed))
    after = {path.name: path.stat().st_ino for path in (root / "acme").glob("*.csv")}
    assert after["products-en_US.csv"] == before["products-en_US.csv"]
    assert after["products-de_DE.csv"] != before["products-de_DE.csv"]


def test_earlier_snapshots_are_kept_up_to_the_number_asked_for(root: Path) -> None:
    for title in ("one", "two", "three", "four"):
        feed(format="jsonl").publish(items(mug(title=title)))
    kept = sorted((root / "acme/previous").iterdir())
    found = {orjson.loads((old / "products.jsonl").read_bytes())["locales"]["en_US"]["title"] for old in kept}
    assert len(kept) == 2
    assert "three" in found
    assert "four" not in found


def test_the_last_product_that_is_withdrawn_leaves_a_file_without_products(root: Path) -> None:
    feed(layout="by_locale").publish(items(mug()))
    manifest = feed(layout="by_locale").publish([Item("MUG-1", "withdraw", 2)])
    assert manifest.products == 0
    assert cells(root / "acme/products-en_US.csv") == [["sku", "family", "categories", "images"]]


def test_a_file_of_a_former_layout_goes_with_the_next_snapshot(root: Path) -> None:
    feed(layout="by_locale").publish(items(mug()))
    feed().publish(items(mug()))
    assert [path.name for path in (root / "acme").glob("*.csv")] == ["products.csv"]


def test_what_somebody_changed_or_removed_is_no_longer_there(root: Path) -> None:
    feed().publish(items(mug()))
    held = feed().read_back(["MUG-1", "MUG-2"])
    assert (held["MUG-1"].hash, held["MUG-2"]) == (canonical_hash(mug()), None)  # type: ignore[union-attr]
    (root / "acme/products.csv").write_text("mine")
    assert feed().read_back(["MUG-1"]) == {"MUG-1": None}
    (root / "acme/products.csv").unlink()
    assert feed().read_back(["MUG-1"]) == {"MUG-1": None}


@pytest.mark.parametrize("folder", ["../outside", "a/../../outside", "a//b/.", "link", "/outside"])
def test_no_setting_leads_out_of_the_feeds_folder(root: Path, folder: str) -> None:
    outside = root.parent / "outside"
    for made in (outside, root):
        made.mkdir()
    (root / "link").symlink_to(outside)
    if folder == "/outside":  # what begins at the top begins at ours
        feed(folder=folder).publish(items(mug()))
        assert (root / "outside/acme/products.csv").is_file()
    else:
        with pytest.raises(Config):
            feed(folder=folder).publish(items(mug()))
    assert list(outside.iterdir()) == []
    assert names(root.parent) == ["feeds", "outside"]


@pytest.mark.parametrize("folder", ["../outside", "a/../b", "a//b", "/a", ".a", "a b", "a/"])
def test_the_form_takes_folders_of_plain_names(folder: str) -> None:
    with pytest.raises(ValidationError):
        Feed.settings_form()["folder"].clean(folder)


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "a..b", "{sku}", "-x", "a b"])
def test_a_file_name_is_a_plain_name(root: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        Feed.settings_form()["name"].clean(name)
    with pytest.raises(ValidationError):
        feed(name=name)


def test_a_folder_that_may_not_be_written_is_for_the_manager(root: Path) -> None:
    root.parent.mkdir(exist_ok=True)
    root.write_text("a file where the folder should be")
    with pytest.raises(Config):
        feed().publish(items(mug()))


PUBLISH = """
import django; django.setup()
from tests.channels.connectors.test_feed import feed, items, mug
feed(layout="by_locale").publish(items(mug(title="new"), mug("MUG-2", "new")))
"""


@pytest.mark.faults
@pytest.mark.parametrize("point", ["feed_file:1", "feed_file:2"])
def test_killed_in_the_middle_every_file_is_the_old_or_the_new_one_and_the_next_snapshot_is_whole(
    root: Path, point: str
) -> None:
    feed(layout="by_locale").publish(items(mug()))
    before = {path.name: path.read_bytes() for path in (root / "acme").glob("*.csv")}
    env = {
        **os.environ,
        "PIM_FAIL": point,
        "PIM_DATA": str(root.parent),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    killed = subprocess.run(
        [sys.executable, "-c", PUBLISH], env=env, cwd=Path(__file__).parents[3], check=False
    )
    assert killed.returncode == 137
    changed = [name for name, content in before.items() if (root / "acme" / name).read_bytes() != content]
    assert len(changed) == int(point[-1]) - 1
    assert all(len(cells(root / "acme" / name)) == (3 if name in changed else 2) for name in before)
    assert (feed(layout="by_locale").read_back(["MUG-1"])["MUG-1"] is None) == bool(changed)
    feed(layout="by_locale").publish(items(mug(title="new"), mug("MUG-2", "new")))
    assert [len(cells(root / "acme" / name)) for name in before] == [3, 3]
    assert [name for name in names(root / "acme") if name.startswith(".being-made")] == []


def _many(count: int) -> Iterable[Item]:
    return (Item(f"M{number}", "upsert", 1, "h", mug(f"M{number}")) for number in range(count))


@pytest.mark.parametrize("format", ["csv", "jsonl", "xml"])
def test_publishing_four_times_the_products_takes_no_more_memory(root: Path, format: str) -> None:
    peaks = []
    for count in (500, 500, 2_000):  # the first also loads what is loaded once
        tracemalloc.start()
        feed(format=format).publish(_many(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.2 * peaks[1]


def test_who_lost_the_right_to_publish_while_writing_leaves_the_files_as_they_were(root: Path) -> None:
    feed().publish(items(mug()))
    one, given = feed(), iter(range(3))

    def beat() -> None:
        if next(given) == 2:
            raise Retry("Another worker publishes.", applied="no")

    one.beat = beat
    with pytest.raises(Retry):
        one.publish(items(mug(title="new"), mug("MUG-2"), mug("MUG-3")))
    assert [row[0] for row in cells(root / "acme/products.csv")] == ["sku", "MUG-1"]
    assert names(root / "acme") == ["index.sqlite3", "manifest.json", "products.csv"]


def test_a_stream_of_items_is_taken_as_it_comes(root: Path) -> None:
    assert feed().publish(_many(1_200)).products == 1_200
    assert len(cells(root / "acme/products.csv")) == 1_201
