"""Reading documents that are written in an attribute's former way as if they were in its present one.

Pure, and safe to apply twice: what has the present form stays. A decision in docs/decisions tells why it is done so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.attribute_types.base import ValueRefused
from catalog.structure.specs import AttributeSpec
from catalog.structure.ways import WAYS


@dataclass(frozen=True, slots=True)
class Failure:
    """A value that cannot become one of the new form; it leaves the document, and the history keeps it."""

    key: str
    value: Any
    code: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class ConversionSpec:
    """`old` and `new`: the attribute before and after. `locales`: those that get the value (localizable on) or the order
    in which they win (off). `contexts`: the order in which they win (scopable off), "" is master.
    """

    id: int
    old: AttributeSpec
    new: AttributeSpec
    locales: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    is_open: bool = True

    @property
    def code(self) -> str:
        return self.new.code

    def holds(self, key: str) -> bool:
        return key == self.code or key.startswith(f"{self.code}|")

    def keys(self, key: str) -> list[str]:
        """What an old key is spelled as now; [] where another one's value wins over it."""
        locale, context = _parts(key)
        localities = [locale]
        if self.new.localizable and not locale:
            localities = list(self.locales)
        elif locale and not self.new.localizable:
            localities = [""] if not self.locales or locale == self.locales[0] else []
        if context and not self.new.scopable:
            if self.contexts and context != self.contexts[0]:
                return []
            context = ""
        return [_spelled(self.code, each, context) for each in localities]

    def value(self, stored: Any) -> Any:
        """Raises ValueRefused. None, an explicitly empty value, stays so."""
        if not self.is_open and self.old.type == self.new.type:
            return stored  # in another unit it was written since, on purpose
        way = WAYS.get((self.old.type, self.new.type))
        if (
            stored is None
            or way is None
            or (self.old.type == self.new.type and self.old.params == self.new.params)
        ):
            return stored
        return way(stored, self.old, self.new)

    def document(
        self, values: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str], list[Failure]] | None:
        """(document, {new key: the old key its value came from}, failures); None where nothing is to be done."""
        own = [key for key in values if self.holds(key)]
        if not own:
            return None
        entries: dict[str, tuple[Any, str]] = {}
        failures = []
        for key in sorted(own, key=self._order):
            spelled = self._spelled_now(key)
            try:
                value = self.value(values[key])
            except ValueRefused as refused:
                failures.append(Failure(key, values[key], refused.code, refused.message))
                continue
            for target in spelled:
                # What is spelled in the new way already was written since: it stands.
                if target not in entries or entries[target][0] is None:
                    entries[target] = (value, key)
        made = {key: value for key, value in values.items() if not self.holds(key)}
        made |= {key: value for key, (value, _origin) in entries.items()}
        if made == values:
            return None
        return made, {key: origin for key, (_value, origin) in entries.items()}, failures

    def _spelled_now(self, key: str) -> list[str]:
        locale, context = _parts(key)
        if self.new.localizable and not locale:
            return [_spelled(self.code, each, self._context(context)) for each in self.locales]
        return [_spelled(self.code, locale if self.new.localizable else "", self._context(context))]

    def _context(self, context: str) -> str:
        return context if self.new.scopable else ""

    def _order(self, key: str) -> tuple[Any, ...]:
        """Those that win first: what has the new spelling, then by the chosen order of contexts and locales."""
        locale, context = _parts(key)
        is_new = bool(locale) == self.new.localizable and (self.new.scopable or not context)
        by_context = 0 if self.new.scopable else _rank(context, self.contexts)
        return (
            0 if is_new and not self.contexts else 1,
            by_context,
            0 if self.new.localizable else _rank(locale, self.locales),
            key,
        )


def _rank(code: str, order: tuple[str, ...]) -> int:
    return order.index(code) if code in order else len(order)


def _parts(key: str) -> tuple[str, str]:
    _code, _bar, rest = key.partition("|")
    locale, _bar, context = rest.partition("|")
    return locale, context


def _spelled(code: str, locale: str, context: str) -> str:
    if context:
        return f"{code}|{locale}|{context}"
    return f"{code}|{locale}" if locale else code


def current(values: Mapping[str, Any], conversions: Iterable[ConversionSpec]) -> dict[str, Any]:
    """A stored document as it is read now."""
    document = dict(values) if not isinstance(values, dict) else values
    for conversion in conversions:
        made = conversion.document(document)
        if made is not None:
            document = made[0]
    return document


def current_with_sources(
    values: dict[str, Any], sources: dict[str, str], conversions: Iterable[ConversionSpec]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The same with each value's source beside it."""
    for conversion in conversions:
        made = conversion.document(values)
        if made is None:
            continue
        document, origins, _failures = made
        kept = {key: source for key, source in sources.items() if not conversion.holds(key)}
        kept |= {key: sources[origin] for key, origin in origins.items() if origin in sources}
        values, sources = document, kept
    return values, sources
