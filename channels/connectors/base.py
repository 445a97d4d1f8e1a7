"""What a connector is: one class in one file. It speaks with a channel and knows nothing of listings.

Three shapes: push items (an outcome for each at once), submit and poll (a job handle now, outcomes later), publish a
snapshot (everything, as a whole). Every answer is per item; what a request as a whole ran into is one of four errors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Literal, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.assets.quality import PictureNeeds
from channels.connectors._candidates import Candidate, Wanted
from channels.connectors._published import Manifest, PublishedFile
from channels.mapping.template import TemplateField
from pim.lib.registry import Registry

Operation = Literal["upsert", "withdraw"]
ItemOutcome = Literal["live", "accepted", "ignored", "rejected", "untouched"]


# --- what a whole request may run into
class DeliveryError(Exception):
    """`answer`: what the channel said, for the attempt's record, without secrets.

    `results`: of the batch's items that this did not befall, from a connector that needs several requests for a batch;
    `befell`: by key, where others failed in their own way meanwhile. Then this is the gravest, for the channel as a whole.
    """

    def __init__(self, message: str, *, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.answer = dict(answer or {})
        self.results: Sequence[ItemResult] = ()
        self.befell: Mapping[str, DeliveryError] = {}


class Retry(DeliveryError):
    """Later. `after`: seconds the channel asked to wait. `applied`: "no" only where nothing was sent; a 429 or 5xx may
    have been applied, so the items are read back before anything is sent again."""

    def __init__(
        self,
        message: str,
        *,
        after: float | None = None,
        applied: Literal["no", "maybe"] = "maybe",
        answer: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, answer=answer)
        self.after = after
        self.applied = applied


class Data(DeliveryError):
    """The channel refuses the content, without saying which item: the batch is halved until one remains."""


class Config(DeliveryError):
    """Settings or credentials are wrong: the channel pauses, the manager mends them. `changed`: a part of the item that met
    it may have gone through."""

    changed = False


class Unknown(DeliveryError):
    """The request may or may not have been applied: read back before anything else."""


# --- what goes out and comes back


@dataclass(frozen=True, slots=True)
class Item:
    """`key` is the SKU, by which every channel finds the product again; `revision` rises with each change of ours;
    `external_id`: the channel's, also of a product that was matched or chosen and is to become this one (NEW: none is);
    `content`: Connector.content of the sheet, where it is at hand."""

    key: str
    operation: Operation
    revision: int
    hash: str = ""
    sheet: Mapping[str, Any] | None = None
    external_id: str = ""
    content: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ItemError:
    """`field` of the sheet ("title" or "locales.de_DE.title"); "" where the channel names none. `sku`: of the one of the
    item's variants that it is about."""

    message: str
    field: str = ""
    locale: str = ""
    code: str = ""
    sku: str = ""

    def __str__(self) -> str:
        """Where nothing else says which variant it is about."""
        return self.message if not self.sku or self.sku in self.message else f"{self.sku}: {self.message}"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """live: the channel shows it (or, for a withdrawal, no longer does); accepted: it will say later; ignored: it holds
    something newer; rejected: see errors; untouched: nothing was sent of it, it goes with another batch.

    `changed`: rejected after a part of it may have gone through, so that what was sent before is there no longer.
    """

    key: str
    outcome: ItemOutcome
    external_id: str = ""
    url: str = ""
    errors: tuple[ItemError, ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a channel holds under one of our keys. `sheet` where it can tell; else only the hash is compared. `shown`: the
    product in the channel's own form, of which Connector.as_sheet makes the sheet.

    `outcome`: what it makes of it, where it holds without showing: accepted while it still looks at it, rejected with
    `errors`. Errors of what is live are warnings, told at their fields.
    """

    key: str
    external_id: str = ""
    url: str = ""
    hash: str = ""
    revision: int = 0
    sheet: Mapping[str, Any] | None = None
    outcome: Literal["live", "accepted", "rejected"] = "live"
    errors: tuple[ItemError, ...] = ()
    shown: Any = None


class Pending:
    """poll(): the channel is still working on it."""


PENDING = Pending()


class Connector(ABC):
    """Base of the three shapes. One instance serves one drain of one channel; it is a context manager.

    `settings` are checked by settings_form; `credentials` are its `secret_fields`, stored encrypted, never shown.
    """

    code: ClassVar[str]
    label: ClassVar[Any]
    # What it is for, in a sentence, for who chooses a kind of channel; and its guide, docs/channels/{guide}.md.
    sentence: ClassVar[Any] = ""
    guide: ClassVar[str] = ""
    unit: ClassVar[Literal["product", "model"]] = "product"
    secret_fields: ClassVar[tuple[str, ...]] = ()
    # Settings that say where the credentials themselves are sent: who changes one enters the credentials anew.
    guarded: ClassVar[tuple[str, ...]] = ()
    batch_size: ClassVar[int] = 50
    # The longest one request may take, connecting included; leases are longer. May depend on the settings.
    seconds: float = 30.0
    can_read_back: ClassVar[bool] = True
    # Whether it finds products that others made there, by more than our key.
    can_find: ClassVar[bool] = False
    # Whether it tells what it shows in our fields (read_fields, as_sheet): only then is it compared field by field.
    tells_fields: ClassVar[bool] = False
    # Days after which what did not change is sent once more, where the channel forgets what it is not told again.
    forgets_after: ClassVar[int | None] = None

    def __init__(self, *, channel: str, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
        self.channel = channel
        self.settings = settings
        self.credentials = credentials
        self.told: dict[str, Any] = {}  # of the last answer, for the attempts' record: status, seconds, id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Lets go of connections."""

    @classmethod
    @abstractmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        """Fields of settings and credentials by name; those in `secret_fields` are written and never shown."""

    @classmethod
    def clean_settings(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings that did not come through the form's page, checked by the same fields; what is left out stays so.

        Raises ValidationError, a message for each that is wrong, with its name before it.
        """
        fields = {name: field for name, field in cls.settings_form().items() if name not in cls.secret_fields}
        errors = [
            _("'%s' is no setting of this connector.") % name for name in sorted(set(settings) - set(fields))
        ]
        cleaned = {}
        for name, asked in fields.items():
            try:
                value = asked.clean(settings.get(name))
            except ValidationError as error:
                errors += [f"{name}: {message}" for message in error.messages]
            else:
                if name in settings and value not in (None, ""):
                    cleaned[name] = value
        if errors:
            raise ValidationError(errors)
        return cleaned

    @classmethod
    def place(cls, settings: Mapping[str, Any]) -> list[str]:
        """Where these settings send the credentials, in one spelling: what is left out is where it stands at first."""
        fields = cls.settings_form()
        return [str(settings.get(name) or fields[name].initial or "").rstrip("/") for name in cls.guarded]

    @classmethod
    @abstractmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Settings and credentials that fit the form, for a server at `address`: the contract test and the docs use them."""

    @classmethod
    def template(cls, settings: Mapping[str, Any]) -> Sequence[TemplateField]:
        """The fields this kind of channel takes under these settings; () where it takes whatever it is given. Pure."""
        return ()

    @classmethod
    def pictures(cls, settings: Mapping[str, Any]) -> PictureNeeds:
        """What this kind of channel is known to ask of pictures; the manager may ask for other. Pure."""
        return PictureNeeds()

    @classmethod
    def content(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
        """What of a sheet goes out under these settings, as JSON: only where this changes is anything sent. Pure."""
        return sheet

    @classmethod
    def refusals(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Sequence[ItemError]:
        """What the channel is known to refuse of a sheet, beyond the limits of its fields: such a sheet is held. Pure."""
        return ()

    @classmethod
    def judged(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Any, Sequence[ItemError]]:
        """content() and refusals(), for who makes both in one go."""
        return cls.content(sheet, settings), cls.refusals(sheet, settings)

    @classmethod
    def budget(cls, answer: Mapping[str, Any]) -> str:
        """What an attempt's record (`told`) says of the channel's limit of requests, in a sentence; "" where it says nothing."""
        return ""

    @classmethod
    def located(cls, error: ItemError, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> ItemError:
        """An error met while reading back, at the field of the sheet that the channel's own name for it means. Pure."""
        return error

    def secrets(self) -> list[str]:
        """What must stand in no record: the credentials, and what was made of them."""
        return [part for value in self.credentials.values() for part in str(value).split()]

    def find(self, wanted: Sequence[Wanted]) -> Mapping[str, Sequence[Candidate]]:
        """What stands there of these, by key; () where nothing does. A key left out is not known."""
        raise NotImplementedError

    @property
    def takes_over(self) -> bool:
        """Whether what is found and not ours becomes ours with the first sync."""
        return True

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        """What the channel holds under these keys; None where it holds nothing. A key left out is not known."""
        raise NotImplementedError

    def read_fields(self, sheets: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Seen | None]:
        """As read_back(), with what is shown in the fields of these sheets (by key), which were sent or are to be."""
        return self.read_back(list(sheets))

    def as_sheet(self, seen: Seen, sheet: Mapping[str, Any], *, hash: str = "") -> Mapping[str, Any] | None:
        """What the channel shows, as a sheet like this one; None where it does not tell. Where it only writes the same its
        own way, or says nothing of a field, this sheet's value stands. `hash`: the sheet's, where it was sent. No request."""
        return seen.sheet


class PushItems(Connector):
    """The channel answers at once, for each item."""

    @abstractmethod
    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        """At most batch_size items. An item without a result counts as unknown. Raises a DeliveryError."""


class BulkRefused(Exception):
    """The channel takes no job now: its items go one by one. `changed`: something was noted at products already."""

    changed = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """A job the channel took: `handle` at most 255 characters; `keys`: whose line is which, in the order of the job;
    `results`: what became at once of the items that are in none. An item in neither was left out and goes another time."""

    handle: str
    keys: Sequence[str]
    results: Sequence[ItemResult] = ()


class PushInBulk(PushItems):
    """Takes many at once as well, as a job that it works off by itself: for a first sync, or a large one.

    Only what delivery counts to a sync goes that way, and of it only what is to be there and was never in doubt. Single
    edits go on beside it.
    """

    bulk_from: ClassVar[int] = 200  # waiting; fewer go one by one
    bulk_size: ClassVar[int] = 500  # of a job
    bulk_jobs: ClassVar[int] = 4  # under way at once
    poll_seconds: ClassVar[float] = 15.0

    @abstractmethod
    def start_bulk(self, items: Sequence[Item]) -> Bulk:
        """Raises BulkRefused, or a DeliveryError; `Bulk.handle` is "" where no item came into a job."""

    @abstractmethod
    def collect(self, handle: str, items: Mapping[int, Item]) -> Pending | Sequence[ItemResult]:
        """PENDING, or what became of these items by their line in the job; untouched: to be asked for once more.

        Raises a DeliveryError: Unknown where the job, or what it told, is no longer there.
        """


class SubmitAndPoll(Connector):
    """The channel takes a job and tells its outcome later."""

    poll_seconds: ClassVar[float] = 15.0

    @abstractmethod
    def submit(self, items: Sequence[Item]) -> str:
        """The job's handle (at most 255 characters), saved before anything else. Raises a DeliveryError."""

    @abstractmethod
    def poll(self, handle: str) -> Pending | Sequence[ItemResult]:
        """PENDING, or the outcomes by our keys. Raises a DeliveryError: Unknown where the job is no longer known."""


class PublishSnapshot(Connector):
    """The channel fetches or is given everything at once: a feed, a catalogue file.

    `seconds` is the longest time between two items taken or beats given, not that of a whole snapshot.
    """

    # Replaced by delivery. To be called now and then by who works on after the last item was taken, so that no other
    # worker believes this one dead; may raise a DeliveryError, which ends the work.
    beat: Callable[[], None] = staticmethod(lambda: None)

    @abstractmethod
    def publish(self, items: Iterable[Item]) -> Manifest:
        """Replaces the whole snapshot atomically: a reader sees the old one or the new one. Raises a DeliveryError.

        All items are in it afterwards, or none of them counts as sent. They come in no order, once, and not from memory.
        """

    def published(self) -> Sequence[PublishedFile]:
        """The files that stand, where they are ours to show. Raises a DeliveryError."""
        return ()

    def open_published(self, name: str) -> BinaryIO:
        """One of them by its name. Raises LookupError where there is none."""
        raise LookupError(name)


CONNECTORS: Registry[type[Connector]] = Registry("connectors")
C = TypeVar("C", bound=type[Connector])


def connector(cls: C) -> C:
    """Class decorator: a kind of channel, under its `code`. The class itself: an instance serves one drain."""
    CONNECTORS.add(cls.code, cls)
    return cls
