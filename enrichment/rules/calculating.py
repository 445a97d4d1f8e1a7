"""A small calculation over the numbers of a product: "{weight} * 1.2 + 0.5", "round({price.EUR} * 1.19, 2)".

Parsed by Python's own parser into a tree of which only what is listed here is taken; nothing is ever executed. A measurement
counts in its attribute's unit, whichever unit a product says it in; a price is one currency's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    localcontext,
)
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types.measurement import default_unit, family_of
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

LONGEST = 500  # characters
DIGITS = 30  # before the point of a number that is written
MOST = 100  # parts
PLACES = 12  # decimals of a result whose attribute sets no limit
NUMERIC = ("number", "measurement", "price")
FUNCTIONS = ("round", "min", "max", "abs", "ceil", "floor")
_NAME = re.compile(r"\{([^{}]*)\}")
_CONTEXT = Context(prec=34, rounding=ROUND_HALF_UP)


class Miscalculated(ValueError):
    """What is wrong with a calculation, or with a product's numbers, in a sentence."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`unit`: "" for a plain number, else what it counts: ("weight", "KILOGRAM") or ("€", "EUR")."""

    number: Decimal
    unit: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """What a name in braces stands for: a numeric attribute, of a price in one currency."""

    name: str
    spec: AttributeSpec
    currency: str = ""

    @property
    def unit(self) -> tuple[str, str] | None:
        if self.spec.type == "measurement":
            return (family_of(self.spec).code, default_unit(self.spec).code)
        return ("€", self.currency) if self.currency else None

    def amount(self, stored: Any) -> Amount | None:
        """None where there is none."""
        if not stored:
            return None
        if self.spec.type == "measurement":
            unit = default_unit(self.spec).code
            return Amount(
                family_of(self.spec).convert(Decimal(stored["amount"]), stored["unit"], unit), self.unit
            )
        if self.currency:
            text = stored.get(self.currency)
            return None if text is None else Amount(Decimal(text), self.unit)
        return Amount(Decimal(stored))


def term(name: str, structure: Structure) -> Term:
    """Raises Miscalculated where the name is that of no number."""
    spec, currency = structure.find_attribute(name), ""
    if spec is None and "." in name:
        code, _point, currency = name.rpartition(".")
        spec = structure.find_attribute(code)
        if spec is None or spec.type != "price" or currency not in structure.currencies:
            spec = None
    if spec is None:
        raise Miscalculated(_("There is no attribute '%s' to calculate with.") % name)
    if spec.type not in NUMERIC:
        raise Miscalculated(_("%s is no number, measurement or price.") % spec.label())
    if spec.type == "price" and not currency:
        example = structure.currencies[0] if structure.currencies else "EUR"
        raise Miscalculated(
            _("%(label)s has a price in each currency: write which, as {%(code)s.%(example)s}.")
            % {"label": spec.label(), "code": spec.code, "example": example}
        )
    return Term(name, spec, currency)


class Calculation:
    """A calculation that was understood. `names`: what it reads, in order."""

    def __init__(self, text: str) -> None:
        """Raises Miscalculated."""
        if len(text) > LONGEST:
            raise Miscalculated(_("A calculation has at most %d characters.") % LONGEST)
        self.names: list[str] = []
        written = _NAME.sub(self._named, text)
        try:
            tree = ast.parse(written.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise Miscalculated(
                _(
                    "This cannot be read: write numbers, attributes in braces, and + - * / ( ), as {weight} * 1.2."
                )
            ) from None
        if sum(1 for _node in ast.walk(tree)) > 4 * MOST:
            raise Miscalculated(_("This calculation is too long: split it into several actions."))
        self._tree = tree
        self._check(tree)

    def _named(self, found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in self.names:
            self.names.append(name)
        return f" _{self.names.index(name)} "

    def _check(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(value=value) if type(value) in (int, float):
                if not abs(value) < 10**DIGITS:  # 1e999 is read as infinite
                    raise Miscalculated(_("Write a number of at most %d digits.") % DIGITS)
            case ast.Name(id=name) if re.fullmatch(r"_\d{1,3}", name) and int(name[1:]) < len(self.names):
                return
            case ast.Name(id=name):
                raise Miscalculated(
                    _("'%(name)s' is not known: write attributes in braces, as {%(name)s}.")
                    % {"name": name[:60]}
                )
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self._check(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=left, right=right):
                self._check(left)
                self._check(right)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                if (
                    not args
                    or (name in ("abs", "ceil", "floor") and len(args) > 1)
                    or (name == "round" and len(args) > 2)
                ):
                    raise Miscalculated(_("'%s' has too few or too many parts in its brackets.") % name)
                for arg in args:
                    self._check(arg)
            case ast.Tuple():
                raise Miscalculated(
                    _("Write decimals with a point, as 1.5; a comma stands between the parts of a function.")
                )
            case _:
                raise Miscalculated(
                    _("Only numbers, attributes in braces, + - * / ( ) and %s are understood.")
                    % ", ".join(FUNCTIONS)
                )

    def check(self, structure: Structure, target: Term) -> None:
        """Whether its units fit each other and the attribute it is written to, tried with ones. Raises Miscalculated."""
        terms = {name: term(name, structure) for name in self.names}
        ones = {name: Amount(Decimal(1), each.unit) for name, each in terms.items()}
        try:
            result = self._value(self._tree, ones, structure)
        except ArithmeticError:
            return  # "1 / ({a} - {b})": the products' numbers decide
        self._fitting(result, target, structure)

    def result(self, amounts: Mapping[str, Amount], target: Term, structure: Structure) -> Decimal:
        """In the target's own unit, rounded to its decimals. Raises Miscalculated."""
        try:
            number = self._fitting(self._value(self._tree, amounts, structure), target, structure)
            places = target.spec.params.get("decimals")
            places = PLACES if places is None else int(places)
            with localcontext(_CONTEXT):
                return number.quantize(Decimal(1).scaleb(-places)) if number.is_finite() else number
        except ZeroDivisionError:
            raise Miscalculated(_("It would divide by zero.")) from None
        except ArithmeticError:
            raise Miscalculated(_("The result is too large, or no number.")) from None

    def _fitting(self, result: Amount, target: Term, structure: Structure) -> Decimal:
        if result.unit is None or result.unit == target.unit:
            return result.number
        if target.unit is None and target.spec.type == "number":
            return result.number
        if (
            target.currency and result.unit[0] == "€"
        ):  # "{price.EUR} * 1.1" in dollars: the rate is part of it
            return result.number
        return _converted(result, target.unit, structure).number

    def _value(self, node: ast.expr, amounts: Mapping[str, Amount], structure: Structure) -> Amount:
        with localcontext(_CONTEXT):
            return self._of(node, amounts, structure)

    def _of(self, node: ast.expr, amounts: Mapping[str, Amount], structure: Structure) -> Amount:
        match node:
            case ast.Constant(value=value):
                return Amount(Decimal(str(value)))
            case ast.Name(id=name):
                return amounts[self.names[int(name[1:])]]
            case ast.UnaryOp(op=op, operand=operand):
                inner = self._of(operand, amounts, structure)
                return Amount(-inner.number, inner.unit) if isinstance(op, ast.USub) else inner
            case ast.BinOp(op=op, left=left, right=right):
                a, b = self._of(left, amounts, structure), self._of(right, amounts, structure)
                return _COMBINED[type(op)](a, b, structure)
            case ast.Call(func=ast.Name(id=name), args=args):
                parts = [self._of(arg, amounts, structure) for arg in args]
                return _called(name, parts, structure)
        raise AssertionError("checked when it was read")


def _converted(amount: Amount, unit: tuple[str, str] | None, structure: Structure) -> Amount:
    if amount.unit == unit:
        return amount
    if amount.unit and unit and amount.unit[0] == unit[0] and unit[0] != "€":
        family = structure.measures[unit[0]]
        return Amount(family.convert(amount.number, amount.unit[1], unit[1]), unit)
    raise Miscalculated(
        _("%(one)s and %(other)s do not fit each other here.")
        % {"one": _said(amount.unit, structure), "other": _said(unit, structure)}
    )


def _said(unit: tuple[str, str] | None, structure: Structure) -> str:
    if unit is None:
        return _("A plain number")
    if unit[0] == "€":
        return unit[1]
    family = structure.measures.get(unit[0])
    return f"{family.label()} ({family.units[unit[1]].symbol})" if family else unit[1]


def _add(a: Amount, b: Amount, structure: Structure) -> Amount:
    a, b = _alike(a, b, structure)
    return Amount(a.number + b.number, a.unit)


def _subtract(a: Amount, b: Amount, structure: Structure) -> Amount:
    a, b = _alike(a, b, structure)
    return Amount(a.number - b.number, a.unit)


def _alike(a: Amount, b: Amount, structure: Structure) -> tuple[Amount, Amount]:
    """A plain number beside a measurement counts in its unit, as in "{weight} + 0.5"."""
    if a.unit is None:
        return Amount(a.number, b.unit), b
    return a, (Amount(b.number, a.unit) if b.unit is None else _converted(b, a.unit, structure))


def _multiply(a: Amount, b: Amount, structure: Structure) -> Amount:
    """Of two measurements (a length by a length) the result is a plain number: the target says what it counts."""
    return Amount(a.number * b.number, None if a.unit and b.unit else a.unit or b.unit)


def _divide(a: Amount, b: Amount, structure: Structure) -> Amount:
    if a.unit and b.unit and a.unit[0] == b.unit[0]:
        return Amount(a.number / _converted(b, a.unit, structure).number)
    return Amount(a.number / b.number, a.unit if b.unit is None else None)


_COMBINED: Mapping[type[ast.operator], Callable[[Amount, Amount, Structure], Amount]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
}


def _called(name: str, parts: list[Amount], structure: Structure) -> Amount:
    first = parts[0]
    if name in ("min", "max"):
        for each in parts[1:]:
            one, other = _alike(first, each, structure)
            first = (min if name == "min" else max)(one, other, key=lambda amount: amount.number)
        return first
    if name == "abs":
        return Amount(abs(first.number), first.unit)
    if name == "round":
        places = parts[1].number if len(parts) > 1 else Decimal(0)
        if places != places.to_integral_value() or not 0 <= places <= PLACES:
            raise Miscalculated(_("Round to 0 to %d decimals.") % PLACES)
        return Amount(first.number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP), first.unit)
    rounding = ROUND_CEILING if name == "ceil" else ROUND_FLOOR
    return Amount(first.number.to_integral_value(rounding), first.unit)
