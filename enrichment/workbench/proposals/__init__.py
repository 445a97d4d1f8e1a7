"""Proposals: the list of all that wait (listing), deciding about them one by one or in bulk (settling), over HTTP (views)."""
