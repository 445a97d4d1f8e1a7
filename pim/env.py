"""Settings from the environment: typed, with a default for each, refusing nonsense at start.

A value is looked up in the process's environment, then in the `.env` file beside manage.py. A secret may
also be a file (`NAME_FILE=/run/secrets/name`). Every name asked for is remembered in `DECLARED`, which a
test compares with `.env.example`.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

DECLARED: set[str] = set()
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def read_env_file(path: Path) -> None:
    """Add the file's `NAME=value` lines to the environment; what the environment already says wins.

    Raises ImproperlyConfigured, naming the line, for anything that is neither blank, comment nor assignment.
    """
    if not path.is_file():
        return
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"{path.name} line {number} is not NAME=value.")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        os.environ.setdefault(name.strip(), value)


def _raw(name: str) -> str | None:
    DECLARED.add(name)
    value = os.environ.get(name, "").strip()
    return value or None


def text(name: str, default: str = "") -> str:
    """The setting as it stands; an empty one counts as not set."""
    value = _raw(name)
    return default if value is None else value


def flag(name: str, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off."""
    value = _raw(name)
    if value is None:
        return default
    if value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, minimum: int = 0, maximum: int | None = None) -> int:
    """A whole number within the bounds (both included)."""
    value = _raw(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if number < minimum or (maximum is not None and number > maximum):
        bounds = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
        raise ImproperlyConfigured(f"{name} must be {bounds}, not {number}.")
    return number


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of the listed words."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list; blanks around the commas are not part of it."""
    value = _raw(name)
    if value is None:
        return list(default)
    return [part.strip() for part in value.split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute folder path; `~` is understood."""
    return Path(text(name, str(default))).expanduser().absolute()


def secret(name: str) -> str | None:
    """The setting, or the content of the file that NAME_FILE points to; None where neither is set."""
    value, file = _raw(name), _raw(f"{name}_FILE")
    if value and file:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if file is None:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None


def database(name: str, default: str) -> dict[str, Any]:
    """Django's DATABASES entry for `sqlite:///relative.db`, `sqlite:////absolute.db` or
    `postgres://user:password@host:port/name?option=value` (percent-encoded where needed)."""
    url = text(name, default)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path).removeprefix("/")
        if not path:
            raise ImproperlyConfigured(f"{name} names no file; write sqlite:///var/pim.sqlite3.")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    if parts.scheme in ("postgres", "postgresql"):
        try:
            port = parts.port
        except ValueError:
            raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
        if len(parts.path) < 2:
            raise ImproperlyConfigured(f"{name} names no database; write postgres://user@host/name.")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(port or ""),
            "OPTIONS": dict(parse_qsl(parts.query, keep_blank_values=True)),
        }
    raise ImproperlyConfigured(f"{name} must begin with sqlite:// or postgres://, not {parts.scheme!r}.")


def require_fernet_keys(name: str, keys: list[str]) -> None:
    """Refuse an empty list or a key that Fernet cannot use (32 bytes, url-safe base64)."""
    if not keys:
        raise ImproperlyConfigured(f"{name} is missing: production needs at least one key of its own.")
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name}: key {position} is not 32 url-safe base64-encoded bytes."
            ) from None


def mail(name: str) -> dict[str, Any]:
    """Django's settings for a mail server as `smtp://user:password@host:587` (the connection is secured once it stands) or
    `smtps://…:465` (from its first byte); `smtp://…?tls=0` for one on a trusted network. {} where it is not set."""
    url = secret(name)
    if not url:
        return {}
    parts = urlsplit(url)
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must be smtp://user:password@host:587 or smtps://user:password@host:465."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and dict(parse_qsl(parts.query)).get("tls") != "0",
    }
