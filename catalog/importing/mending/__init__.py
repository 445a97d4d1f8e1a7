"""Rejected rows are mended where they are: by kind of error, by cell, or in a spreadsheet that comes back."""
