"""Documents stay in their rows, and an index that was there twice goes.

A stored document keeps its former place and compression until it is next written; it is read the same.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Most compressed documents just fit into a row. Kept in a table beside, each took a second index and a second, half empty
# piece. pglz writes them a sixth smaller than lz4, for 3 µs more to read one: what the second table cost.
DOCUMENTS = 'ALTER TABLE catalog_productvalues ALTER COLUMN "values" SET STORAGE {storage}, ALTER COLUMN "values" SET COMPRESSION {compression}'


def forwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(DOCUMENTS.format(storage="MAIN", compression="pglz"))


def backwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(DOCUMENTS.format(storage="EXTENDED", compression="default"))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_retention")]

    operations = [
        migrations.RemoveIndex(model_name="uniquevalue", name="unique_value_product"),  # the foreign key has one
        migrations.RunPython(forwards, backwards, elidable=False),
    ]
