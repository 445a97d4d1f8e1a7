"""`|grouped`, in every template without a load (settings.TEMPLATES)."""

from __future__ import annotations

from django import template

from pim.lib.grouped import grouped

register = template.Library()
register.filter("grouped", grouped)
