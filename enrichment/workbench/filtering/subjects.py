"""What a combined filter may be about: each subject with its operators, the input of its words, and what it finds."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from catalog.widgets import DateInput
from enrichment.workbench.grid.meaning import NOTHING

Choices = Sequence[tuple[str, Any]]
IN, OUT = ("in", _("is any of")), ("out", _("is none of"))
EMPTY, FILLED = ("empty", _("is empty")), ("filled", _("is not empty"))
BETWEEN, BEYOND = ("between", _("is between")), ("beyond", _("is not between"))
TWICE = ("twice", _("is the same as another product's"))
LATELY = 3650  # days, at most


@dataclass(frozen=True, slots=True)
class Term:
    """What a condition finds: products with one of `tokens`, or by `q`; `negated`: all the others."""

    q: Q | None = None
    tokens: tuple[str, ...] = ()
    negated: bool = False


class Subject:
    """`operators`: code → words. `fields(operator)`: the inputs by their place; their values are the condition's words."""

    def __init__(self, name: str, label: Any, group: Any, operators: Sequence[tuple[str, Any]]) -> None:
        self.name, self.label, self.group = name, label, group
        self.operators: Mapping[str, Any] = dict(operators)

    def fields(self, operator: str) -> Mapping[str, forms.Field]:
        return {}

    def read(self, operator: str, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The words for what was filled in; None where that says nothing yet. Raises ValidationError."""
        return ()

    def initial(self, operator: str, words: Sequence[str]) -> Mapping[str, Any]:
        """What the inputs show for these words."""
        return {}

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        """None where the words name nothing that is there: then it does not filter."""
        raise NotImplementedError

    def says(self, operator: str, words: Sequence[str]) -> str:
        """The words for people."""
        return ""

    def sentence(self, operator: str, words: Sequence[str]) -> str:
        return f"{self.label} {self.operators[operator]} {self.says(operator, words)}".strip()


class OneOf(Subject):
    """Any or none of several choices. `find` gives tokens or a condition."""

    def __init__(
        self,
        name: str,
        label: Any,
        group: Any,
        choices: Choices,
        find: Callable[[list[str]], list[str] | Q],
        *,
        operators: Sequence[tuple[str, Any]] = (IN, OUT),
        more: Mapping[str, Callable[[], Term]] = {},
    ) -> None:
        super().__init__(name, label, group, operators)
        self.choices, self.find, self.more = choices, find, more

    def fields(self, operator: str) -> Mapping[str, forms.Field]:
        if operator in self.more:
            return {}
        size = max(2, min(5, len(self.choices)))
        widget = forms.SelectMultiple(attrs={"size": size})
        return {"": forms.MultipleChoiceField(choices=self.choices, widget=widget, required=False)}

    def read(self, operator: str, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
        if operator in self.more:
            return ()
        known = {str(code) for code, _label in self.choices}
        return tuple(code for code in raw.get("") or () if code in known) or None

    def initial(self, operator: str, words: Sequence[str]) -> Mapping[str, Any]:
        return {"": list(words)}

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        if operator in self.more:
            return self.more[operator]()
        known = {str(code) for code, _label in self.choices}
        chosen = [word for word in words if word in known]
        if not chosen:
            return None
        found, negated = self.find(chosen), operator == "out"
        return (
            Term(found, negated=negated)
            if isinstance(found, Q)
            else Term(tokens=tuple(found), negated=negated)
        )

    def says(self, operator: str, words: Sequence[str]) -> str:
        labels = {str(code): str(label).strip() for code, label in self.choices}
        return ", ".join(labels[word] for word in words if word in labels)


class Days(Subject):
    """A moment of the product's row: between two days, both included, or the last so many."""

    def __init__(self, name: str, label: Any, group: Any, column: str) -> None:
        super().__init__(name, label, group, (BETWEEN, ("lately", _("is within the last days"))))
        self.column = column

    def fields(self, operator: str) -> Mapping[str, forms.Field]:
        if operator == "lately":
            return {"": forms.IntegerField(label=_("days"), min_value=1, max_value=LATELY, required=False)}
        return {
            "low": forms.DateField(label=_("from"), widget=DateInput(), required=False),
            "high": forms.DateField(label=_("to"), widget=DateInput(), required=False),
        }

    def read(self, operator: str, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
        if operator == "lately":
            return (str(raw[""]),) if raw.get("") else None
        ends = tuple(f"{end}={raw[end].isoformat()}" for end in ("low", "high") if raw.get(end))
        return ends or None

    def initial(self, operator: str, words: Sequence[str]) -> Mapping[str, Any]:
        if operator == "lately":
            return {"": words[0] if words else ""}
        return dict(word.partition("=")[::2] for word in words)

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        if operator == "lately":
            days = int(words[0]) if words and words[0].isdecimal() else 0
            if not 0 < days <= LATELY:
                return None
            return Term(Q(**{f"{self.column}__gte": timezone.now() - datetime.timedelta(days=days)}))
        found, days = Q(), ends_of(words)
        if "low" in days:
            found &= Q(**{f"{self.column}__gte": midnight(days["low"])})
        if "high" in days:
            found &= Q(**{f"{self.column}__lt": midnight(days["high"] + datetime.timedelta(days=1))})
        return Term(found) if days else None

    def says(self, operator: str, words: Sequence[str]) -> str:
        if operator == "lately":
            return words[0] if words else ""
        days = {end: formats.date_format(day, "SHORT_DATE_FORMAT") for end, day in ends_of(words).items()}
        return f"{days.get('low', '…')} – {days.get('high', '…')}"


def ends_of(words: Sequence[str]) -> dict[str, datetime.date]:
    found = {}
    for word in words:
        end, _equals, day = word.partition("=")
        try:
            found[end] = datetime.date.fromisoformat(day)
        except ValueError:
            continue
    # The first and the last day of the calendar have no day beside them.
    return {end: day for end, day in found.items() if end in ("low", "high") and 1 < day.year < 9999}


def midnight(day: datetime.date) -> datetime.datetime:
    """The beginning of a day where the person is."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


class Written(Subject):
    """A text: what somebody types. `find(operator, text, language)` gives the condition."""

    def __init__(
        self,
        name: str,
        label: Any,
        group: Any,
        operators: Sequence[tuple[str, Any]],
        find: Callable[[str, str, str], Q],
        *,
        languages: Choices = (),
        more: Mapping[str, Callable[[], Term]] = {},
    ) -> None:
        super().__init__(name, label, group, operators)
        self.find, self.languages, self.more = find, languages, more

    def fields(self, operator: str) -> Mapping[str, forms.Field]:
        if operator in self.more:
            return {}
        made: dict[str, forms.Field] = {"": forms.CharField(label=_("text"), max_length=200, required=False)}
        if self.languages:
            made["in"] = forms.ChoiceField(label=_("in"), choices=self.languages, required=False)
        return made

    def read(self, operator: str, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
        if operator in self.more:
            return ()
        text = (raw.get("") or "").strip()
        if not text:
            return None
        return (text, raw.get("in") or str(self.languages[0][0])) if self.languages else (text,)

    def initial(self, operator: str, words: Sequence[str]) -> Mapping[str, Any]:
        return {"": words[0] if words else "", "in": words[1] if len(words) > 1 else ""}

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        if operator in self.more:
            return self.more[operator]()
        if not words:
            return None
        language = ""
        if self.languages:
            language = words[1] if len(words) > 1 else ""
            if language not in {code for code, _label in self.languages}:
                return None
        text = words[0][:200]
        negated = operator in ("lacks", "isnt")
        positive = {"lacks": "contains", "isnt": "is"}.get(operator, operator)
        return Term(self.find(positive, text, language), negated=negated)

    def says(self, operator: str, words: Sequence[str]) -> str:
        if operator in self.more or not words:
            return ""
        return f"“{words[0]}” ({words[1]})" if len(words) > 1 else f"“{words[0]}”"


class Stated(Subject):
    """Something that is so or is not: a proposal waits."""

    def __init__(
        self, name: str, label: Any, group: Any, terms: Mapping[str, tuple[Any, Callable[[], Term]]]
    ) -> None:
        super().__init__(name, label, group, [(code, words) for code, (words, _find) in terms.items()])
        self.terms = terms

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        return self.terms[operator][1]()


@dataclass(slots=True)
class Chosen:
    """One of `choices` and a second input that narrows it: a place and an attribute, a person and a day."""

    choices: Choices
    second: Callable[[], forms.Field]
    label: Any = ""
    second_label: Any = ""
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(str(code) for code, _label in self.choices)


class Pair(Subject):
    """Two inputs that belong together. `find(first, second)` gives the condition, or None."""

    def __init__(
        self,
        name: str,
        label: Any,
        group: Any,
        operators: Sequence[tuple[str, Any]],
        chosen: Chosen,
        find: Callable[[str, str], Q | None],
        *,
        is_required: bool = True,
    ) -> None:
        super().__init__(name, label, group, operators)
        self.chosen, self.find, self.is_required = chosen, find, is_required

    def fields(self, operator: str) -> Mapping[str, forms.Field]:
        first = forms.ChoiceField(
            label=self.chosen.label, choices=[("", "—"), *self.chosen.choices], required=False
        )
        return {"": first, "second": self.chosen.second()}

    def read(self, operator: str, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
        second = raw.get("second") or ""
        second = second.isoformat() if isinstance(second, datetime.date) else str(second)
        if not raw.get("") or (self.is_required and not second):
            return None
        return (raw[""], second) if second else (raw[""],)

    def initial(self, operator: str, words: Sequence[str]) -> Mapping[str, Any]:
        return {"": words[0] if words else "", "second": words[1] if len(words) > 1 else ""}

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        if not words or words[0] not in self.chosen.known or (self.is_required and len(words) < 2):
            return None
        found = self.find(words[0], words[1] if len(words) > 1 else "")
        return None if found is None else Term(found, negated=operator == "out")

    def says(self, operator: str, words: Sequence[str]) -> str:
        labels = {str(code): str(label) for code, label in self.chosen.choices}
        second = self.chosen.second()
        named = dict(getattr(second, "choices", ()))
        rest = [str(named.get(word, word)) for word in words[1:2]]
        between = f" {self.chosen.second_label} " if self.chosen.second_label else " · "
        return between.join([labels.get(words[0], ""), *rest]) if words else ""


def nothing() -> Term:
    return Term(NOTHING)
