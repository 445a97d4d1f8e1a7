"""The category trees on screen, and the order of the products in a category."""
