"""{% scope_query "locale" "de_DE" %}: the shown scope, changed in one part, as a query string."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def scope_query(context: dict[str, Any], part: str, value: str) -> str:
    return str(context["scope"].query(**{part: value}))
