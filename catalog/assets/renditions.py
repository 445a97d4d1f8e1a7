"""Making renditions: in a child process, outside of any transaction, the file before the row."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from catalog.assets.addresses import rendition_key
from catalog.assets.cropping import Box, box_of
from catalog.assets.refusals import AssetRefused
from catalog.decoding.decoder import Decoder
from catalog.decoding.refusal import Refusal
from catalog.decoding.sniffing import PICTURES
from catalog.models.asset import Asset
from catalog.models.rendition import Rendition
from catalog.structure.snapshot import PresetSpec

SCREEN_SIZES = (96, 320, 960)  # longest side of what the admin shows, in pixels


def thumbnail(sha256: str, size: int) -> str:
    """The storage path of the picture at most `size` pixels long (one of SCREEN_SIZES), made at the first call.

    Raises Asset.DoesNotExist; ValueError for another size; AssetRefused where it cannot be made.
    """
    if size not in SCREEN_SIZES:
        raise ValueError(f"the admin shows {SCREEN_SIZES} pixels, not {size}")
    path = screen_path(sha256, size)
    if not default_storage.exists(path):
        asset = Asset.objects.get(sha256=sha256, kind=Asset.Kind.IMAGE)
        with Decoder() as decoder:
            make(asset, [], decoder=decoder, screens=(size,))
    return path


def screen_path(sha256: str, size: int) -> str:
    return f"renditions/{size}/{sha256[:2]}/{sha256}.webp"


def current(asset: Asset, preset: PresetSpec) -> Rendition:
    """The rendition as it is to be now, made where it is missing or of an older key. Raises AssetRefused."""
    key = rendition_key(preset, asset)
    row = Rendition.objects.filter(asset=asset, preset_id=preset.id, key=key).first()
    if row is None or (row.file and not default_storage.exists(row.file)):
        with Decoder() as decoder:
            make(asset, [preset], decoder=decoder)
        row = Rendition.objects.get(asset=asset, preset_id=preset.id)
    if row.error:
        raise AssetRefused(row.error["code"], row.error["params"])
    return row


def make(
    asset: Asset, presets: Sequence[PresetSpec], *, decoder: Decoder, screens: Sequence[int] = ()
) -> None:
    """Makes one picture in these sizes, decoding it once. What cannot be made is noted in its row.

    Safe to run twice and at once: paths say what the content is. Files of an older key are deleted after their row.
    """
    with tempfile.TemporaryDirectory(prefix="renditions-") as folder:
        wishes = [
            _wish(preset, box_of(asset, preset.id), Path(folder) / f"{number}")
            for number, preset in enumerate(presets)
        ]
        small = [_screen(size, Path(folder) / f"screen-{size}") for size in screens]
        try:
            with local_copy(asset) as original:
                made = decoder.render(original, [*wishes, *small], focus=asset.focus)
        except (Refusal, FileNotFoundError) as error:
            refusal = error if isinstance(error, Refusal) else Refusal("damaged")
            made = [{"refused": refusal.code, "params": refusal.params} for _wish_ in (*wishes, *small)]
        for preset, wish, answer in zip(presets, wishes, made[: len(wishes)], strict=True):
            _keep(asset, preset, wish, answer)
        for size, wish, answer in zip(screens, small, made[len(wishes) :], strict=True):
            if "refused" in answer:
                raise AssetRefused(answer["refused"], answer["params"])
            save_once(screen_path(asset.sha256, size), Path(wish["out"]))


def _keep(asset: Asset, preset: PresetSpec, wish: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    key = rendition_key(preset, asset)
    columns: dict[str, Any] = {"key": key, "made_at": timezone.now()}
    if "refused" in answer:
        columns |= {
            "file": "", "mime": "", "size": 0, "width": 0, "height": 0, "error": {"code": answer["refused"], "params": answer["params"]},
        }  # fmt: skip
    else:
        extension = PICTURES[preset.format][1]
        path = f"renditions/{preset.code}/{asset.sha256[:2]}/{asset.sha256}-{key}.{extension}"
        columns |= {"file": save_once(path, Path(wish["out"])), "error": {}}
        columns |= {name: answer[name] for name in ("mime", "size", "width", "height")}
    before = Rendition.objects.filter(asset=asset, preset_id=preset.id).values_list("file", flat=True).first()
    Rendition.objects.update_or_create(asset=asset, preset_id=preset.id, defaults=columns)
    if before and before != columns["file"]:
        default_storage.delete(before)


def save_once(path: str, file: Path) -> str:
    """The path under which it stands. Somebody else may have made it meanwhile: either is the same."""
    if default_storage.exists(path):
        return path
    with file.open("rb") as content:
        return default_storage.save(path, File(content))


@contextmanager
def local_copy(asset: Asset) -> Iterator[Path]:
    """The original as a path of this machine; fetched where the storage is elsewhere. Raises FileNotFoundError."""
    with suppress(NotImplementedError):
        path = Path(asset.file.path)
        if not path.exists():
            raise FileNotFoundError(path)
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="asset-") as copy:
        with asset.file.open("rb") as stored:
            shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)


def _wish(preset: PresetSpec, box: Box | None, out: Path) -> dict[str, Any]:
    return {
        "out": str(out), "width": preset.width, "height": preset.height, "fit": preset.fit, "background": preset.background,
        "format": preset.format, "quality": preset.quality, "max_kb": preset.max_kb,
        "box": box,
    }  # fmt: skip


def _screen(size: int, out: Path) -> dict[str, Any]:
    return {
        "out": str(out), "width": size, "height": size, "fit": "inside", "background": "", "format": "WEBP", "quality": 82,
        "max_kb": None, "box": None,
    }  # fmt: skip
