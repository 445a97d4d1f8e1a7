"""How long what accumulates is kept: rules (what may go) → thin (going, in small steps, by the clock).

Revisions, imports, jobs and files here; upper rooms add rules of their own (channels.retention, pim.retention).
"""

from catalog.retention.rules import RULES, Rule, Step, by_age
from catalog.retention.thin import thin

__all__ = ["RULES", "Rule", "Step", "by_age", "thin"]
