"""Pictures: taken in by content, stored once, shown in a few sizes, and addressed for channels by a signed link."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import Signer
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.models.asset import Asset
from catalog.models.user import User

# What is decoded at all: by content, never by the file's name. No SVG, which is a program.
FORMATS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "AVIF": ("image/avif", "avif"),
}
MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000
SIZES = (96, 320, 960)  # longest side of a rendition, in pixels
_signer = Signer(salt="catalog.asset")


class PictureRefused(ValueError):
    """A file that is not taken in. `message` says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def store(content: bytes | IO[bytes], *, name: str, user: User | None) -> Asset:
    """The asset of these bytes, made where it is new. Decodes the whole picture; raises PictureRefused.

    The original bytes are kept. Files are written before the row, so that a row never lacks its file; call it
    outside of a transaction.
    """
    data = content if isinstance(content, bytes) else content.read(MAX_BYTES + 1)
    if not data:
        raise PictureRefused("empty", _("The file is empty."))
    if len(data) > MAX_BYTES:
        raise PictureRefused("too_large", _("The file is larger than 50 MB: save it smaller."))
    kind, width, height = _examined(data)
    sha256 = hashlib.sha256(data).hexdigest()
    known = Asset.objects.filter(sha256=sha256).first()
    if known is not None:
        return known
    mime, extension = FORMATS[kind]
    path = f"assets/{sha256[:2]}/{sha256}.{extension}"
    if not default_storage.exists(path):
        path = default_storage.save(path, ContentFile(data))
    asset, _created = Asset.objects.get_or_create(
        sha256=sha256,
        defaults={
            "file": path,
            "name": PurePath(name.replace("\\", "/")).name[:255] or f"{sha256[:12]}.{extension}",
            "mime": mime,
            "size": len(data),
            "width": width,
            "height": height,
            "created_at": timezone.now(),
            "created_by": user,
        },
    )
    return asset


def _examined(data: bytes) -> tuple[str, int, int]:
    """(format, width, height) as shown. The size is known from the header, before a pixel is decoded."""
    try:
        with Image.open(BytesIO(data), formats=tuple(FORMATS)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise PictureRefused(
                    "too_many_pixels", _("The picture has more than 50 million pixels: save it smaller.")
                )
            kind = str(picture.format)
            picture.load()
            turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(
            "too_many_pixels", _("The picture has more than 50 million pixels: save it smaller.")
        ) from error
    except UnidentifiedImageError as error:
        raise PictureRefused(
            "not_a_picture", _("This is not a JPEG, PNG, WebP, GIF or AVIF picture.")
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, PictureRefused):
            raise
        raise PictureRefused("damaged", _("The picture is damaged or incomplete: save it anew.")) from error
    return (kind, height, width) if turned else (kind, width, height)


def thumbnail(sha256: str, size: int) -> str:
    """The storage path of a rendition at most `size` pixels long (one of SIZES), made at the first call.

    Raises Asset.DoesNotExist; ValueError for another size.
    """
    if size not in SIZES:
        raise ValueError(f"renditions are {SIZES} pixels, not {size}")
    path = f"renditions/{size}/{sha256[:2]}/{sha256}.webp"
    if default_storage.exists(path):
        return path
    asset = Asset.objects.get(sha256=sha256)
    with asset.file.open("rb") as source, Image.open(source, formats=tuple(FORMATS)) as picture:
        picture.draft("RGB", (size * 2, size * 2))
        shown = ImageOps.exif_transpose(picture)
        shown = shown.convert("RGBA" if shown.has_transparency_data else "RGB")
        shown.thumbnail((size, size), Image.Resampling.LANCZOS)
        small = BytesIO()
        shown.save(small, "WEBP", quality=82, method=4)
    if not default_storage.exists(path):  # another process may have made it meanwhile: either is the same
        path = default_storage.save(path, ContentFile(small.getvalue()))
    return path


def signature(sha256: str) -> str:
    """What lets somebody without a login read this one picture. It does not expire: sheets carry it for good."""
    return _signer.signature(sha256)


def is_signed(sha256: str, given: str) -> bool:
    return constant_time_compare(signature(sha256), given)


def public_url(sha256: str) -> str:
    """The absolute address under which a channel fetches the original."""
    path = reverse("admin:catalog_asset_public", args=[sha256, signature(sha256)])
    return f"{settings.PIM_BASE_URL}{path}"
