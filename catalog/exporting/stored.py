"""Files that jobs made for the person who asked: kept in the storage, named by the job, handed out to that person only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage

from catalog.access import can, rights_of
from catalog.models.job import Job
from catalog.models.user import User

FOLDER = "exports"
MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xliff": "application/xliff+xml; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def keep(path: Path, *, job: int, filename: str) -> dict[str, str]:
    """Stores a finished file in the place of an earlier one of the same job; what the job's result says of it."""
    name = f"{FOLDER}/{job}{path.suffix}"
    if default_storage.exists(name):
        default_storage.delete(name)
    with path.open("rb") as content:
        stored = default_storage.save(name, File(content))
    return {"file": stored, "filename": filename}


def file_of(job: Job) -> tuple[str, str] | None:
    """(name in the storage, name for people) of what the job made; None where it made no file, or it was removed."""
    result: Mapping[str, Any] = job.result or {}
    name = str(result.get("file", ""))
    if job.state != Job.State.DONE or not name.startswith(f"{FOLDER}/"):
        return None
    return name, str(result.get("filename") or name.rpartition("/")[2])


def may_have(user: User, job: Job) -> bool:
    """Who asked for it; and who may see everything, since the file holds what the first person may see."""
    return can(user, "export.run") and (job.created_by_id == user.pk or rights_of(user).everything)
