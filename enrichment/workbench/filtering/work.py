"""Combined filters about whose work a product is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.structure.snapshot import Structure
from enrichment.models import Assignment
from enrichment.rules import flags
from enrichment.workbench.filtering.subjects import FILLED, IN, OUT, Choices, OneOf, Term

ME = "me"  # whoever looks: a shared view shows everybody their own
LATE = ("late", _("is overdue with any of"))
NOBODY = ("empty", _("is nobody"))


class Assigned(OneOf):
    """By open assignments. `reader`: the id of who looks."""

    def __init__(self, people: Choices, reader: int, group: object) -> None:
        self.reader = reader
        super().__init__(
            "assigned",
            _("Assigned to"),
            group,
            [(ME, _("Me")), *people],
            lambda codes: self._found(codes),
            operators=(IN, OUT, LATE, NOBODY, FILLED),
            more={
                "empty": lambda: Term(_about(Q()), negated=True),
                "filled": lambda: Term(_about(Q())),
            },
        )

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        if operator != "late":
            return super().term(operator, words)
        known = {str(code) for code, _label in self.choices}
        chosen = [word for word in words if word in known]
        return Term(self._found(chosen, late=True)) if chosen else None

    def _found(self, codes: Sequence[str], *, late: bool = False) -> Q:
        asked = Q(to__in=[self.reader if code == ME else int(code) for code in codes])
        return _about(asked & Q(due__lt=timezone.localdate()) if late else asked)


class Flagged(OneOf):
    """By the rules that flag, of which some may have said nothing of anybody yet."""

    def __init__(self, structure: Structure, group: object) -> None:
        rules = flags.flagging(structure)
        codes = {rule.code: rule for rule in rules.values()}

        def found(chosen: Iterable[str]) -> Q:
            return Q(pk__in=flags.standing(codes[code] for code in chosen).values("product_id"))

        super().__init__(
            "flagged",
            _("Flagged by the rule"),
            group,
            [(rule.code, f"{rule.label}: {flags.message(rule)}") for rule in rules.values()],
            found,
            operators=(IN, OUT, ("empty", _("is none")), ("filled", _("is any"))),
            more={
                "empty": lambda: Term(found(codes), negated=True),
                "filled": lambda: Term(found(codes)),
            },
        )


def _about(asked: Q) -> Q:
    return Q(pk__in=Assignment.objects.filter(asked, done_at=None).values("product_id"))
