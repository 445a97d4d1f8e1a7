"""Tokens and the keys of the number index are kept by their numbers (catalog.models.tokens.numbered), hashes of pictures in bytes.

Nothing is worked out anew: what stands there is numbered, by SQL on PostgreSQL and by a function given to SQLite. Tokens of
what columns say (family, status, kind) go.
"""

import re
from collections.abc import Callable
from typing import Any

import catalog.models.digest
import django.db.models.deletion
import orjson
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from catalog.models.tokens import numbered

POSTGRES = (
    # As catalog.models.tokens.numbered does it.
    r"""CREATE FUNCTION pim_numbered(token text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
        SELECT ('x' || CASE WHEN token ~ '^asset:[0-9a-f]{16}$' THEN substr(token, 7)
                ELSE left(encode(sha256(convert_to(token, 'UTF8')), 'hex'), 16) END)::bit(64)::bigint & -2
            | CASE WHEN token ~ '^inc:[^=|]*[|][^=|]*$' THEN 1 ELSE 0 END $$""",
    r"""CREATE FUNCTION pim_numbered_all(tokens text[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
        SELECT coalesce(array_agg(DISTINCT pim_numbered(token)), '{}') FROM unnest(tokens) AS token
        WHERE token !~ '{gone}' $$""",
)
POSTGRES_TYPE = "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'catalog_product'::regclass AND attname = 'tokens'"
POSTGRES_IMAGE = "ALTER COLUMN image TYPE bytea USING CASE WHEN image ~ '^[0-9a-f]{64}$' THEN decode(image, 'hex') ELSE '' END"
POSTGRES_TOKENS = "ALTER COLUMN tokens TYPE bigint[] USING pim_numbered_all(tokens)"
POSTGRES_LAST = (
    "DROP FUNCTION pim_numbered_all(text[])",
    "DROP FUNCTION pim_numbered(text)",
    # Or the planner knows nothing of how common a token is, until somebody has changed a tenth of the products.
    "ANALYZE catalog_product",
    "ANALYZE catalog_numbervalue",
)
SQLITE = (
    "UPDATE catalog_product SET tokens = pim_numbered_all(tokens)",
    "ALTER TABLE catalog_token RENAME TO catalog_token_texts",
    "CREATE TABLE catalog_token (token INTEGER NOT NULL, product INTEGER NOT NULL, PRIMARY KEY (token, product)) WITHOUT ROWID",
    "INSERT OR IGNORE INTO catalog_token SELECT pim_numbered(token), product FROM catalog_token_texts "
    "WHERE NOT pim_gone(token) ORDER BY 1, 2",
    "DROP TABLE catalog_token_texts",
)
# The number index of before stands aside until its rows are copied.
ASIDE = (
    "ALTER TABLE catalog_numbervalue RENAME TO catalog_numbervalue_texts",
    "DROP INDEX number_value_range",  # the new table's have these names
)
ASIDE_POSTGRES = "ALTER TABLE catalog_numbervalue_texts DROP CONSTRAINT catalog_numbervalue_pkey"
COPIED = (
    "INSERT INTO catalog_numbervalue (product_id, key, number) "
    "SELECT product_id, pim_numbered(key), number FROM catalog_numbervalue_texts ORDER BY 1, 2"
)


def number_tokens(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    # An attribute may be called "kind", not "family" or "status".
    is_attribute = apps.get_model("catalog", "Attribute").objects.filter(code__iexact="kind").exists()
    gone = "^(family|status)=" if is_attribute else "^(family|status|kind)="
    if editor.connection.vendor == "sqlite":
        editor.connection.ensure_connection()
        given: Any = editor.connection.connection
        given.create_function("pim_numbered", 1, numbered, deterministic=True)
        given.create_function("pim_numbered_all", 1, _without(gone), deterministic=True)
        given.create_function("pim_gone", 1, lambda token: bool(re.match(gone, token)), deterministic=True)
        for statement in SQLITE:
            editor.execute(statement)
        return
    for statement in POSTGRES:
        editor.execute(statement.replace("{gone}", gone))
    with editor.connection.cursor() as cursor:
        cursor.execute(POSTGRES_TYPE)
        # A new database has been given the new column of tokens by the first migration.
        changes = [POSTGRES_IMAGE, *([POSTGRES_TOKENS] if cursor.fetchone() == ("text[]",) else [])]
    editor.execute(f"ALTER TABLE catalog_product {', '.join(changes)}")


def _without(gone: str) -> Callable[[str], str]:
    is_gone = re.compile(gone).match

    def numbered_all(tokens: str) -> str:
        kept = {numbered(token) for token in orjson.loads(tokens or "[]") if not is_gone(token)}
        return orjson.dumps(sorted(kept)).decode()

    return numbered_all


def set_aside(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in ASIDE:
        editor.execute(statement)
    if editor.connection.vendor == "postgresql":
        editor.execute(ASIDE_POSTGRES)


def copy_numbers(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(COPIED)
    editor.execute("DROP TABLE catalog_numbervalue_texts")
    if editor.connection.vendor == "postgresql":
        for statement in POSTGRES_LAST:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0027_job_language")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(number_tokens, elidable=False)],
            state_operations=[
                migrations.AlterField(
                    model_name="product",
                    name="image",
                    field=catalog.models.digest.DigestField(default="", editable=False, max_length=64),
                )
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(set_aside, elidable=False)],
            state_operations=[migrations.DeleteModel("NumberValue")],
        ),
        migrations.CreateModel(
            name="NumberValue",
            fields=[
                ("pk", models.CompositePrimaryKey("product_id", "key", blank=True, editable=False, primary_key=True, serialize=False)),
                ("key", models.BigIntegerField()),
                ("number", models.FloatField()),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="number_values",
                        to="catalog.product",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["key", "number", "product"], name="number_value_range")],
            },
        ),
        migrations.RunPython(copy_numbers, elidable=False),
    ]
