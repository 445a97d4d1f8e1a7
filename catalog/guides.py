"""Our own guides, as they stand in the docs folder of this installation, to be read in the admin."""

from __future__ import annotations

import re
from functools import lru_cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

FOLDER = settings.BASE_DIR / "docs"


def has(name: str) -> bool:
    """`name`: a path within the folder, such as "channels/feed.md", chosen by us. False where it was installed without."""
    return (FOLDER / name).is_file()


@lru_cache
def text(name: str) -> SafeString:
    """Without its first heading, which is the page's; "" where there is none."""
    if not has(name):
        return mark_safe("")
    written = re.sub(r"\A# .*\n", "", (FOLDER / name).read_text(encoding="utf-8"))
    return mark_safe(MarkdownIt("commonmark", {"html": False}).enable("table").render(written))  # noqa: S308 - html is off
