"""{% dashboard as home %}: the first screen's numbers for who is signed in."""

from __future__ import annotations

from typing import Any

from django import template

from catalog.access import can
from enrichment.dashboard import Dashboard, build

register = template.Library()


@register.simple_tag(takes_context=True)
def dashboard(context: dict[str, Any]) -> Dashboard | None:
    """None for somebody who may not see products."""
    user = context["request"].user
    return build(user) if can(user, "product.view") else None
