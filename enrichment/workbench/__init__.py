"""Where products are worked on: the grid and the product page."""
