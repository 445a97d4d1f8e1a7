"""What is posted to mend rejected rows. Every answer leads back to the run's page, with a sentence of what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from catalog.access import endpoint
from catalog.importing import runs
from catalog.importing.files import TooLarge
from catalog.importing.mapping import MappingRefused
from catalog.importing.mending import fixes, returned
from catalog.importing.mending.fixes import Class, FixRefused
from catalog.importing.readers.base import FileRefused
from catalog.importing.screens.columns import find, person
from catalog.importing.settings import SettingsRefused
from catalog.models.importing import ImportRun
from pim.lib.grouped import Grouped

_CELL = re.compile(r"cell-(\d{1,10})-(\d{1,5})\Z")
_REFUSALS = (FixRefused, FileRefused, TooLarge, runs.WrongState, MappingRefused, SettingsRefused)


@require_POST
@endpoint("import.run")
def mend_class(request: HttpRequest, pk: int) -> HttpResponse:
    """`kind`, `text` (without it all of the kind), `do`: use (`instead`, `remember`), create, leave, skip."""

    def fix(run: ImportRun) -> str:
        user, data = person(request), request.POST
        chosen = Class.named(data.get("kind", ""), data.get("text"))
        instead = data.get("instead", "").strip()
        do = data.get("do", "")
        if do == "use":
            if not instead:
                raise FixRefused(_("Say first what is to be read instead."))
            if data.get("remember"):
                fixes.read_instead(run, chosen, instead, user=user)
            else:
                fixes.write_instead(run, chosen, instead, user=user)
        elif do == "create":
            fixes.create_option(run, chosen, user=user)
        elif do == "leave":
            fixes.leave_cells_out(run, chosen, user=user)
        elif do == "skip":
            fixes.leave_rows_out(run, chosen, user=user)
        else:
            raise FixRefused(_("There is no such fix."))
        return ""

    return _mended(request, pk, fix)


@require_POST
@endpoint("import.run")
def mend_cells(request: HttpRequest, pk: int) -> HttpResponse:
    """`cell-ROW-PLACE` of each cell that can be edited on the page."""

    def fix(run: ImportRun) -> str:
        cells: dict[int, dict[int, str]] = {}
        for name, text in request.POST.items():
            if found := _CELL.match(name):
                cells.setdefault(int(found[1]), {})[int(found[2])] = str(text)
        fixes.write_cells(run, cells, user=person(request))
        return ""

    return _mended(request, pk, fix)


@require_POST
@endpoint("import.run")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows as they are: what was mended elsewhere, such as the structure, may have made them good."""
    return _mended(request, pk, lambda run: "")


@require_POST
@endpoint("import.run")
def take_file(request: HttpRequest, pk: int) -> HttpResponse:
    """`file`: the rejected rows, mended in a spreadsheet."""

    def fix(run: ImportRun) -> str:
        given = request.FILES.get("file")
        if given is None:
            raise FixRefused(_("Choose the file with the mended rows first."))
        return returned.take_back(run, given, given.name or "", user=person(request)).sentence()

    return _mended(request, pk, fix)


def _mended(request: HttpRequest, pk: int, fix: Callable[[ImportRun], str]) -> HttpResponse:
    """Does it, looks at the rejected rows again, and says what became of them."""
    run = find(request, pk)
    before = run.counts.get("rejected", 0)
    said: list[tuple[int, str]] = []
    try:
        if not runs.may_be_mended(run):
            raise runs.WrongState(_("This import's rows cannot be mended now."))
        if sentence := fix(run):
            said.append((messages.INFO, sentence))
        if runs.check_again(run, user=person(request)) is None:
            run.refresh_from_db()
            said.append((messages.SUCCESS, _outcome(before, run.counts.get("rejected", 0))))
    except (*_REFUSALS, PermissionDenied) as refused:
        said.append((messages.ERROR, str(refused)))
    except ValidationError as invalid:
        said.append((messages.ERROR, " ".join(invalid.messages)))
    # Said where the page is going to be looked at: in the section of what is wrong, while there is one.
    run.refresh_from_db()
    is_there = runs.may_be_mended(run) and bool(run.counts.get("rejected"))
    for level, sentence in said:
        messages.add_message(request, level, sentence, extra_tags="wrong" if is_there else "")
    return HttpResponseRedirect(_back(request, run))


def _outcome(before: int, after: int) -> str:
    mended = before - after
    if mended <= 0:
        return ngettext("Checked again: %(count)s bad row is left.", "Checked again: %(count)s bad rows are left.", after) % {
            "count": Grouped(after)
        }  # fmt: skip
    text = ngettext(
        "%(count)s row is no longer bad.", "%(count)s rows are no longer bad.", mended
    ) % {"count": Grouped(mended)}  # fmt: skip
    if after:
        left = ngettext("%(count)s bad row is left.", "%(count)s bad rows are left.", after)
        return f"{text} {left % {'count': Grouped(after)}}"
    return text


def _back(request: HttpRequest, run: ImportRun) -> str:
    """To where it was posted from, on the run's own page."""
    address = reverse("admin:catalog_importrun_change", args=[run.pk])
    query: Any = request.POST.get("back", "")
    if not re.fullmatch(r"[\w=&%.+-]{1,300}", query):
        return f"{address}#wrong"
    return f"{address}?{query}#{'rows' if 'show=rejected' in query else 'wrong'}"
