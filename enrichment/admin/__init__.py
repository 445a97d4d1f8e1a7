"""The people's room in the admin. One module per screen."""

from enrichment.admin import products  # noqa: F401
