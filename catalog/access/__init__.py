"""Who may do what: one policy, asked by form, grid, autocomplete, action, history, preview, export, API, import and worker.

verbs → rights (what one person's roles add up to) → policy (can, require, visible), people (who else may) → endpoint, policy_admin (its doors).
"""

from catalog.access.endpoint import endpoint
from catalog.access.people import who_may
from catalog.access.policy import can, covers, paths_of, paths_of_each, require, visible
from catalog.access.policy_admin import PolicyAdmin, PolicyInline
from catalog.access.rights import ALL, NONE, Rights, forget_rights, rights_of
from catalog.access.verbs import SIGNED_IN, VERBS, Verb, verb_groups

__all__ = [
    "ALL",
    "NONE",
    "SIGNED_IN",
    "VERBS",
    "PolicyAdmin",
    "PolicyInline",
    "Rights",
    "Verb",
    "can",
    "covers",
    "endpoint",
    "forget_rights",
    "paths_of",
    "paths_of_each",
    "require",
    "rights_of",
    "verb_groups",
    "visible",
    "who_may",
]
