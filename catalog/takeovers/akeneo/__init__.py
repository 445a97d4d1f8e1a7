"""Akeneo's exports: recognised by their headers, and turned into the rows of our structure's sheets."""
