"""A row of the mapping beside the connector's template: is it as proposed, ours, or older than the template?

Three things are compared: the template of now, what it said when it was taken over (Channel.template), and the row. What
the row has otherwise than the template once said is the manager's adjustment; what the template says otherwise than it
once did is news. Neither is ever written over by the other (a decision in docs/decisions tells why).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from channels.mapping.template import TemplateField


@dataclass(frozen=True, slots=True)
class Standing:
    """new: the template has had this field only since; changed: it asks for something else since; adjusted: the row is
    as somebody here wanted it; differs: nobody knows which of the two. `lines`: (what, here, in the template)."""

    kind: Literal["same", "new", "changed", "adjusted", "differs"] = "same"
    lines: tuple[tuple[str, str, str], ...] = ()


def standing(
    field: TemplateField, row: Mapping[str, Any] | None, taken: Mapping[str, Mapping[str, Any]]
) -> Standing:
    """`row`: {required, limits, transforms}, None where the field is not sent; `taken`: Channel.template."""
    now, then = field.facts(), taken.get(field.target)
    if row is None:
        return Standing("new") if taken and then is None else Standing()
    lines = tuple(
        (label, _said(name, row.get(name)), _said(name, now[name]))
        for name, label in (
            ("required", _("Required")),
            ("limits", _("Limits")),
            ("transforms", _("Transforms")),
        )
        if (row.get(name) or None) != (now[name] or None)
    )
    if not lines:
        return Standing()
    if then is None:
        return Standing("differs", lines)
    return Standing("adjusted" if then == now else "changed", lines)


def _said(name: str, value: Any) -> str:
    if name == "required":
        return _("yes") if value else _("no")
    if name == "limits":
        listed = [
            f"{limit} {', '.join(map(str, given)) if isinstance(given, list) else given}"
            for limit, given in (value or {}).items()
        ]
    else:
        listed = [
            " ".join([str(step["name"]), *(str(given) for key, given in step.items() if key != "name")])
            for step in value or ()
        ]
    return " · ".join(listed) or "–"
