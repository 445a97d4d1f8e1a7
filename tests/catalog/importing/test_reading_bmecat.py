"""BMEcat in both versions: an article is a row, whatever its supplier put into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.dialects import DIALECTS
from catalog.importing.readers.base import FileRefused, Table
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure
from tests.catalog.importing.files import Importer, product, tally, values

HEAD = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog.dtd">
<BMECAT xmlns="http://www.bmecat.org/bmecat/1.2/bmecat_new_catalog" version="1.2"><HEADER><CATALOG>
<LANGUAGE>{language}</LANGUAGE><CURRENCY>EUR</CURRENCY><MIME_ROOT>https://pictures.test/a</MIME_ROOT></CATALOG></HEADER><T_NEW_CATALOG>
<CATALOG_GROUP_SYSTEM><CATALOG_STRUCTURE type="root"><GROUP_ID>1</GROUP_ID><GROUP_NAME>Kitchen</GROUP_NAME><PARENT_ID>0</PARENT_ID>
</CATALOG_STRUCTURE><CATALOG_STRUCTURE type="leaf"><GROUP_ID>2</GROUP_ID><GROUP_NAME>Cups</GROUP_NAME><PARENT_ID>1</PARENT_ID>
</CATALOG_STRUCTURE></CATALOG_GROUP_SYSTEM>"""
TAIL = """<ARTICLE_TO_CATALOGGROUP_MAP><ART_ID>T-1</ART_ID><CATALOG_GROUP_ID>2</CATALOG_GROUP_ID>
</ARTICLE_TO_CATALOGGROUP_MAP></T_NEW_CATALOG></BMECAT>"""
ARTICLE = """<ARTICLE mode="new"><SUPPLIER_AID>{sku}</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Tasse weiß</DESCRIPTION_SHORT>
<EAN>4006381333931</EAN><KEYWORD>Tee</KEYWORD><KEYWORD>Küche</KEYWORD></ARTICLE_DETAILS>
<ARTICLE_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-9</REFERENCE_FEATURE_SYSTEM_NAME>
<REFERENCE_FEATURE_GROUP_ID>24</REFERENCE_FEATURE_GROUP_ID><FEATURE><FNAME>Capacity</FNAME><FVALUE>300</FVALUE></FEATURE>
<FEATURE><FNAME>Gewicht</FNAME><FVALUE>350</FVALUE><FUNIT>GRM</FUNIT></FEATURE></ARTICLE_FEATURES>
<ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>1.25</PRICE_AMOUNT><PRICE_FACTOR>10</PRICE_FACTOR>
</ARTICLE_PRICE><ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>9</PRICE_AMOUNT><LOWER_BOUND>100</LOWER_BOUND></ARTICLE_PRICE>
</ARTICLE_PRICE_DETAILS><MIME_INFO><MIME><MIME_SOURCE>t.jpg</MIME_SOURCE><MIME_PURPOSE>normal</MIME_PURPOSE></MIME></MIME_INFO>
</ARTICLE>"""


def written(folder: Path, *articles: str, language: str = "deu") -> Path:
    path = folder / "catalogue.xml"
    path.write_text(HEAD.format(language=language) + "".join(articles) + TAIL, encoding="iso-8859-1")
    return path


def test_an_article_is_a_row_of_what_was_said_of_it(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ARTICLE.format(sku="T-1"),
        '<ARTICLE mode="delete"><SUPPLIER_AID>T-2</SUPPLIER_AID></ARTICLE>',
    )
    table = recognise_in_child(path, "catalogue.xml")
    ((first, second),) = read_in_child(path, table)
    assert (table.format, table.row_estimate, [note.code for note in table.notes]) == (
        "bmecat",
        2,
        ["articles_deleted"],
    )
    assert dict(zip(table.headers, first[1], strict=True)) == {
        "SUPPLIER_PID": "T-1",
        "DESCRIPTION_SHORT (deu)": "Tasse weiß",
        "EAN": "4006381333931",
        "KEYWORD (deu)": "Tee,Küche",
        "REFERENCE_FEATURE_GROUP_ID (ECLASS-9)": "24",
        "Capacity": "300",
        "Gewicht": "350 GRM",
        "PRICE (net_list) EUR": "12.5",
        "PRICE (net_list) EUR from 100": "9",
        "MIME (normal)": "https://pictures.test/a/t.jpg",
        "CATEGORY": "Kitchen > Cups",
    }  # fmt: skip
    assert second == (2, ["T-2", *[""] * 10])


def test_bmecat_2005_names_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text(
        '<BMECAT version="2005"><HEADER><CATALOG><LANGUAGE default="true">ger</LANGUAGE><LANGUAGE>eng</LANGUAGE></CATALOG></HEADER>'
        "<T_NEW_CATALOG><PRODUCT><SUPPLIER_PID>A</SUPPLIER_PID><PRODUCT_DETAILS><DESCRIPTION_SHORT>Tasse</DESCRIPTION_SHORT>"
        '<DESCRIPTION_SHORT lang="eng">Cup</DESCRIPTION_SHORT><INTERNATIONAL_PID type="gtin">1</INTERNATIONAL_PID>'
        "</PRODUCT_DETAILS></PRODUCT></T_NEW_CATALOG></BMECAT>"
    )
    table = recognise_in_child(path, "f.xml")
    assert table.headers == ("SUPPLIER_PID", "DESCRIPTION_SHORT (ger)", "DESCRIPTION_SHORT (eng)", "EAN")


PRICES = """<ARTICLE><SUPPLIER_AID type="own">{sku}</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_LONG>One<br/>two <b>x</b> end
</DESCRIPTION_LONG></ARTICLE_DETAILS><ARTICLE_FEATURES><FEATURE><FNAME>Farbe</FNAME><FVALUE lang="deu">rot</FVALUE>
<FVALUE lang="eng">red</FVALUE></FEATURE></ARTICLE_FEATURES>{prices}</ARTICLE>"""
DETAILS = """<ARTICLE_PRICE_DETAILS><DATETIME type="valid_start_date"><DATE>{date}</DATE></DATETIME><ARTICLE_PRICE price_type="nrp">
<PRICE_AMOUNT>{amount}</PRICE_AMOUNT>{territory}</ARTICLE_PRICE></ARTICLE_PRICE_DETAILS>"""


def priced(folder: Path, *prices: str) -> dict[str, str]:
    path = written(folder, PRICES.format(sku="A", prices="".join(prices)))
    table = recognise_in_child(path, "catalogue.xml")
    (((_number, cells),),) = read_in_child(path, table)
    return dict(zip(table.headers, cells, strict=True))


def test_two_prices_are_never_one_cell(tmp_path: Path) -> None:
    def price(amount: str, date: str = "2026-01-01", where: str = "") -> str:
        territory = f"<TERRITORY>{where}</TERRITORY>" if where else ""
        return DETAILS.format(amount=amount, date=date, territory=territory)

    found = priced(tmp_path, price("100"), price("90", "2027-01-01"))
    assert {header: cell for header, cell in found.items() if "PRICE" in header} == {
        "PRICE (nrp) EUR since 2026-01-01": "100",
        "PRICE (nrp) EUR since 2027-01-01": "90",
    }
    assert priced(tmp_path, price("9", where="AT"))["PRICE (nrp) EUR in AT"] == "9"
    hundred = "<ARTICLE_ORDER_DETAILS><PRICE_QUANTITY>100</PRICE_QUANTITY></ARTICLE_ORDER_DETAILS>"
    assert priced(tmp_path, hundred, price("45"))["PRICE (nrp) EUR per 100"] == "45"
    assert priced(tmp_path, price("9e999999</PRICE_AMOUNT><PRICE_FACTOR>20</PRICE_FACTOR><PRICE_AMOUNT>"))[
        "PRICE (nrp) EUR"
    ].endswith("× 20")


def test_marked_up_texts_stay_whole_and_languages_apart(tmp_path: Path) -> None:
    found = priced(tmp_path)
    assert found["SUPPLIER_PID"] == "A"
    assert found["DESCRIPTION_LONG (deu)"] == "One two x end"
    assert (found["Farbe"], found["Farbe (eng)"]) == ("rot", "red")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<BMECAT><T_NEW_CATALOG/></BMECAT>", "no_articles"),
        ("<BMECAT><ARTICLE><SUPPLIER_AID>A</SUPPLIER_AID>", "broken_xml"),
        ('<!DOCTYPE BMECAT [<!ENTITY a "b">]><BMECAT><ARTICLE>&a;</ARTICLE></BMECAT>', "entities"),
        ("<catalogue><article/></catalogue>", "other_format"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_the_reason(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "f.xml"
    path.write_text('<?xml version="1.0"?>' + text)
    with pytest.raises(FileRefused) as caught:
        recognise_in_child(path, "f.xml")
    assert caught.value.code == code


def test_articles_become_products_in_the_language_of_their_catalogue(
    importer: Importer, tmp_path: Path
) -> None:
    path = written(
        tmp_path, ARTICLE.format(sku="T-1").replace("<FEATURE><FNAME>Gewicht", "<FEATURE><FNAME>Weight")
    )
    importer.world.create("T-1", {}, family="mugs")
    run = importer.run(path.read_text("iso-8859-1").replace("ISO-8859-1", "UTF-8"))
    assert run.table["dialect"] == "bmecat"
    assert tally(run) == (1, 0, 1, 0, 0, 0)
    found = values("T-1")
    assert found["name|de_DE"] == "Tasse weiß"
    assert found["price"] == {"EUR": "12.5"}
    assert found["capacity"] == "300"
    assert product("T-1").categories.get().code == "cups"


def test_a_price_of_one_of_several_territories_or_of_many_pieces_is_left_to_a_person(
    importer: Importer,
) -> None:
    def mapped(*headers: str) -> dict[str, Target | None]:
        table = Table("bmecat", ("SUPPLIER_PID", *headers), 0, dialect="bmecat")
        columns = DIALECTS["bmecat"].map(table, Structure.current(), guess=False)
        return {column.column: column.to for column in columns if column.column in headers}

    price = Target(attribute="price", part="EUR")
    assert mapped("PRICE (nrp) EUR") == {"PRICE (nrp) EUR": price}
    assert mapped("PRICE (nrp) EUR in AT/DE") == {"PRICE (nrp) EUR in AT/DE": price}
    for headers in (("PRICE (nrp) EUR in AT", "PRICE (nrp) EUR in DE"), ("PRICE (nrp) EUR per 100",)):
        assert set(mapped(*headers).values()) == {None}
