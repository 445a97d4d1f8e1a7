"""Decimal numbers as people write them, and the one form in which they are stored."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

MAX_DIGITS = 30

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+([.,]\d*)?[eE][+-]?\d+\Z", re.ASCII)
# A thin or no-break space and the Swiss apostrophe group digits in many countries and never mark decimals.
_GROUPED_BY_SPACE = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f\u2009'\u2019]\d{3})+(?=\D|\Z)", re.ASCII)
_SPACES = re.compile(r"[ \u00a0\u202f\u2009'\u2019]")


class NotADecimal(ValueError):
    """`code` is one of not_a_number, exponent, ambiguous, wrong_mark, too_many_digits; the text says what to write instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def canonical(value: str | int | Decimal) -> str:
    """The stored form: "12.5", no exponent, no trailing zeros, no plus, never "-0"; at most 30 digits.

    Raises NotADecimal for what is no finite number ("abc", NaN, Infinity) and for absurdly long ones.
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(value)
    except InvalidOperation:
        raise NotADecimal("not_a_number", _("'%s' is not a number.") % value) from None
    if not number.is_finite():
        raise NotADecimal("not_a_number", _("'%s' is not a number: write digits, such as 12.5.") % value)
    if number.adjusted() >= MAX_DIGITS or len(number.as_tuple().digits) > MAX_DIGITS + 10:
        raise NotADecimal(
            "too_many_digits", _("This number has more than %d digits: shorten it.") % MAX_DIGITS
        )
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text) > MAX_DIGITS + 2:
        raise NotADecimal(
            "too_many_digits", _("This number has more than %d digits: shorten it.") % MAX_DIGITS
        )
    return "0" if text in ("-0", "") else text


def parse(text: str, decimal_separator: str = ".") -> Decimal:
    """Read a number whose decimals are marked by `decimal_separator` ("." or ",").

    Groups of three digits are understood where they cannot mean anything else ("1 234,5"; "1,234.50" under
    "."). What could be read in two ways is refused, not guessed: "1,234" under "." may be 1234 or 1.234.
    Raises NotADecimal.
    """
    written = text.strip()
    plain = written.replace("\u2212", "-")
    if decimal_separator == "." and _PLAIN.match(plain):
        return _decimal(plain)
    if _EXPONENT.match(plain):
        raise NotADecimal(
            "exponent",
            _("'%s' is shortened: a spreadsheet shows long numbers so. Format its column as text or number.")
            % written,
        )
    if _GROUPED_BY_SPACE.match(plain):
        plain = _SPACES.sub("", plain)
    group = "," if decimal_separator == "." else "."
    if group in plain:
        plain = _without_groups(plain, written, group, decimal_separator)
    if decimal_separator != ".":
        plain = plain.replace(decimal_separator, ".")
    if not _PLAIN.match(plain):
        raise NotADecimal(
            "not_a_number",
            _(
                "'%(text)s' is not a number: write digits with '%(mark)s' before the decimals, such as 12%(mark)s5."
            )
            % {"text": written, "mark": decimal_separator},
        )
    return _decimal(plain)


def _without_groups(plain: str, written: str, group: str, mark: str) -> str:
    whole, found, decimals = plain.partition(mark)
    well_grouped = re.fullmatch(rf"[+-]?\d{{1,3}}(\{group}\d{{3}})+", whole, re.ASCII)
    if well_grouped and (found or whole.count(group) > 1):
        return whole.replace(group, "") + found + decimals
    names = {"text": written, "mark": mark, "group": group, "better": plain.replace(group, mark)}
    if well_grouped:
        raise NotADecimal(
            "ambiguous",
            _(
                "'%(text)s' can be read in two ways: leave '%(group)s' out, or write %(better)s if decimals are meant."
            )
            % names,
        )
    if re.fullmatch(rf"[+-]?\d*\{group}\d+", plain, re.ASCII):
        raise NotADecimal(
            "wrong_mark",
            _("'%(text)s' has '%(group)s' before its decimals, where '%(mark)s' is expected: %(better)s.")
            % names,
        )
    return plain


def _decimal(plain: str) -> Decimal:
    if len(plain) > 2 * MAX_DIGITS:
        raise NotADecimal(
            "too_many_digits", _("This number has more than %d digits: shorten it.") % MAX_DIGITS
        )
    return Decimal(plain)
