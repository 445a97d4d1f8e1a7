"""Assigning products to people: from the grid's selection or from a product's page, and saying that it is done."""
