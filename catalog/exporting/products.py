"""An export from end to end: products in, a file on this machine's disk out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.access import Rights
from catalog.exporting import columns, rows
from catalog.exporting.columns import Choice
from catalog.exporting.files import SpreadsheetFile, open_file
from catalog.exporting.xliff import XliffFile
from catalog.importing.targets import Target
from catalog.models.product import Product
from catalog.models.translation import OutdatedTranslation
from catalog.structure.snapshot import Structure

TOLD = 20  # cells that do not fit, named one by one


@dataclass(slots=True)
class Exported:
    """`notes`: what is not in the file, in sentences."""

    products: int = 0
    columns: int = 0
    notes: list[str] = field(default_factory=list)


def export(
    products: QuerySet[Product],
    choice: Choice,
    path: Path,
    *,
    rights: Rights | None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:
    """Writes the products' own values to `path`; `products` are those the person may see, `rights` what of them (None: all).

    Raises ChoiceRefused, files.DoesNotFit. Two passes where columns without values are left out.
    """
    structure = Structure.current()
    plan = columns.plan(choice, structure, rights)
    count = products.order_by().count()
    passes = 1 if choice.empty_columns else 2
    done = 0

    def seen(batch: int) -> None:
        nonlocal done
        done += batch
        progress(min(done, count * passes), count * passes)

    chosen = plan.targets
    if not choice.empty_columns:
        used = rows.keys_in_use(products, seen)
        chosen = tuple(target for target in chosen if target.field or target.key in used)
    made = Exported(columns=len(chosen))
    writer = rows.RowWriter(chosen, structure, rights, labels=choice.labels)
    with _open(path, choice, chosen, structure) as file:
        file.write(columns.headings(chosen, choice, structure))
        for batch in writer.batches(products):
            if isinstance(file, XliffFile):
                file.outdated = _outdated([cells[0] for cells in batch], choice.translate[1])
            for cells in batch:
                file.write(cells)
            made.products += len(batch)
            seen(len(batch))
        too_long = file.too_long
    if isinstance(file, XliffFile):
        made.notes.append(
            ngettext("%d text to translate.", "%d texts to translate.", file.units) % file.units
        )
    if plan.unspoken:
        sentence = _("Left out, because the header means something else: %(names)s.")
        made.notes.append(sentence % {"names": ", ".join(plan.unspoken)})
    for sku, column in too_long[:TOLD]:
        sentence = _("%(column)s of %(sku)s is longer than a workbook's cell: left empty. A CSV file has it.")
        made.notes.append(sentence % {"column": chosen[column], "sku": sku})
    if len(too_long) > TOLD:
        made.notes.append(_("… and %(count)d more such cells.") % {"count": len(too_long) - TOLD})
    return made


def _open(path: Path, choice: Choice, chosen: Sequence[Target], structure: Structure) -> SpreadsheetFile:
    if choice.format != "xliff":
        return open_file(path, choice.format)
    source, target = choice.translate
    return XliffFile(path, chosen, (source, target), structure, gaps_only=choice.gaps_only)


def _outdated(skus: Sequence[str], locale: str) -> frozenset[tuple[str, str]]:
    """(SKU, key) of these products' translations whose source has changed since. One query."""
    rows = OutdatedTranslation.objects.filter(product__sku__in=skus, locale=locale)
    return frozenset(rows.values_list("product__sku", "key"))
