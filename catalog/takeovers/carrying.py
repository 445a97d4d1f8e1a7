"""A takeover carried out by one job: structure, pictures, products by the ordinary import, and what higher rooms add.

How far it is stands in `marks`, written in the transaction of each step. The rows are made once, at its beginning, and kept
as a file: a run that is killed goes on with the row it had come to, and its report counts each row once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from typing import Any

import orjson
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.assets.refusals import AssetRefused
from catalog.assets.storing import take_in as take_in_asset
from catalog.decoding.decoder import Decoder
from catalog.importing import files
from catalog.jobs import JobCancelled, JobHandle
from catalog.models.takeover import Takeover
from catalog.models.user import User
from catalog.takeovers import product_runs
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.parts import CHUNK, Line, Part
from catalog.takeovers.planning import made
from catalog.takeovers.stage import Stage
from catalog.takeovers.steps import Step, steps
from catalog.takeovers.unpacking import FOLDER, ArchiveRefused, Media
from pim.lib.failpoint import failpoint

MEDIA_LINE = "media"


class Carrier:
    def __init__(self, takeover: Takeover, handle: JobHandle, user: User) -> None:
        self.takeover, self.handle, self.user = takeover, handle, user
        self.draft = Draft(takeover.files, takeover.plan["facts"])
        self.marks: dict[str, Any] = takeover.marks
        self.done = 0

    def run(self) -> dict[str, Any]:
        """Raises MappingRefused, FileRefused, Unreadable, ArchiveRefused, product_runs.RunFailed; JobCancelled, LeaseLost."""
        parts = self._parts()
        known = {step.code: step for step in steps()}
        listed = [(known[code], part) for code, part in parts.items() if code in known]
        runs = product_runs.planned(self.draft)
        pictures = self.takeover.plan["facts"]["media"] if self.takeover.plan["facts"]["in_archive"] else 0
        self.whole = (
            sum(len(part.rows) for _step, part in listed) + pictures + sum(2 * run.rows for run in runs)
        )
        for step, part in listed:
            if not step.after_products:
                self._step(step, part)
        shown = self._pictures(pictures)
        for run in runs:
            stage = Stage(self.handle, self.done, self.whole, size=2 * run.rows)
            product_runs.carry(
                run,
                self.marks["runs"],
                stage,
                draft=self.draft,
                pictures=shown,
                user=self.user,
                mark=self._mark,
            )
            self.done += 2 * run.rows
        for step, part in listed:
            if step.after_products:
                self._step(step, part)
        with transaction.atomic():
            self.handle.check_lease()
            Takeover.objects.filter(pk=self.takeover.pk).update(
                state=Takeover.State.DONE, finished_at=timezone.now(), error=""
            )
        return {"lines": len(self.marks["lines"]), "runs": len(self.marks["runs"])}

    # --- the structure's rows

    def _parts(self) -> dict[str, Part]:
        if "parts" not in self.marks:
            found = {step.code: asdict(part) for step, part in made(self.draft, self.user)}
            self.marks = {
                "parts": files.store(BytesIO(orjson.dumps(found)), folder=FOLDER)[0],
                "lines": {},
                "at": {},
                "runs": {},
            }
            self._mark()
        return {code: Part(**part) for code, part in _stored(self.marks["parts"]).items()}

    def _step(self, step: Step, part: Part) -> None:
        stored = self.marks["lines"].get(step.code)
        line = Line(**stored) if stored else part.line(step.code)
        at = self.marks["at"].get(step.code, 0)
        self.done += at
        while at < len(part.rows) or step.code not in self.marks["lines"]:
            self._look_up(part.label)
            chunk = part.rows[at : at + CHUNK]
            with transaction.atomic():
                self.handle.check_lease()
                if chunk:
                    step.take(part, chunk, line, self.user)
                at += len(chunk)
                self.marks["lines"][step.code], self.marks["at"][step.code] = line.as_json(), at
                self._mark()
                failpoint("takeover_chunk")
            self.done += len(chunk)
        self.handle.progress(self.done, self.whole, part.label)

    def _look_up(self, doing: str) -> None:
        self.handle.progress(self.done, self.whole, doing)
        if self.handle.cancelled():
            raise JobCancelled

    def _mark(self) -> None:
        with transaction.atomic():
            self.handle.check_lease()
            Takeover.objects.filter(pk=self.takeover.pk).update(marks=self.marks)

    # --- pictures

    def _pictures(self, count: int) -> Mapping[str, str]:
        """{path in Akeneo's archive: hash of the asset}. Killed within them it begins them again: the same bytes are one asset."""
        if not count:
            return {}
        if "pictures" in self.marks:
            self.done += count
            return _stored(self.marks["pictures"])
        line = Line(MEDIA_LINE, _("Pictures and files"))
        found: dict[str, str] = {}
        begun = self.done
        with Media([upload["stored"] for upload in self.takeover.uploads]) as media, Decoder() as decoder:
            for path in product_runs.paths(self.draft):
                self.done = min(self.done + 1, begun + count)
                if path not in media:
                    continue
                self._look_up(line.label)
                try:
                    with media.open(path) as content:
                        taken = take_in_asset(
                            content, name=path.rpartition("/")[2], user=self.user, decoder=decoder
                        )
                except (AssetRefused, ArchiveRefused, files.TooLarge) as refused:
                    line.leave(path, str(refused))
                    continue
                found[path] = taken.asset.sha256
                line.new, line.same = line.new + taken.is_new, line.same + (not taken.is_new)
        self.done = begun + count
        self.marks["pictures"] = files.store(BytesIO(orjson.dumps(found)), folder=FOLDER)[0]
        self.marks["lines"][MEDIA_LINE] = line.as_json()
        self._mark()
        return found


def _stored(name: str) -> dict[str, Any]:
    with default_storage.open(name) as content:
        found: dict[str, Any] = orjson.loads(content.read())
    return found
