"""Records named by a file: found in any case, looked up once a batch, and their absence told at the cell."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.catalog.importing.files import Importer, row, tally, values
from tests.catalog.records import add_brands


def test_brands_come_in_by_code_and_unknown_ones_are_told(importer: Importer) -> None:
    add_brands(importer.world)
    with CaptureQueriesContext(connection) as captured:
        run = importer.run(
            'sku,family,brand,makers\nM-1,mugs,TARN,"holt,fell"\nM-2,mugs,nobody,\nM-3,mugs,Fell,tarn\n'
        )
    asked = [query for query in captured.captured_queries if 'FROM "catalog_referencerecord"' in query["sql"]]
    assert len(asked) <= 3
    assert tally(run) == (3, 2, 0, 0, 1, 0)
    assert (values("M-1")["brand"], values("M-1")["makers"]) == (["tarn"], ["Holt", "fell"])
    assert "There is no record 'nobody' of Brand" in row(run, 3).errors[0]["message"]
    assert tally(importer.run('sku,brand,makers\nM-1,tarn,"Holt,FELL"\n')) == (1, 0, 0, 1, 0, 0)
