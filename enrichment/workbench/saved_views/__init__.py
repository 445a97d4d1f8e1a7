"""Views of the grid under a name: what of an address they keep (address), tabs over the grid (tabs), and the pages (views)."""
