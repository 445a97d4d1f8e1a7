"""An export with the names of a locale, whoever asked for it, is read again by whoever gets it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from catalog.exporting.rows import RowWriter
from catalog.importing.field_cells import FIELD_READERS
from catalog.importing.mapping import Column
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target
from catalog.models import Product
from tests.world import build_world

WORDS = {"en_US": "Draft", "de_DE": "Entwurf", "fr_FR": "Brouillon", "": "draft"}


@pytest.mark.django_db
@pytest.mark.parametrize("asker", ["en", "de"])
def test_a_state_is_named_in_the_exports_language_and_read_in_any(asker: str) -> None:
    world: Any = build_world()
    world.create("MUG-1", family="mugs")
    read = FIELD_READERS["status"](world.structure, ImportSettings(), Column("Status", 0))
    with translation.override(asker):
        for locale, word in WORDS.items():
            writer = RowWriter([Target(field="status")], world.structure, None, labels=locale)
            assert list(writer.batches(Product.objects.all())) == [[[word]]]
            assert read(word) == "draft"
