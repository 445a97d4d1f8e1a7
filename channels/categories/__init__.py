"""Our categories in a channel's own: the lists that channels publish of theirs, and what of them may be meant."""
