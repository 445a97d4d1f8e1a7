"""Text that a spreadsheet program would run as a formula, on its way into a file and back.

OWASP, CSV injection: a cell that begins with = + - @, tab, return or line feed, or with a full-width form of the signs.
"""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """The text as a cell that nothing runs: what would start a formula gets an apostrophe; a number with its sign is harmless."""
    return f"'{text}" if text.lstrip("'").startswith(_STARTS) and not _is_number(text) else text


def plain(cell: str) -> str:
    """The text of such a cell: plain(neutral(text)) is text."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_STARTS) else cell


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return text[0] in "+-" and text[-1].isdigit()
