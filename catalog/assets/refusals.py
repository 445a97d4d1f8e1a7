"""The sentences that say why a file is not taken in, or a rendition not made, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.decoding.refusal import Refusal

SENTENCES: Mapping[str, Any] = {
    "archive": _("This is an archive, whose content nobody has looked at: unpack it and upload the files."),
    "damaged": _("The file is damaged or incomplete: save it anew."),
    "empty": _("The file is empty."),
    "macros": _("This office file carries macros, which are programs: save it without them."),
    "markup": _("This is a web page, not a picture or document: save it as PDF."),
    "markup_inside": _("The picture carries a web page or program in its comments: save it anew without them."),
    "not_a_picture": _("This is no picture, so there are no renditions of it."),
    "old_office": _("This is an office file of before 2007, which may carry programs: save it as DOCX, XLSX, PPTX or PDF."),
    "other_picture": _("Pictures are taken as JPEG, PNG, WebP, GIF or AVIF: save it as one of these."),
    "other_video": _("Videos are taken as MP4 or WebM: save it as one of these."),
    "program": _("This is a program, not a picture or document."),
    "svg": _("An SVG drawing is a program to whoever opens it: export it as PNG or WebP."),
    "too_costly": _("This file takes more memory to look at than any should: save it smaller."),
    "too_heavy": _("At the lowest quality it is %(kilobytes)d kB, more than the %(most)d kB asked for: allow more, or a smaller size."),
    "too_large": _("The file is larger than %(megabytes)d MB: save it smaller."),
    "too_many_frames": _("The animation has more than 200 frames: shorten it."),
    "too_many_pixels": _("The picture has more than 50 million pixels, or its frames 150 million together: save it smaller."),
    "too_many_scans": _("The picture is built of so many layers that it takes too long to show: save it anew."),
    "too_slow": _("This file takes longer to look at than any should: save it anew, smaller."),
    "two_kinds": _("This file is two kinds of file at once, such as a picture and an archive: save it anew."),
    "unknown": _("This kind of file is not taken in: send pictures, videos (MP4, WebM), PDF, office files or plain text."),
}  # fmt: skip


class AssetRefused(ValueError):
    """A file that is not taken in. `message` says why and what to do."""

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        self.code, self.params = code, dict(params or {})
        self.message = sentence(code, self.params)
        super().__init__(self.message)

    @classmethod
    def of(cls, refusal: Refusal) -> AssetRefused:
        return cls(refusal.code, refusal.params)


def sentence(code: str, params: Mapping[str, Any]) -> str:
    return str(SENTENCES[code]) % params if params else str(SENTENCES[code])
