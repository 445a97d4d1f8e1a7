"""The translation memory: earlier translations of the same or a similar text, found in the catalogue's own values.

marks (a text as a few numbers) → following (the index behind the products) → finding (what is offered, and to whom).
"""
