"""How the rows of this room are seen."""

from __future__ import annotations

from catalog.access import covers

covers("enrichment.ReviewNote", product="product")
covers("enrichment.Assignment", product="product")
covers("enrichment.Presence", product="product")
# Beyond that, by the right to see the value they are about: enrichment.comments.places.
covers("enrichment.Thread", product="product")
covers("enrichment.Comment", product="thread__product")
covers("enrichment.Notification", product="comment__thread__product")
covers("enrichment.MemoryMark", product="product")
covers("enrichment.MemoryStale", product="product")
# Which of them a person sees, SavedView.objects.open_to says; what of the products, the grid.
covers("enrichment.SavedView", verb="product.view")
covers("enrichment.DefaultView", verb="product.view")
covers("enrichment.Digest", verb="access.edit")
covers("enrichment.PictureMatch", verb="product.edit")
covers("enrichment.PictureFile", verb="product.edit")
covers("enrichment.Rule", verb="structure.view")
covers("enrichment.RuleRun", verb="structure.view")
covers("enrichment.ProductFlag", product="product")
covers("enrichment.RuleMark", verb="structure.view")
