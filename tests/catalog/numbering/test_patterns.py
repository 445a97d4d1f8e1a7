import pytest

from catalog.numbering import patterns


def made(pattern: str, count: int, *, sku: str = "M-1", family: str = "mugs") -> str:
    return patterns.number(*patterns.fill(pattern, sku=sku, family=family), count)


def test_a_pattern_makes_numbers() -> None:
    assert made("{family}-{seq:5}", 42) == "mugs-00042"
    assert made("{FAMILY}{seq}/{sku}", 7) == "MUGS7/M-1"
    assert made("A{seq:3}", 12345) == "A12345"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("A-1", "A pattern has its running number once: write {seq}, or {seq:5} for at least five digits."),
        (
            "{seq}{seq:2}",
            "A pattern has its running number once: write {seq}, or {seq:5} for at least five digits.",
        ),
        ("{random}{seq}", "Only these stand in braces: {family}, {FAMILY}, {sku}, {seq}, {seq:5}."),
        ("{seq:0}", "Only these stand in braces: {family}, {FAMILY}, {sku}, {seq}, {seq:5}."),
        ("{seq:16}", "Only these stand in braces: {family}, {FAMILY}, {sku}, {seq}, {seq:5}."),
    ],
)
def test_a_pattern_that_makes_none_is_refused(pattern: str, said: str) -> None:
    with pytest.raises(patterns.PatternRefused) as refused:
        patterns.check(pattern)
    assert str(refused.value) == said
