"""A whole catalogue of another system, taken over in one guided run: unpacking (what is in the files) → planning (what
would come of it, nothing written) → carrying (structure, pictures, products, then what higher rooms add), by one job each.

`steps` is what both walk through; higher rooms register theirs there. What is Akeneo's alone stands in `akeneo`.
"""
