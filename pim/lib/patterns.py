"""Regular expressions written by people in the admin, kept from hanging a worker."""

import re
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from django.utils.translation import gettext as _

MAX_PATTERN = 500
MAX_TEXT = 10_000
MAX_OPEN_REPEATS = 8
MANY = 4

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


class PatternRefused(ValueError):
    """The text says why the pattern is not taken."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled pattern. Raises PatternRefused for bad syntax and for what may take exponential time.

    Python's engine backtracks: "(a+)+" or "(a|aa)*" can take years on 40 characters. So what is repeated more than
    four times must have a fixed length, and references back are refused. What remains is polynomial, and `matches`
    bounds the text: a guard against accidents, for patterns written by those who may edit the structure.
    """
    if len(pattern) > MAX_PATTERN:
        raise PatternRefused(_("The pattern is longer than %d characters.") % MAX_PATTERN)
    try:
        expression = re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(_("Not a regular expression: %s") % error) from None
    if _open_repeats(tree, inside=False) > MAX_OPEN_REPEATS:
        raise PatternRefused(
            _("The pattern has more than %d '*' or '+': it would be slow.") % MAX_OPEN_REPEATS
        )
    return expression


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits; False for text over 10,000 characters."""
    return len(text) <= MAX_TEXT and compiled(pattern).fullmatch(text) is not None


def _open_repeats(node: Any, *, inside: bool) -> int:
    """How many repeats without a small limit there are; refuses what makes their backtracking explode."""
    count = 0
    for operator, argument in _operations(node):
        if operator in (codes.GROUPREF, codes.GROUPREF_EXISTS):
            raise PatternRefused(_("References back to a group (\\1) are not possible here."))
        is_repeat = operator in _REPEATS
        if inside and ((is_repeat and argument[0] != argument[1]) or operator is codes.BRANCH):
            raise PatternRefused(
                _(
                    "What is repeated must have a fixed length: (a+)+ or (a|aa)* could run for years. Write it flat."
                )
            )
        opens = is_repeat and argument[1] > MANY
        count += opens + _open_repeats(argument, inside=inside or opens)
    return count


def _operations(node: Any) -> list[tuple[Any, Any]]:
    """The (operator, argument) pairs directly under `node`, whatever its nesting of lists and tuples."""
    if isinstance(node, parser.SubPattern):
        return list(node.data)
    if isinstance(node, (list, tuple)):
        return [operation for part in node for operation in _operations(part)]
    return []
