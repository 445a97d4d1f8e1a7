"""What finding needs and Django's models can't say: it differs by database (catalog.search)."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POSTGRES = [
    "CREATE INDEX product_tokens ON catalog_product USING gin (tokens)",
    # Documents are read whole: lz4 unpacks several times faster than pglz at about the same size.
    "ALTER TABLE catalog_productvalues ALTER COLUMN \"values\" SET COMPRESSION lz4",
]
SQLITE = [
    "CREATE TABLE catalog_token (token TEXT NOT NULL, product INTEGER NOT NULL, PRIMARY KEY (token, product)) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE catalog_text USING fts5 (body, tokenize = 'trigram')",
]


def forwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            editor.execute(statement)
        return
    editor.execute(POSTGRES[0])
    _try(editor, POSTGRES[1])
    # pg_trgm is a contrib module an administrator may have left out; search works without it, only slower.
    if _try(editor, "CREATE EXTENSION IF NOT EXISTS pg_trgm"):
        editor.execute("CREATE INDEX product_search ON catalog_product USING gin (search gin_trgm_ops)")


def _try(editor: BaseDatabaseSchemaEditor, statement: str) -> bool:
    from django.db import DatabaseError, transaction

    try:
        with transaction.atomic(using=editor.connection.alias):
            editor.execute(statement)
    except DatabaseError:
        return False
    return True


def backwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TABLE catalog_token")
        editor.execute("DROP TABLE catalog_text")
        return
    editor.execute("DROP INDEX IF EXISTS product_search")
    editor.execute("DROP INDEX IF EXISTS product_tokens")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
