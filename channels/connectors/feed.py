"""A feed: the whole range as files in a folder, for whoever fetches them. CSV, JSON lines, XML, or as Google reads it.

When something has changed, everything that is to be there is written anew, once, and takes the place of what was, as a
whole (see _feed_folder). A product that is withdrawn is missing from the next snapshot. Guide: docs/channels/feed.md.
"""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import orjson
from django import forms
from django.conf import settings as installation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.assets.quality import PictureNeeds
from channels.connectors import _feed_google as google
from channels.connectors import _google_template as google_template
from channels.connectors._feed_folder import FeedFolder, Outside, safe_folder
from channels.connectors._feed_formats import CsvFeed, FeedWriter, JsonLinesFeed, XmlFeed, flat
from channels.connectors._published import Manifest, PublishedFile
from channels.connectors.base import (
    Config,
    Item,
    ItemError,
    PublishSnapshot,
    Retry,
    Seen,
    Unknown,
    connector,
)
from channels.mapping.template import TemplateField

FULL_DISK_SECONDS = 300.0
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NAME = re.compile(r"([A-Za-z0-9_.-]|\{channel\}|\{locale\})+\Z")
# What decides how the files look and where they lie, with what stands for nothing chosen.
WRITTEN = {"format": "", "layout": "together", "name": "products", "folder": "", "delimiter": "comma", "neutralise": False}  # fmt: skip
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def check_name(value: str) -> None:
    filled = value.replace("{channel}", "c").replace("{locale}", "l")
    if not _NAME.match(value) or filled.startswith((".", "-")) or ".." in filled:
        raise ValidationError(
            _(
                "Use letters, digits, '_', '.' and '-', and {channel} and {locale}; begin with a letter or digit."
            )
        )


@connector
class Feed(PublishSnapshot):
    code = "feed"
    label = gettext_lazy("Feed files")
    sentence = gettext_lazy(
        "The whole range as files that a partner, price portal or search engine fetches: CSV, XML, JSON or Google's own."
    )
    guide = "feed"
    batch_size = 1000  # of reading back: the index is on this machine
    seconds = 60.0  # of one step: what is long gives beats

    def __init__(self, *, channel: str, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
        super().__init__(channel=channel, settings=settings, credentials=credentials)
        self.format = str(settings["format"])
        if self.format not in ("csv", "jsonl", "xml", *google.FORMATS):
            raise ValueError(f"{self.format!r} is no format of a feed")
        self.by_locale = settings.get("layout", "together") == "by_locale" or self.format in google.FORMATS
        self.name = str(settings.get("name") or "products")
        check_name(self.name)
        self.delimiter = DELIMITERS[settings.get("delimiter") or "comma"]
        self.neutralise = bool(settings.get("neutralise"))
        self.keep = int(settings.get("keep") or 0)
        self.segments = [*filter(None, str(settings.get("folder") or "").split("/")), channel]
        self._whole: bool | None = None

    @classmethod
    def template(cls, settings: Mapping[str, Any]) -> Sequence[TemplateField]:
        """Files as Google reads them want what Google wants; price and availability come with them or not at all."""
        if settings.get("format") not in google.FORMATS:
            return ()
        return google_template.template({"prices": True, "stock": True})

    @classmethod
    def pictures(cls, settings: Mapping[str, Any]) -> PictureNeeds:
        return google_template.PICTURES if settings.get("format") in google.FORMATS else PictureNeeds()

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        return {
            "format": forms.ChoiceField(
                label=gettext_lazy("Format"), choices=[
                    ("csv", "CSV"), ("jsonl", gettext_lazy("JSON lines")), ("xml", "XML"),
                    ("google_rss", gettext_lazy("Google: RSS")), ("google_tsv", gettext_lazy("Google: text with tabs")),
                ],
                help_text=gettext_lazy("Google's have a file for each language, and hold back products that it would not list."),
            ),
            "layout": forms.ChoiceField(
                label=gettext_lazy("Languages"),
                choices=[("together", gettext_lazy("All in one file")), ("by_locale", gettext_lazy("A file for each"))],
            ),
            "name": forms.CharField(
                label=gettext_lazy("File name"), initial="products", required=False, max_length=100, validators=[check_name],
                help_text=gettext_lazy("Without ending. {channel} and {locale} stand for their codes; with a file for each language its code is added where it is missing."),
            ),
            "folder": forms.CharField(
                label=gettext_lazy("Folder"), required=False, max_length=200,
                validators=[RegexValidator(
                    r"^[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_][A-Za-z0-9_-]*)*\Z",
                    gettext_lazy("Names of letters, digits, '_' and '-', with / between: partners/acme."),
                )],
                help_text=gettext_lazy("Below the folder 'feeds' of the installation; the channel's code is added, so that no two channels share one."),
            ),
            "delimiter": forms.ChoiceField(
                label=gettext_lazy("CSV: between cells"), required=False,
                choices=[("comma", ","), ("semicolon", ";"), ("tab", gettext_lazy("Tab")), ("pipe", "|")],
            ),
            "neutralise": forms.BooleanField(
                label=gettext_lazy("CSV: for people with a spreadsheet program"), required=False,
                help_text=gettext_lazy("Texts that such a program would run as a formula get an apostrophe in front. Leave it off for machines."),
            ),
            "keep": forms.IntegerField(
                label=gettext_lazy("Earlier snapshots to keep"), min_value=0, max_value=100, initial=5, required=False
            ),
        }  # fmt: skip

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Nothing is sent to `address`: the files stay on this machine."""
        settings = {
            "format": "jsonl",
            "layout": "together",
            "name": "{channel}",
            "folder": "partners/acme",
            "delimiter": "comma",
        }
        return {**settings, "neutralise": False, "keep": 5}, {}

    @classmethod
    def content(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
        """With the settings of the files: written in another way, or elsewhere, they are others."""
        return {"sheet": sheet, **{name: settings.get(name) or usual for name, usual in WRITTEN.items()}}

    @classmethod
    def refusals(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Sequence[ItemError]:
        return google.refusals(sheet) if settings.get("format") in google.FORMATS else ()

    @property
    def folder(self) -> FeedFolder:
        """Raises Config where the settings lead out of the feeds' folder."""
        try:
            return FeedFolder(safe_folder(Path(installation.PIM_DATA) / "feeds", self.segments))
        except Outside as error:
            raise Config(_("'%s' is not a folder below the feeds' folder.") % error) from error

    def file_name(self, locale: str) -> str:
        pattern = self.name if not locale or "{locale}" in self.name else f"{self.name}-{{locale}}"
        named = pattern.replace("{channel}", self.channel).replace("{locale}", locale or "all")
        return f"{named}.{google.FORMATS.get(self.format, self.format)}"

    # --- publishing

    def publish(self, items: Iterable[Item]) -> Manifest:
        folder = self.folder
        try:
            with folder.beside() as beside:
                return self._publish(folder, beside, items)
        except OSError as error:
            self._whole = None
            raise _as_delivery_error(error, folder.replaced) from error
        except sqlite3.Error as error:  # the spool: a full disk, most likely; nothing was put in place yet
            raise Retry(str(error), after=FULL_DISK_SECONDS, applied="no") from error

    def _publish(self, folder: FeedFolder, beside: Path, items: Iterable[Item]) -> Manifest:
        snapshot = uuid4().hex
        with closing(_Spool(beside / "spool.sqlite3", self.beat)) as spool:
            spool.take(items)
            before = folder.manifest()
            locales = sorted(spool.locales) or list(before.get("locales", ()))
            made: dict[str, tuple[Path, int]] = {}
            removed = 0
            for locale in locales if self.by_locale else [""]:
                name = self.file_name(locale)
                removed += self._write(beside / name, locale, spool)
                made[name] = (beside / name, spool.count)
            index = spool.index(beside / "index.sqlite3", snapshot)
            told: dict[str, Any] = {
                "format": self.format, "channel": self.channel, "locales": locales, "products": spool.count, "cleaned": removed,
            }  # fmt: skip
        manifest = folder.replace(made, index, told, snapshot=snapshot, keep=self.keep)
        self._whole = True
        self.told = {"products": told["products"]}
        if removed:
            self.told["warning"] = (
                _("%d products had characters that the format cannot carry: left out.") % removed
            )
        return Manifest("/".join(self.segments), manifest["sha256"], told["products"])

    def _write(self, path: Path, locale: str, spool: _Spool) -> int:
        """How many products lost characters."""
        writer: FeedWriter
        if self.format == "csv":
            writer = CsvFeed(
                path,
                locale,
                columns=spool.columns(locale),
                delimiter=self.delimiter,
                neutralise=self.neutralise,
            )
        elif self.format == "google_rss":
            writer = google.GoogleRssFeed(path, locale, title=self.channel)
        elif self.format == "google_tsv":
            writer = google.GoogleTsvFeed(path, locale, columns=google.columns(spool.sheets(), locale))
        else:
            writer = JsonLinesFeed(path, locale) if self.format == "jsonl" else XmlFeed(path, locale)
        for sheet in spool.sheets():
            writer.write(sheet)
        writer.close()
        return writer.removed

    # --- reading back

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        """By the index, where the files are as they were left; else nothing of it is there any more."""
        folder = self.folder
        try:
            if self._whole is None:
                self._whole = folder.is_whole()
            held = folder.held(keys) if self._whole else {}
        except (OSError, sqlite3.Error) as error:
            raise Retry(str(error), applied="no") from error
        return {
            key: Seen(key, hash=held[key][0], revision=held[key][1]) if key in held else None for key in keys
        }

    # --- for people

    def published(self) -> Sequence[PublishedFile]:
        made_at = str(self.folder.manifest().get("made_at", ""))
        return [PublishedFile(each.name, each.bytes, each.products, made_at) for each in self.folder.files()]

    def open_published(self, name: str) -> BinaryIO:
        folder = self.folder
        if name not in {each.name for each in folder.files()}:
            raise LookupError(name)
        try:
            return (folder.path / name).open("rb")
        except OSError as error:
            raise LookupError(name) from error


class _Spool:
    """The items of a snapshot on the disk, in the order of their keys: memory stays flat, and files differ only where content does."""

    def __init__(self, path: Path, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE items (key TEXT PRIMARY KEY, hash TEXT, revision INTEGER, sheet BLOB) WITHOUT ROWID"
        )
        self.locales: set[str] = set()
        self.count = 0

    def take(self, items: Iterable[Item]) -> None:
        self._db.execute("BEGIN")
        for item in items:
            if item.operation != "upsert" or item.sheet is None:
                continue
            self.locales.update(item.sheet.get("locales") or ())
            self._db.execute(
                "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)",
                (item.key, item.hash, item.revision, orjson.dumps(item.sheet)),
            )
        self._db.execute("COMMIT")
        self.count = self._db.execute("SELECT count(*) FROM items").fetchone()[0]

    def sheets(self) -> Iterator[Mapping[str, Any]]:
        for (sheet,) in self._db.execute("SELECT sheet FROM items ORDER BY key"):
            self._beat()
            yield orjson.loads(sheet)

    def columns(self, locale: str) -> list[str]:
        """Every column that any product fills: SKU first, the others by name, so that a new product moves none about."""
        found: set[str] = set()
        for sheet in self.sheets():
            found.update(flat(sheet, locale))
        first = ["sku", "family", "categories"]
        return [*first, *sorted(found - {*first, "images"}), "images"]

    def index(self, path: Path, snapshot: str) -> Path:
        with closing(sqlite3.connect(path, isolation_level=None)) as index:
            index.execute("PRAGMA journal_mode=OFF")
            index.execute("CREATE TABLE made (snapshot TEXT)")
            index.execute(
                "CREATE TABLE items (key TEXT PRIMARY KEY, hash TEXT, revision INTEGER) WITHOUT ROWID"
            )
            index.execute("BEGIN")
            index.execute("INSERT INTO made VALUES (?)", (snapshot,))
            rows = self._db.execute("SELECT key, hash, revision FROM items ORDER BY key")
            index.executemany("INSERT INTO items VALUES (?, ?, ?)", rows)
            index.execute("COMMIT")
        return path

    def close(self) -> None:
        self._db.close()


def _as_delivery_error(error: OSError, replaced: bool) -> Exception:
    """What the disk says, as delivery knows it: settings, later, or perhaps done."""
    said = _("The folder cannot be written: %s") % (error.strerror or error)
    if replaced:
        return Unknown(said)
    if error.errno in _FORBIDDEN:
        return Config(said)
    return Retry(said, after=FULL_DISK_SECONDS if error.errno in _FULL else None, applied="no")
