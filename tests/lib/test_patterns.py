import pytest

from pim.lib.patterns import MAX_TEXT, PatternRefused, compiled, matches


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a|aa)*b", "(a?)*", "((ab){1,9}){5,}", r"(x)\1", "(", "a" * 501, "a*" * 9]
)
def test_what_may_hang_or_is_broken_is_refused(pattern) -> None:
    with pytest.raises(PatternRefused):
        compiled(pattern)


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        (r"[A-Z]{2}\d{4}", "AB1234", "AB12345"),
        (r"(\d{1,3}\.){3}\d{1,3}", "10.0.0.1", "10.0.0"),
        (r"\d{2}(-\d{2})*", "12-34-56", "12-3"),
        (r"(foo|bar)-[a-z]+", "bar-baz", "baz-bar"),
    ],
)
def test_the_whole_text_must_fit(pattern, fits, fails) -> None:
    assert matches(pattern, fits)
    assert not matches(pattern, fails)


def test_text_beyond_the_limit_never_fits() -> None:
    assert matches("a*", "a" * MAX_TEXT)
    assert not matches("a*", "a" * (MAX_TEXT + 1))
