"""Akeneo's own demo catalogue moves here whole: one zip through the upload, one press, nothing else."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import (
    Attribute,
    Category,
    Family,
    FamilyVariant,
    Option,
    Product,
    Revision,
    User,
)
from channels.models import Channel, Completeness, Listing, Requirement
from tests.catalog.decoding.harmless import pdf, picture
from tests.channels.icecat import FOLDER, rows
from tests.channels.takeovers.mover import Mover, tallies
from tests.channels.test_icecat import completeness_is_the_same, has_right_check_digit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of samples is not beside this repository"),
]


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job's lease is renewed beside it over a connection that does not see a test's transaction: here it would be lost
    after twenty seconds."""
    monkeypatch.setattr("catalog.jobs.handle.LEASE", timedelta(days=1))


def zipped(*, pictures: bool) -> io.BytesIO:
    """Under names of no meaning: files are told by what is in them. The sample has the names of its pictures only."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, path in enumerate(sorted(FOLDER.glob("*.csv"))):
            archive.write(path, f"export/{number}.csv")
        for path in sorted(named_files()) if pictures else ():
            archive.writestr(f"export/{path}", pdf(path) if path.endswith(".pdf") else picture("PNG"))
    packed.seek(0)
    packed.name = "icecat.zip"
    return packed


def named_files() -> set[str]:
    cells = (cell for name in ("product_models", "products") for row in rows(name) for cell in row.values())
    return {cell for cell in cells if cell and cell.startswith("files/")}


def test_the_folder_migrates_whole_in_one_guided_step(db: None, client: Client, tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    client.force_login(User.objects.create_superuser("boss"))
    mover = Mover(client)
    takeover = mover.upload(zipped(pictures=True))
    assert (takeover.state, takeover.error) == ("planned", "")
    planned = takeover.plan
    assert (Attribute.objects.count(), Product.objects.count(), Channel.objects.count()) == (0, 0, 0)
    assert {line["code"]: line["new"] for line in planned["lines"]} == {
        "locales": 3, "currencies": 2, "contexts": 3, "measurement_families": 0, "attribute_groups": 12, "attributes": 76,
        "association_types": 4, "options": 121, "families": 17, "family_variants": 9, "categories": 168, "channels": 3,
        "requirements": sum(line["new"] for line in planned["lines"] if line["code"] == "requirements"),
    }  # fmt: skip
    told = {line["kind"]: line["tallies"] for line in planned["products"]}
    assert told["products"]["cased"]["count"] == 18
    assert told["products"]["no_family"]["count"] == 1
    eans = [row["ean"] for row in rows("products") if row["ean"]]
    assert told["products"]["gtin"]["count"] == sum(not has_right_check_digit(ean) for ean in eans)
    assert planned["missing"] == []

    mover.press(takeover)
    assert (takeover.state, takeover.error) == ("done", "")
    assert tallies(takeover) == [(81, 81, 0, 0, 0), (1239, 1239, 0, 0, 0)]
    assert Attribute.objects.exclude(type="association").count() + 1 == 77  # and the SKU
    assert Attribute.objects.filter(type="association").count() == 4
    assert (Family.objects.count(), FamilyVariant.objects.count()) == (17, 9)
    assert (Category.objects.count(), Option.objects.count()) == (168, 121)
    models = Product.objects.filter(kind__in=["model", "submodel"]).count()
    assert (models, Product.objects.count()) == (81, 1320)
    assert len(named_files()) > 200
    assert takeover.marks["lines"]["media"]["left_out"] == []
    completeness_is_the_same()
    assert Channel.objects.filter(paused_at=None).count() == 0
    assert Listing.objects.exclude(sent_hash="").count() == 0
    report = mover.page(takeover)
    assert all(
        reverse("admin:catalog_importrun_change", args=[pk]) in report
        for pk in takeover.marks["runs"].values()
    )

    revisions, scores = Revision.objects.count(), Completeness.objects.count()
    required = Requirement.objects.count()
    again = mover.press(
        mover.upload(zipped(pictures=False))
    )  # its cells of pictures, which are not there, take none away
    assert tallies(again) == [(81, 0, 0, 81, 0), (1239, 0, 0, 1239, 0)]
    assert {code: (line["new"], line["changed"]) for code, line in again.marks["lines"].items()} == dict.fromkeys(
        again.marks["lines"], (0, 0)
    )  # fmt: skip
    assert Revision.objects.count() == revisions
    assert (Completeness.objects.count(), Requirement.objects.count()) == (scores, required)
