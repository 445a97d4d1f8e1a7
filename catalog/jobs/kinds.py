"""Which kinds of job there are: a function registers under a name, and says in which queue it waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pim.lib.registry import Registry

if TYPE_CHECKING:
    from catalog.jobs.handle import JobHandle
    from catalog.models.job import Job

QUEUES = ("interactive", "imports", "delivery")


class JobFunction(Protocol):
    def __call__(self, handle: JobHandle, /, **params: Any) -> Mapping[str, Any] | None: ...


F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Kind:
    code: str
    queue: str
    run: JobFunction
    ended: Callable[[Job], None] | None = None
    owed: bool = False


KINDS: Registry[Kind] = Registry("kinds of job")


def job(
    code: str,
    *,
    queue: str = "interactive",
    ended: Callable[[Job], None] | None = None,
    owed: bool = False,
) -> Callable[[F], F]:
    """Registers a function (handle, **params) → result, a JSON object or None, as a kind of job.

    It is run again after a killed worker, with the same params: it resumes from what it stored itself, and doing a step
    twice does no harm. `ended(job)` is called in the transaction that ends a job otherwise than by the function's return:
    cancelled while waiting, or failed. `owed`: a change left it to be done, and without it something would stay
    wrong, so that whose change it was may not stop it (catalog.access.can).
    """
    if queue not in QUEUES:
        raise LookupError(f"{queue!r} is no queue: {', '.join(QUEUES)}")

    def register(function: F) -> F:
        KINDS.add(code, Kind(code, queue, function, ended, owed))
        return function

    return register
