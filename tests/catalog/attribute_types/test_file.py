from types import SimpleNamespace

import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

FILE = ATTRIBUTE_TYPES["file"]
SPEC = attribute("file", extensions=["pdf"], max_size_mb="1")
DIGEST = "ab" * 32


def asset(kind: str = "file", extension: str = "pdf", size: int = 1000) -> SimpleNamespace:
    return SimpleNamespace(
        kind=kind, name="manual", size=size, file=SimpleNamespace(name=f"assets/ab/x.{extension}")
    )


def test_a_document_is_named_by_its_hash() -> None:
    assert clean(SPEC, DIGEST.upper()) == DIGEST
    assert FILE.references(DIGEST) == {"asset": {DIGEST}}
    assert refusal(SPEC, "manual.pdf")[0] == "not_an_asset"


@pytest.mark.parametrize(
    ("given", "code", "sentence"),
    [
        (asset(kind="image"), "wrong_kind", "'manual' is no document: choose a document."),
        (asset(extension="docx"), "wrong_extension", "'manual' is a DOCX file: %(label)s takes pdf."),
        (
            asset(size=1_000_001),
            "too_heavy",
            "'manual' is larger than 1 MB, the most that %(label)s takes: save it smaller.",
        ),
    ],
)
def test_another_kind_ending_or_weight_is_refused(given: SimpleNamespace, code: str, sentence: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        FILE.check_asset(given, SPEC)
    assert (refused.value.code, refused.value.message) == (code, sentence.replace("%(label)s", SPEC.label()))


def test_what_fits_passes() -> None:
    FILE.check_asset(asset(size=1_000_000), SPEC)
