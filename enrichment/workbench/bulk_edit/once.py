"""A change is done once, however often its button is pressed: by the ref that it was given when it was looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from catalog.models import Job, Revision, User

_REF = re.compile(r"bulk:[0-9a-f]{12}")
OPEN = (Job.State.QUEUED, Job.State.RUNNING)


def is_ref(text: str) -> bool:
    """Whether it may be one of grid.bulk.new_ref()."""
    return _REF.fullmatch(text) is not None


@contextmanager
def once(ref: str, *, by: User) -> Iterator[bool]:
    """Whether nothing has come of this ref yet: no job that goes on, nothing written. In one transaction that locks the person's
    row, so that of two requests of theirs the second waits for what the first does."""
    with transaction.atomic():
        list(User.objects.select_for_update(no_key=True).filter(pk=by.pk).values_list("pk"))
        is_begun = Job.objects.filter(state__in=OPEN, params__ref=ref).exists()
        yield not (is_begun or Revision.objects.filter(ref=ref).exists())
