"""Imported when the app is ready, in web processes and workers alike: what has to be known in both."""

from enrichment import (
    assigning,  # noqa: F401  (registers "products.assign")
    presence,  # noqa: F401  (how long it is kept)
)
from enrichment.comments import keeping as comments_keeping  # noqa: F401  (how long comments are kept)
from enrichment.rules import keeping as rule_runs  # noqa: F401  (how long runs of rules are kept)
from enrichment.rules import running  # noqa: F401  (registers "rules.run")
from enrichment.workbench.grid import bulk  # noqa: F401  (registers the job "grid.bulk")
from enrichment.workbench.pictures import keeping, taking, writing  # noqa: F401  (their jobs, and how long they are kept)
from enrichment.workbench.proposals import settling  # noqa: F401  (registers "proposals.settle")
from enrichment.workbench.sources import counting  # noqa: F401  (registers "sources.count")
