"""When two writings of a value say the same."""

from __future__ import annotations

import pytest

from channels import alike


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "<p>Tea &amp; milk</p><p>Hot</p>",
            "<P class=''>Tea & milk</P>\n<p>Hot </p>",
            False,
        ),  # a class was put on it
        ("<p>Tea &amp; milk</p><p>Hot</p>", "<P>Tea & milk</P>\n<p>Hot </p>", True),
        ("<ul><li>a</li><li>b</li></ul>", "<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>", True),
        ("a<br>b", "a<br />\nb", True),
        ("a <b>b</b>", "a<b>b</b>", False),
        ('<a href="x" title="y">z</a>', "<a title='y' href='x' data-mce-href='x'>z</a>", True),
        ("plain\ntext", "plain text", True),
        ("<p>Tea</p>", "<p>Coffee</p>", False),
        ("1 < 2", "1 &lt; 2", True),
    ],
)
def test_markup_is_the_same_however_it_is_written(one: str, other: str, same: bool) -> None:
    assert (alike.markup(one) == alike.markup(other)) is same


@pytest.mark.parametrize(
    ("ours", "theirs", "cut"),
    [
        ("Blue mug of stoneware", "Blue mug", True),
        ("Blue mug of stoneware", "Blue mug...", True),
        ("<p>Blue mug</p><p>Large</p>", "Blue mug L…", True),
        ("Blue mug", "Blue mug", False),
        ("Blue mug", "Green", False),
        ("Blue mug", "", False),
        (["Blue"], "Blue", False),
    ],
)
def test_what_is_the_beginning_of_ours_is_cut(ours: object, theirs: object, cut: bool) -> None:
    assert alike.is_cut(ours, theirs) is cut


def test_numbers_moments_and_lists_are_the_same_in_another_form() -> None:
    assert alike.same_number("0.40", "0.4")
    assert not alike.same_number("0.40", "0.41")
    assert alike.same_moment("2026-12-01", "2026-12-01T01:00:00+01:00")
    assert not alike.same_moment("2026-12-01", "2026-12-02")
    assert alike.bag(["b ", "A", "a"]) == alike.bag(["a", "B"])
