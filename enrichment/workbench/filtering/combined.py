"""A combined filter: what it finds, and how it reads. What its reader may not see, or what is no longer there, does not filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels.profile import Profiles
from enrichment.workbench.filtering import grammar
from enrichment.workbench.filtering.attributes import of_attribute
from enrichment.workbench.filtering.grammar import Condition, Group
from enrichment.workbench.filtering.own import Makers, own_subjects
from enrichment.workbench.filtering.subjects import Subject, Term
from enrichment.workbench.grid.filters import ATTRIBUTE_PREFIX
from enrichment.workbench.grid.meaning import Meaning, carrying


@dataclass
class Subjects:
    """All that one person may filter by, made when asked for."""

    structure: Structure
    profiles: Profiles
    rights: Rights
    reader: int = 0  # the id of who looks
    _made: dict[str, Subject | None] = field(default_factory=dict)

    @cached_property
    def means(self) -> Meaning:
        return Meaning(self.structure, self.profiles)

    @cached_property
    def _own(self) -> Makers:
        return own_subjects(self.means, self.rights, self.reader)

    def own(self) -> Iterator[Subject]:
        """All that are no attributes, in the order they are offered."""
        found = (self.find(name) for name in self._own)
        return (subject for subject in found if subject is not None)

    def attribute(self, code: str) -> Subject | None:
        spec = self.structure.attributes.get(code)
        if spec is None or not self.rights.may_view_key(spec, None, None):
            return None
        return of_attribute(spec, self.means, self.rights)

    def find(self, name: str) -> Subject | None:
        if name not in self._made:
            if name.startswith(ATTRIBUTE_PREFIX):
                self._made[name] = self.attribute(name[len(ATTRIBUTE_PREFIX) :])
            else:
                make = self._own.get(name)
                self._made[name] = make() if make else None
        return self._made[name]


@dataclass
class Combined:
    """`group`: as it was written. `is_misspelt`: an address that says nothing; then it does not filter."""

    group: Group
    subjects: Subjects
    is_misspelt: bool = False
    _terms: dict[Condition, Term | None] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, subjects: Subjects) -> Combined:
        if not text:
            return cls(Group(), subjects)
        try:
            return cls(grammar.read(text), subjects)
        except grammar.Misspelt:
            return cls(Group(), subjects, is_misspelt=True)

    @cached_property
    def usable(self) -> Group:
        """Without what does not filter."""
        return self._pruned(self.group)

    @property
    def is_active(self) -> bool:
        return bool(self.usable.parts)

    @property
    def left_out(self) -> int:
        """Conditions that do not filter."""
        before, after = (sum(1 for _each in group.conditions()) for group in (self.group, self.usable))
        return before - after

    def _pruned(self, group: Group) -> Group:
        parts: list[Condition | Group] = []
        for part in group.parts:
            if isinstance(part, Group):
                inner = self._pruned(part)
                if inner.parts:
                    parts.append(inner)
            elif self._has_meaning(part):
                parts.append(part)
        return Group(group.join, tuple(parts))

    def _has_meaning(self, condition: Condition) -> bool:
        return self.term(condition) is not None

    def term(self, condition: Condition) -> Term | None:
        if condition not in self._terms:
            subject = self.subjects.find(condition.subject)
            known = subject is not None and condition.operator in subject.operators
            self._terms[condition] = subject.term(condition.operator, condition.words) if known else None
        return self._terms[condition]

    def q(self) -> Q:
        return self._q(self.usable)

    def _q(self, group: Group) -> Q:
        if group.join == "or":
            return self._any(group)
        found = Q()
        for part in group.parts:
            q = self._of(part)
            found &= ~q if group.join == "none" else q
        return found

    def _of(self, part: Condition | Group) -> Q:
        return self._q(part) if isinstance(part, Group) else _as_q(self.term(part))

    def _any(self, group: Group) -> Q:
        """Tokens of all parts are looked up as one. What else there is, is found each by its own index and put together:
        of conditions with OR between them a database reads every product."""
        tokens: list[str] = []
        others: list[Q] = []
        for part in group.parts:
            term = None if isinstance(part, Group) else self.term(part)
            if term is not None and term.tokens and not term.negated:
                tokens += term.tokens
            else:
                others.append(self._of(part))
        if tokens:
            others.append(carrying(list(dict.fromkeys(tokens))))
        if len(others) == 1:
            return others[0]
        rows = [Product.objects.filter(q).order_by().values("pk") for q in others]
        return Q(pk__in=rows[0].union(*rows[1:]))

    # --- for people

    def sentences(self) -> list[tuple[str, str]]:
        """(sentence, the filter without it) of each part of the whole, which is all of them; else one for the whole."""
        usable = self.usable
        if usable.join != "and":
            return [(self._says(usable), "")] if usable.parts else []
        return [
            (self._says(part), grammar.write(Group("and", tuple(p for p in usable.parts if p is not part))))
            for part in usable.parts
        ]

    def sentence(self) -> str:
        return self._says(self.usable, is_whole=True)

    def _says(self, part: Condition | Group, *, is_whole: bool = False) -> str:
        if isinstance(part, Condition):
            subject = self.subjects.find(part.subject)
            return subject.sentence(part.operator, part.words) if subject else ""
        between = {"and": _(" and "), "or": _(" or "), "none": _(" or ")}[part.join]
        said = between.join(self._says(each) for each in part.parts)
        if part.join == "none":
            return _("none of (%(conditions)s)") % {"conditions": said}
        return said if is_whole or len(part.parts) == 1 else f"({said})"


def _as_q(term: Term | None) -> Q:
    if term is None:
        return Q()
    found = carrying(term.tokens) if term.q is None else term.q
    return ~found if term.negated else found
