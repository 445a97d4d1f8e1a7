"""A filter of the grid worked off one product at a time."""
