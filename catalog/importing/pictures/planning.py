"""What a plan says of files to be fetched, and what is known of their addresses from before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from catalog.importing.cells import Parsed
from catalog.importing.pictures.addresses import digest_of, is_address
from catalog.importing.rows import PlannedRow
from catalog.models.asset import Asset
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.remote import ImportPicture, RemoteFile
from catalog.values.changes import ABSENT
from catalog.values.hashing import value_hash

FRESH = timedelta(days=1)  # an address that gave a file is not asked again so soon
State = ImportPicture.State
_CHUNK = 500


def known_files(urls: Iterable[str]) -> dict[str, str]:
    """{address: sha256} of what was fetched lately and is in the library still: two queries, none for no addresses."""
    by_digest = {digest_of(url): url for url in urls}
    digests = sorted(by_digest)
    found: dict[str, str] = {}
    since = timezone.now() - FRESH
    for start in range(0, len(digests), _CHUNK):
        part = digests[start : start + _CHUNK]
        rows = RemoteFile.objects.filter(digest__in=part, fetched_at__gte=since)
        found |= {by_digest[digest]: sha256 for digest, sha256 in rows.values_list("digest", "sha256")}
    there: set[str] = set()
    wanted = sorted(set(found.values()))
    for start in range(0, len(wanted), _CHUNK):
        assets = Asset.objects.in_library().filter(sha256__in=wanted[start : start + _CHUNK])
        there.update(assets.values_list("sha256", flat=True))
    return {url: sha256 for url, sha256 in found.items() if sha256 in there}


def find_files(batch: Iterable[Parsed]) -> None:
    """Cells all of whose addresses were fetched lately have their value already."""
    named = [parsed for parsed in batch if parsed.files]
    urls = {part for parsed in named for files in parsed.files.values() for part in files.parts}
    known = known_files(url for url in urls if is_address(url))
    for parsed in named:
        for key, files in parsed.files.items():
            if all(part in known for part in files.parts if is_address(part)):
                parsed.values[key] = files.value(known)


def note(
    taken: Iterable[tuple[PlannedRow, Parsed]], documents: Mapping[int, Mapping[str, Any]]
) -> list[ImportPicture]:
    """The files that planned rows wait for (without their run), and a remark on each row. `documents`: the products' own
    values."""
    planned = (ImportRow.State.PLANNED, ImportRow.State.UNCHANGED)
    return [
        picture
        for row, parsed in taken
        if parsed.files and row.state in planned
        for picture in _noted(row, parsed, documents.get(row.product_id or 0, {}))
    ]


def _noted(row: PlannedRow, parsed: Parsed, document: Mapping[str, Any]) -> list[ImportPicture]:
    made = []
    for key, addresses in parsed.files.items():
        if key in parsed.values:
            continue
        base = value_hash(document.get(key, ABSENT))
        count = sum(is_address(part) for part in addresses.parts)
        message = ngettext(
            "%d file is fetched from its address once the row is written.",
            "%d files are fetched from their addresses once the row is written.",
            count,
        )
        row.notes.append({"kind": "fetch", "key": key, "message": message % count})
        for place, part in enumerate(addresses.parts):
            picture = ImportPicture(number=row.number, key=key, place=place, base=base)
            if is_address(part):
                picture.url, picture.digest = part, digest_of(part)
            else:
                picture.sha256, picture.state = part.lower(), State.FETCHED
            made.append(picture)
    return made


def store(run: ImportRun, pictures: Sequence[ImportPicture]) -> None:
    """In the transaction of the rows. What a row that is planned anew had before is gone with it."""
    numbers = sorted({picture.number for picture in pictures})
    if numbers:
        ImportPicture.objects.filter(run=run, number__in=numbers).delete()
    for picture in pictures:
        picture.run = run
    ImportPicture.objects.bulk_create(pictures, batch_size=_CHUNK)


def clear(run: ImportRun) -> None:
    while ids := list(run.pictures.values_list("pk", flat=True)[: _CHUNK * 4]):
        ImportPicture.objects.filter(pk__in=ids).delete()


def forego(run: ImportRun) -> None:
    """What was not written is not going to be."""
    open_states = (State.WAITING, State.FETCHED)
    while ids := list(run.pictures.filter(state__in=open_states).values_list("pk", flat=True)[:_CHUNK]):
        ImportPicture.objects.filter(pk__in=ids).update(state=State.LEFT)


def due(run: ImportRun) -> QuerySet[ImportPicture]:
    """The files of rows that are written, or had nothing else to write. Those of mended rows wait until these are."""
    settled = (ImportRow.State.APPLIED, ImportRow.State.UNCHANGED)
    rows = run.rows.filter(number=OuterRef("number"), state__in=settled, product__isnull=False)
    return run.pictures.filter(Exists(rows))


def count(pictures: QuerySet[ImportPicture]) -> int:
    """Addresses among them that are to be asked."""
    return pictures.filter(state=State.WAITING).values("digest").distinct().count()
