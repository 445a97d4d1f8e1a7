"""What enrichment does after a commit: it nudges. Imported when the app is ready, in web processes and workers alike, with what
has to be known in both."""

from __future__ import annotations

from typing import Any

from catalog import events
from enrichment import (
    assigning,  # noqa: F401  (registers "products.assign")
    presence,  # noqa: F401  (how long it is kept)
    tasks,
)
from enrichment.comments import keeping as comments_keeping  # noqa: F401  (how long comments are kept)
from enrichment.memory import following as memory
from enrichment.rules import keeping as rule_runs  # noqa: F401  (how long runs of rules are kept)
from enrichment.rules import running  # noqa: F401  (registers "rules.run")
from enrichment.workbench.grid import bulk  # noqa: F401  (registers the job "grid.bulk")
from enrichment.workbench.pictures import keeping, taking, writing  # noqa: F401  (their jobs, and how long they are kept)
from enrichment.workbench.proposals import settling  # noqa: F401  (registers "proposals.settle")
from enrichment.workbench.sources import counting  # noqa: F401  (registers "sources.count")


def products_changed(sender: Any, product_ids: list[int], **_kwargs: Any) -> None:
    """They were noted in the change's own transaction; this only saves the wait for the next tick."""
    if memory.is_behind():
        tasks.nudge_memory()


events.products_changed.connect(products_changed, dispatch_uid="enrichment.products_changed")
