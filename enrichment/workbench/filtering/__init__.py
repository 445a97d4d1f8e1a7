"""Filters combined with and, or and none: how an address spells them (grammar), what they may be about (subjects), what they
find (combined), and the form that builds them (draft, views)."""
