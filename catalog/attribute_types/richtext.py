"""Rich text: a small set of HTML, sanitised on the way in."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any

import nh3
from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.widgets import AdminProseEditorWidget

from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.text import MAX_LENGTH, as_text, check_length, check_lengths, length_params, tidy
from catalog.widgets import TextField, language_attrs

MAX_MARKUP = 4 * MAX_LENGTH
TAGS = frozenset(
    [
        "p",
        "br",
        "strong",
        "em",
        "u",
        "ul",
        "ol",
        "li",
        "h2",
        "h3",
        "h4",
        "a",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "caption",
    ]
)
EDITOR = {
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "HTML": True,
}

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"a": {"href"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)
_NO_TAGS = nh3.Cleaner(tags=set())
_TAG = re.compile(r"</?[a-zA-Z][^<]*>|<!--")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
# What other editors and suppliers write for what we allow; a block must not vanish and glue two words together.
_SPELLINGS = {
    "b": "strong",
    "i": "em",
    "h1": "h2",
    "h5": "h4",
    "h6": "h4",
    "div": "p",
    "section": "p",
    "article": "p",
}
_SPELLED = re.compile(rf"<(/?)({'|'.join(_SPELLINGS)})(?=[\s>/])", re.IGNORECASE)
_EMPTY_PARAGRAPH = re.compile(r"<p>\s*</p>")
_NO_LINK = re.compile(r"<a>(.*?)</a>", re.DOTALL)  # its address was not allowed
_BLOCK_END = re.compile(r"<br>|</(?:p|li|h\d|td|th|tr|blockquote|caption)>")


def plain_text(markup: str) -> str:
    """The words of stored markup, blocks parted by a space, entities decoded."""
    return " ".join(html.unescape(_NO_TAGS.clean(_BLOCK_END.sub(r" \g<0>", markup))).split())


def sanitised(markup: str) -> str:
    """Allowed markup only; plain text becomes paragraphs. Sanitising twice changes nothing more."""
    for _round in range(
        4
    ):  # dropping markup can bring new spaces and empty paragraphs together; two are the rule
        before, markup = markup, _sanitised_once(markup)
        if markup == before:
            break
    return markup


def _sanitised_once(markup: str) -> str:
    text = tidy(markup, multiline=True)
    if not _TAG.search(text):
        if _ENTITY.search(text):
            text = html.unescape(text)
        lines = (html.escape(line, quote=False).replace("\n", "<br>") for line in re.split(r"\n{2,}", text))
        return _CLEANER.clean("".join(f"<p>{line}</p>" for line in lines))
    text = _SPELLED.sub(lambda found: f"<{found[1]}{_SPELLINGS[found[2].lower()]}", text)
    markup = _EMPTY_PARAGRAPH.sub("", _CLEANER.clean(text)).strip()
    if "<a>" in markup:
        markup = _NO_LINK.sub(r"\1", markup)
    return markup if not markup or _TAG.search(markup) else f"<p>{markup}</p>"


@ATTRIBUTE_TYPES.register
class RichText(AttributeType):
    """Stored: str of sanitised HTML. `max_length` counts what is read, not the tags."""

    code = "richtext"
    label = gettext_lazy("Rich text")
    icon = "format_color_text"
    is_text = True
    filter_kind = "text"
    sample_params = {"max_length": 2000}

    def params_fields(self) -> dict[str, forms.Field]:
        return length_params(MAX_LENGTH)

    def check_params(self, params: Mapping[str, Any]) -> None:
        check_lengths(params)

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str | None:
        text = as_text(raw)
        if len(text) > MAX_MARKUP:
            raise ValueRefused(
                "too_long",
                _("%(length)d characters of markup, at most %(maximum)d are taken: shorten it."),
                {"length": len(text), "maximum": MAX_MARKUP},
            )
        markup = sanitised(text)
        words = plain_text(markup)
        if not words:
            return None
        check_length(len(words), spec.params.get("min_length"), spec.params.get("max_length", MAX_LENGTH))
        return markup

    def replaced(self, stored: Any, find: re.Pattern[str], by: str) -> Any:
        """In the words alone: tags and addresses stay. Words that a tag parts ("ca<em>r</em>") are not found."""
        words = _Words(lambda text: find.sub(lambda _found: by, text))
        words.feed(stored)
        words.close()
        return words.markup() if words.changed else stored

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return plain_text(stored) if stored else ""

    def markup(self, stored: Any, spec: Any, locale: str | None = None) -> SafeString:
        """Its beginning, without its markup: a locked field is not the place to read it through."""
        return escape(Truncator(self.display(stored, spec, locale)).chars(600))

    def hint(self, spec: Any) -> str:
        longest = spec.params.get("max_length")
        return _("At most %d characters.") % longest if longest else ""

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        attrs = language_attrs(locale)
        if longest := spec.params.get("max_length"):
            attrs["data-max-length"] = str(longest)
        widget = AdminProseEditorWidget(config={"extensions": EDITOR}, preset="configurable", attrs=attrs)
        return TextField(label=spec.label(), required=required, widget=widget, help_text=self.hint(spec))

    def search_text(self, stored: Any, spec: Any) -> str:
        return plain_text(stored) if stored else ""

    def sample(self, spec: Any) -> str:
        return "<p>Keeps you <strong>warm</strong>.</p>"


class _Words(HTMLParser):
    """Stored markup with its words, entities decoded, run by run through `change`."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=False)
        self.change, self.changed = change, False
        self.parts: list[str] = []
        self.run = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._end_run()
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._end_run()
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.run += data

    def handle_entityref(self, name: str) -> None:
        self.run += html.unescape(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.run += html.unescape(f"&#{name};")

    def markup(self) -> str:
        self._end_run()
        return "".join(self.parts)

    def close(self) -> None:
        super().close()
        self._end_run()

    def _end_run(self) -> None:
        if self.run:
            after = self.change(self.run)
            self.changed = self.changed or after != self.run
            self.parts.append(html.escape(after, quote=False))
            self.run = ""
