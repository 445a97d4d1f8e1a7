"""How the rows of this room are seen: the profiles by a verb, what is about a product with the product as well."""

from __future__ import annotations

from catalog.access import covers

covers("channels.Channel", verb="channel.view")
covers("channels.Requirement", verb="channel.view")
covers("channels.FieldMapping", verb="channel.view")
covers("channels.Taxonomy", verb="channel.view")
covers("channels.RulePack", verb="channel.view")
covers("channels.PackedRule", verb="channel.view")
covers("channels.Listing", verb="channel.view", product="product")
covers("channels.Attempt", verb="channel.view", product="listing__product")
covers("channels.Completeness", product="product")
covers("channels.MissingSet", verb="product.view")
covers("channels.Contradiction", verb="channel.view", product="product")
covers("channels.Block", product="product")
covers("channels.Launch", verb="product.view")
covers("channels.LaunchStep", verb="product.view")
covers("channels.LaunchEntry", product="product")
