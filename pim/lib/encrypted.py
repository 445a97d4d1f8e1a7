"""Credentials at rest: a JSON field whose column holds ciphertext only.

Keys come from PIM_FIELD_KEYS (Fernet keys, newest first): the first encrypts, all decrypt, so a key is changed by
putting the new one in front, running `rotate_credentials`, and dropping the old one.
"""

from typing import TYPE_CHECKING, Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

PREFIX = "fernet:"


class DecryptionFailed(Exception):
    """No key of PIM_FIELD_KEYS opens the stored value: the key was changed or lost. The manager's business."""

    def __init__(self) -> None:
        super().__init__("Stored credentials cannot be opened with the keys in PIM_FIELD_KEYS.")


class Concealed(dict[str, Any]):
    """A dict that never shows its content by accident: repr and str give its keys only."""

    def __repr__(self) -> str:
        return f"<concealed: {', '.join(sorted(self)) or 'empty'}>"

    __str__ = __repr__


class Unreadable(Concealed):
    """Stands for a value that no key opens, so that the row can still be loaded; reading it raises."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token

    def _refuse(self, *_args: Any, **_kwargs: Any) -> Any:
        raise DecryptionFailed

    __getitem__ = __iter__ = __len__ = __contains__ = __bool__ = __eq__ = __or__ = __ror__ = _refuse
    get = items = keys = values = copy = _refuse
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<concealed: unreadable>"

    __str__ = __repr__


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PIM_FIELD_KEYS])


def encrypt(value: dict[str, Any]) -> str:
    """Ciphertext of the JSON object, with a marker in front."""
    return PREFIX + _fernet().encrypt(orjson.dumps(dict(value))).decode("ascii")


def decrypt(stored: str) -> Concealed:
    """The JSON object. Raises DecryptionFailed for a foreign key and for anything that is not ours."""
    if not stored.startswith(PREFIX):
        raise DecryptionFailed
    try:
        return Concealed(orjson.loads(_fernet().decrypt(stored.removeprefix(PREFIX).encode("ascii"))))
    except (InvalidToken, UnicodeEncodeError):
        raise DecryptionFailed from None


def rotated(stored: str) -> str:
    """The same value under the first key. Raises DecryptionFailed."""
    try:
        token = _fernet().rotate(stored.removeprefix(PREFIX).encode("ascii"))
    except (InvalidToken, UnicodeEncodeError):
        raise DecryptionFailed from None
    return PREFIX + token.decode("ascii")


if TYPE_CHECKING:
    _TextField = models.TextField[dict[str, Any] | None, Concealed]
else:
    _TextField = models.TextField


class EncryptedJSONField(_TextField):
    """A JSON object, encrypted on its way to the column. Cannot be searched.

    Loading a row never fails: a value that no key opens becomes `Unreadable`, which raises DecryptionFailed when it
    is read, and is written back unchanged.
    """

    description = "Encrypted JSON object"

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> Concealed | None:
        if value is None:
            return None
        if value == "":
            return Concealed()
        try:
            return decrypt(value)
        except DecryptionFailed:
            return Unreadable(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Concealed):
            return value
        if isinstance(value, dict):
            return Concealed(value)
        raise TypeError(f"{self.name} takes a dict, not {type(value).__name__}.")

    def get_prep_value(self, value: Any) -> str | None:
        if value is None or (isinstance(value, str) and value.startswith(PREFIX)):
            return value
        if isinstance(value, Unreadable):
            return value.token
        if not isinstance(value, dict):
            raise TypeError(f"{self.name} takes a dict, not {type(value).__name__}.")
        return encrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted: it can be filtered by isnull only.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """Serialised (dumpdata) as ciphertext."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def formfield(self, **_kwargs: Any) -> None:  # type: ignore[override]
        """No form shows it; a connector's settings form writes it field by field."""
        return
