"""The same products as one row per value, in a database of the large catalogue. Prints one JSON line of bytes.

The other layout is what its systems have: narrow product rows, and typed value rows, a price one in each currency, with the
source of each and the indexes that answer what our grid is asked: loading a product; filters by option, several options,
range of a number, price, measure or date, yes or no, family, kind, state; which products show a file; search; the orders of
the grid. Only filterable attributes are indexed, as with us. It finds no text without its accents, and knows no label but
the first language's. Both have categories and unique values; completeness, listings and history, which both would have
alike, are left out.

python -m tests.benchmarks.storage
"""

from __future__ import annotations

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.db import connection

OURS = (
    "catalog_product", "catalog_productvalues", "catalog_numbervalue", "catalog_uniquevalue", "catalog_productcategory",
)  # fmt: skip
SHARED = ("catalog_uniquevalue", "catalog_productcategory")
STATEMENTS = (
    "CREATE SCHEMA rowwise",
    """CREATE TABLE rowwise.product AS SELECT id, sku, kind, family_id, family_variant_id, parent_id, root_id, status, enabled,
        trashed_at, rev, created_at, updated_at FROM catalog_product""",
    "ALTER TABLE rowwise.product ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON rowwise.product (upper(sku))",
    "CREATE INDEX ON rowwise.product (sku, id)",
    "CREATE INDEX ON rowwise.product (family_id, updated_at DESC, id DESC)",
    "CREATE INDEX ON rowwise.product (updated_at DESC, id DESC)",
    "CREATE INDEX ON rowwise.product (family_variant_id)",
    "CREATE INDEX ON rowwise.product (parent_id)",
    "CREATE INDEX ON rowwise.product (root_id)",
    "CREATE INDEX ON rowwise.product (kind)",
    "CREATE INDEX ON rowwise.product (status)",
    "CREATE INDEX ON rowwise.product USING gin (upper(sku) gin_trgm_ops)",
    # The typed columns by what the stored form is; what has parts (measures, several options) is a document.
    """CREATE TABLE rowwise.value AS SELECT row_number() OVER () AS id, v.product_id, a.id AS attribute_id,
        CASE WHEN a.type = 'select' THEN o.id END AS option_id,
        CASE WHEN a.type = 'date' THEN (e.value #>> '{}')::date END AS day,
        1::smallint AS source_id,
        CASE WHEN a.type = 'boolean' THEN (e.value #>> '{}')::boolean END AS flag,
        nullif(split_part(e.key, '|', 2), '') AS locale, nullif(split_part(e.key, '|', 3), '') AS context, p.currency,
        CASE WHEN a.type NOT IN ('number', 'date', 'select') AND jsonb_typeof(e.value) = 'string' THEN e.value #>> '{}' END AS text,
        CASE WHEN a.type = 'number' THEN (e.value #>> '{}')::numeric WHEN a.type = 'price' THEN p.amount::numeric
            WHEN a.type = 'measurement' THEN n.number::numeric END AS number,
        CASE WHEN a.type <> 'price' AND jsonb_typeof(e.value) IN ('object', 'array') THEN e.value END AS document
        FROM catalog_productvalues v CROSS JOIN LATERAL jsonb_each(v."values") e
        JOIN catalog_attribute a ON a.code = split_part(e.key, '|', 1)
        LEFT JOIN catalog_option o ON a.type = 'select' AND o.attribute_id = a.id AND o.code = e.value #>> '{}'
        LEFT JOIN LATERAL jsonb_each_text(CASE WHEN a.type = 'price' THEN e.value END) p(currency, amount) ON true
        LEFT JOIN catalog_numbervalue n ON a.type = 'measurement' AND n.product_id = v.product_id
            AND n.key = ('x' || left(encode(sha256(convert_to(e.key, 'UTF8')), 'hex'), 16))::bit(64)::bigint & -2""",
    "ALTER TABLE rowwise.value ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON rowwise.value (product_id, attribute_id, locale, context, currency) NULLS NOT DISTINCT",
    "CREATE INDEX ON rowwise.value (option_id, product_id) WHERE option_id IS NOT NULL",
    "CREATE INDEX ON rowwise.value USING gin (document jsonb_path_ops) WHERE attribute_id IN {multiselect}",
    "CREATE INDEX ON rowwise.value (attribute_id, currency, number, product_id) WHERE number IS NOT NULL AND attribute_id IN {filterable}",
    "CREATE INDEX ON rowwise.value (attribute_id, day, product_id) WHERE day IS NOT NULL AND attribute_id IN {filterable}",
    "CREATE INDEX ON rowwise.value (attribute_id, flag, product_id) WHERE flag IS NOT NULL AND attribute_id IN {filterable}",
    "CREATE INDEX ON rowwise.value (text) WHERE attribute_id IN {image}",
    "CREATE INDEX ON rowwise.value (left(text, 300), product_id) WHERE attribute_id IN {label} AND locale = '{locale}'",
    "CREATE INDEX ON rowwise.value USING gin (upper(text) gin_trgm_ops) WHERE attribute_id IN {searchable}",
)  # fmt: skip
# The attributes an index is for: a partial index names them one by one.
ATTRIBUTES = {
    "multiselect": "type = 'multiselect' AND filterable",
    "filterable": "filterable",
    "image": "type = 'image'",
    "searchable": "searchable",
    "label": "id IN (SELECT label_attribute_id FROM catalog_family)",
}


def size(*tables: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) name", [list(tables)]
        )
        return int(cursor.fetchone()[0])


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute("DROP SCHEMA IF EXISTS rowwise CASCADE")
        cursor.execute("SELECT code FROM catalog_locale WHERE is_active ORDER BY position, code LIMIT 1")
        named = {"locale": cursor.fetchone()[0]}
        for name, condition in ATTRIBUTES.items():
            cursor.execute(f"SELECT id FROM catalog_attribute WHERE {condition}")
            named[name] = f"({', '.join(str(row[0]) for row in cursor.fetchall())})"
        for statement in STATEMENTS:
            for name, text in named.items():
                statement = statement.replace(f"{{{name}}}", text)
            cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM rowwise.value")
        values = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM catalog_product")
        products = cursor.fetchone()[0]
    other = size("rowwise.product", "rowwise.value") + size(*SHARED)
    ours = size(*OURS)
    by_table = {table: size(table) for table in OURS}
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA rowwise CASCADE")
    print(json.dumps({"products": products, "values": values, "ours": ours, "rows": other, **by_table}))


if __name__ == "__main__":
    main()
