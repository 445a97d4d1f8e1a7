"""What the catalogue tells after a commit: ids only, once per batch. Received in subscribers.py of higher rooms."""

from __future__ import annotations

from django.dispatch import Signal

products_changed = (
    Signal()
)  # product_ids: list[int], the changed and those that inherit from them; origin: Actor's
structure_changed = Signal()  # kind: str, ids: list[int]
import_finished = Signal()  # run_id: int; it was applied, or ended otherwise: its products are no longer held
