"""What the screens and commands call: start, recognise, map, plan, mend, apply, undo, cancel. Each asks catalog.access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Any

from django.conf import settings as conf
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog import jobs
from catalog.access import can, require
from catalog.importing import files, links, mapping, missing, recognition, rows, shaped
from catalog.importing import jobs as kinds
from catalog.importing.dialects import DIALECTS, dialect_of
from catalog.importing.mapping import Column
from catalog.importing.mending import again
from catalog.importing.progress import Progress
from catalog.importing.readers.base import NOTHING_CHOSEN, Choices, FileRefused, Table
from catalog.importing.readers.child import recognise_in_child
from catalog.importing.settings import MISSING, ImportSettings
from catalog.importing.suggest import decimal_mark
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.job import Job
from catalog.models.user import User
from catalog.structure.snapshot import Structure

State = ImportRun.State
PLANNABLE = (State.UPLOADED, State.PLANNED, State.FAILED, State.CANCELLED)
_BY_CHOICE = ("no_such_sheet", "encoding", "delimiter", "no_header", "no_rows", "empty")
UNDOABLE = (State.APPLIED, State.CANCELLED, State.FAILED)
MENDABLE = (State.PLANNED, State.APPLIED)
WORKING = (State.PLANNING, State.MENDING, State.APPLYING, State.UNDOING)
# So many rejected rows, in a file of so many, are planned anew at once; more are a job's.
FEW, SHORT = 200, 5_000


class WrongState(ValueError):
    """What was asked does not fit what became of the run; the text says what it is."""


def start(
    content: IO[bytes],
    filename: str,
    *,
    user: User | None,
    profile: ImportProfile | None = None,
    guess: bool = True,
    find_profile: bool = False,
    trusted: bool = False,
    settings: ImportSettings | None = None,
) -> ImportRun:
    """A run for an uploaded file, as `read` makes it."""
    run = read(
        content, filename, user=user, profile=profile, guess=guess, find_profile=find_profile, trusted=trusted, settings=settings,
    )  # fmt: skip
    run.save()
    return run


def read(
    content: IO[bytes],
    filename: str,
    *,
    user: User | None,
    profile: ImportProfile | None = None,
    guess: bool = True,
    find_profile: bool = False,
    trusted: bool = False,
    settings: ImportSettings | None = None,
) -> ImportRun:
    """A run that is not saved: its file stored, recognised and its columns mapped as far as they are known.

    Raises FileRefused, files.TooLarge, PermissionDenied. `guess` False maps only what headers name. `find_profile`: without
    one, the profile whose file this is by its columns. `settings`: how the file is to be read, where that is known.
    """
    _require(user, "import.run", trusted)
    name, sha256 = files.store(content)
    is_known = settings is not None
    settings = settings or ImportSettings.from_json(profile.settings if profile else {})
    run = ImportRun(
        profile=profile, source=profile.source if profile else None, file=name, filename=files.clean_name(filename),
        sha256=sha256, policy=settings.policy, created_at=timezone.now(), created_by=user,
    )  # fmt: skip
    settings = _recognise_as_last_time(run, settings, guess=guess)
    if profile is None and find_profile and (profile := recognition.profile_of(Table.from_json(run.table))):
        run.profile, run.source = profile, profile.source
        # It was found by the columns that this file was seen to have: where they stand in it is known better than from another.
        settings = replace(
            ImportSettings.from_json(profile.settings),
            encoding=None,
            delimiter=None,
            sheet=None,
            header_row=None,
        )
        run.policy = settings.policy
        settings = _recognise_as_last_time(run, settings, guess=guess)
    if profile is None and not is_known:
        table = Table.from_json(run.table)
        # Translations of a product that is gone make no product.
        settings = replace(settings, decimal=decimal_mark(table), create=table.format != "xliff")
    run.settings = settings.as_json()
    return run


def recognise(run: ImportRun, *, user: User, choices: Choices, dialect: str | None = None) -> None:
    """Reads the file again with what a person corrected; `dialect` None: found out. Raises FileRefused, WrongState."""
    _require(user, "import.run")
    _check_plannable(run)
    settings = replace(
        ImportSettings.from_json(run.settings), encoding=choices.encoding, delimiter=choices.delimiter, sheet=choices.sheet,
        header_row=choices.header_row, every_row=bool(choices.every_row), in_columns=choices.in_columns,
        dialect=dialect,
    )  # fmt: skip
    _recognise(run, settings, guess=True)
    run.settings, run.state = settings.as_json(), State.UPLOADED
    run.save(update_fields=["table", "mapping", "settings", "state"])


def _recognise(run: ImportRun, settings: ImportSettings, *, guess: bool) -> None:
    with files.local_copy(run) as path:
        table = recognise_in_child(path, run.filename, settings.reading)
        table = shaped.describe(path, table, _dialect(run, table, settings))
    run.table = table.as_json()
    run.mapping = mapping.as_json(suggested(run, table, guess=guess))


def _recognise_as_last_time(run: ImportRun, settings: ImportSettings, *, guess: bool) -> ImportSettings:
    """What a person corrected in another file of the profile (a sheet "May") may be wrong for this one: then it is found
    out."""
    try:
        _recognise(run, settings, guess=guess)
    except FileRefused as refused:
        if settings.reading == NOTHING_CHOSEN or refused.code not in _BY_CHOICE:
            raise
        settings = replace(
            settings,
            encoding=None,
            delimiter=None,
            sheet=None,
            header_row=None,
            every_row=False,
            in_columns=None,
        )
        _recognise(run, settings, guess=guess)
    return settings


def _dialect(run: ImportRun, table: Table, settings: ImportSettings) -> str:
    """What a person chose, what the profile's columns were mapped from, or the surest."""
    if settings.dialect in DIALECTS:
        return str(settings.dialect)
    if run.profile and run.profile.mapping and run.profile.dialect in DIALECTS:
        return run.profile.dialect
    return dialect_of(table).code


def suggested(run: ImportRun, table: Table, *, guess: bool = True) -> list[Column]:
    """The profile's columns where it has them, what other profiles of the same dialect remember of a header, and suggestions."""
    remembered = mapping.from_json(run.profile.mapping) if run.profile else []
    if guess:
        known = {column.column.casefold() for column in remembered}
        others = ImportProfile.objects.filter(dialect=table.dialect).order_by("-pk")
        for stored in others.values_list("mapping", flat=True)[:50]:
            for column in mapping.from_json(stored):
                if column.to and column.index is not None and column.column.casefold() not in known:
                    known.add(column.column.casefold())
                    remembered.append(column)
    dialect = DIALECTS[table.dialect]
    return dialect.map(table, Structure.current(), remembered=remembered, guess=guess)


def gaps(run: ImportRun) -> list[str]:
    """What the catalogue or the file lacks for the run's mapping, in sentences that say how to go on."""
    table = Table.from_json(run.table)
    if table.dialect not in DIALECTS:
        return []
    return DIALECTS[table.dialect].gaps(table, mapping.from_json(run.mapping), Structure.current())


def set_mapping(
    run: ImportRun, columns: Sequence[Column], settings: ImportSettings, *, user: User
) -> list[str]:
    """Stores the mapping and settings; returns what is wrong with them, in sentences ([]: it can be planned)."""
    _require(user, "import.run")
    _check_plannable(run)
    run.mapping, run.settings = mapping.as_json(columns), settings.as_json()
    run.save(update_fields=["mapping", "settings"])
    return mapping.faults(columns, Structure.current())


def remember(
    run: ImportRun, *, user: User, profile: ImportProfile | None = None, code: str = "", name: str = ""
) -> ImportProfile:
    """Keeps the run's mapping and settings in its profile, or in a new one. Columns this file lacks are kept."""
    _require(user, "import.run")
    with transaction.atomic():
        if profile is None:
            profile = ImportProfile(code=code, labels={"en_US": name} if name else {})
        mine = mapping.from_json(run.mapping)
        known = [column for column in mapping.from_json(profile.mapping) if column.index is not None]
        names = [column.of or column.column for column in known]
        seen = set(mapping.same_names(names, [column.column for column in mine]).values())
        others = [column for column, name in zip(known, names, strict=True) if name not in seen]
        # `why` tells how this file's column was found: a remembered one needs no reason.
        profile.mapping = mapping.as_json(replace(column, why="") for column in [*mine, *others])
        profile.settings, profile.dialect = run.settings, Table.from_json(run.table).dialect
        profile.source = profile.source or run.source
        profile.full_clean()
        profile.save()
        run.profile, run.source = profile, profile.source
        run.save(update_fields=["profile", "source"])
    return profile


def plan(run: ImportRun, *, user: User | None, trusted: bool = False) -> Job:
    """Enqueues the plan. Raises WrongState, MappingRefused, PermissionDenied."""
    _require(user, "import.run", trusted)
    if wrong := mapping.faults(mapping.from_json(run.mapping), Structure.current()):
        raise mapping.MappingRefused(" ".join(wrong))
    with transaction.atomic():
        locked = _lock(run, PLANNABLE)
        if locked.thinned_at:
            raise WrongState(gone_sentence(locked))
        _check_plannable(locked)
        return _enqueue(locked, State.PLANNING, "import.plan", _("Plan of %s"), user, trusted)


def check_again(run: ImportRun, *, user: User) -> Job | None:
    """Plans the rejected rows anew, as they were mended: at once (None) where they are few. Raises WrongState, PermissionDenied,
    MappingRefused, SettingsRefused."""
    _require(user, "import.run")
    with transaction.atomic():
        locked = lock_to_mend(run)
        few = rows.rejected(locked).count() <= FEW and locked.counts.get("rows", 0) <= SHORT
        if few and not locked.counts.get("known"):
            again.plan_again(locked, by=kinds.actor_of(locked, user=user), progress=Progress())
            return None
        return _enqueue(locked, State.MENDING, "import.mend", _("Check of %s"), user, False)


def may_be_mended(run: ImportRun) -> bool:
    return run.state in MENDABLE and run.thinned_at is None


def lock_to_mend(run: ImportRun) -> ImportRun:
    """In a transaction. Raises WrongState."""
    locked = _lock(run, MENDABLE)
    if locked.thinned_at:
        raise WrongState(gone_sentence(locked))
    return locked


def apply(
    run: ImportRun,
    *,
    policy: str,
    user: User | None,
    trusted: bool = False,
    missing_products: str = "",
    confirmed: bool = False,
    remembered: bool = True,
) -> Job:
    """Enqueues the writing of a plan, or of what was mended since. An apply that failed goes on where it stopped.

    `missing_products`: as ImportSettings.missing; "": as the run has it. `confirmed`: that many products are missing is no
    accident. `remembered`: the profile's next files begin with the same. Raises WrongState, PermissionDenied.
    """
    _require(user, "import.run", trusted)
    if policy not in ImportRun.Policy.values:
        raise WrongState(_("A policy is one of %(known)s.") % {"known": ", ".join(ImportRun.Policy.values)})
    with transaction.atomic():
        locked = _lock(run, (State.PLANNED, State.FAILED, State.APPLIED))
        if locked.state != State.PLANNED and not links.is_unfinished(locked):
            raise WrongState(_("Nothing is planned: plan the file again."))
        if locked.state == State.APPLIED:  # what was written is not put at stake by what was mended
            policy = locked.policy if locked.policy != ImportRun.Policy.ALL_OR_NOTHING else "skip-bad"
        if locked.counts.get("new_options") and not (trusted or can(user, "structure.edit")):
            raise WrongState(
                _("This import makes new options, and your roles do not let you change the structure.")
            )
        settings = ImportSettings.from_json(locked.settings)
        if missing_products in MISSING:
            settings = replace(settings, missing=missing_products)
        if settings.missing == "retire" and (why := missing.why_not_retired(locked, confirmed=confirmed)):
            raise WrongState(why)
        locked.policy, locked.settings = policy, replace(settings, policy=policy).as_json()
        locked.save(update_fields=["policy", "settings"])
        if remembered:
            _remember_policy(locked, policy, settings.missing)
        return _enqueue(locked, State.APPLYING, "import.apply", _("Import of %s"), user, trusted)


def _remember_policy(run: ImportRun, policy: str, missing_products: str) -> None:
    if run.profile_id:
        profile = ImportProfile.objects.select_for_update().get(pk=run.profile_id)
        known = ImportSettings.from_json(profile.settings)
        profile.settings = replace(known, policy=policy, missing=missing_products).as_json()
        profile.save(update_fields=["settings"])


def undo(run: ImportRun, *, user: User | None, trusted: bool = False) -> Job:
    """Enqueues the reverse. Raises WrongState, PermissionDenied."""
    _require(user, "import.undo", trusted)
    with transaction.atomic():
        locked = _lock(run, UNDOABLE)
        if locked.thinned_at:
            raise WrongState(gone_sentence(locked))
        if not locked.rows.filter(state="applied").exists():
            raise WrongState(_("Nothing of this import is there to be undone."))
        return _enqueue(locked, State.UNDOING, "import.undo", _("Undo of %s"), user, trusted)


def gone_sentence(run: ImportRun) -> str:
    """What retention left of an old run, and what that means."""
    return _(
        "Its rows and its file were removed on %(date)s, as every import's after %(days)d days: it can be neither undone nor"
        " planned again. What it wrote stays, and stands in the products' history."
    ) % {
        "date": date_format(run.thinned_at or timezone.now(), "SHORT_DATE_FORMAT"),
        "days": conf.PIM_KEEP_IMPORTS_DAYS,
    }


def cancel(run: ImportRun, *, user: User) -> bool:
    """Asks the run's job to stop at its next step; False where it had ended."""
    _require(user, "import.run")
    return run.job_id is not None and jobs.cancel(run.job_id)


def _enqueue(run: ImportRun, state: str, kind: str, title: str, user: User | None, trusted: bool) -> Job:
    params: dict[str, Any] = {"run": run.pk}
    if trusted:
        params["trusted"] = True
    job = jobs.enqueue(kind, params, by=user, title=title % run.filename)
    ImportRun.objects.filter(pk=run.pk).update(state=state, job=job, error="")
    return job


def _lock(run: ImportRun, states: Sequence[str]) -> ImportRun:
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("profile").get(pk=run.pk)
    _check_state(locked, states)
    return locked


def _check_state(run: ImportRun, states: Sequence[str]) -> None:
    if run.state not in states:
        raise WrongState(
            _("This import is: %(state)s. That cannot be done now.") % {"state": run.get_state_display()}
        )


def _check_plannable(run: ImportRun) -> None:
    """What was written, if only a part, is undone by the rows of its plan: they are not planned anew."""
    _check_state(run, PLANNABLE)
    if run.applied_at:
        raise WrongState(_("This file was imported already: upload it again."))


def _require(user: User | None, verb: str, trusted: bool = False) -> None:
    if trusted:
        return
    if user is None:
        raise PermissionDenied(_("Nobody is signed in."))
    require(user, verb)


__all__ = [
    "WrongState",
    "apply",
    "cancel",
    "check_again",
    "gaps",
    "gone_sentence",
    "kinds",
    "lock_to_mend",
    "may_be_mended",
    "plan",
    "read",
    "recognise",
    "remember",
    "set_mapping",
    "start",
    "suggested",
    "undo",
]
