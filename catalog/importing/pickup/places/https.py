"""One file at an address, fetched by pim.lib.http: no redirects, nothing private, bounded in time and size."""

from __future__ import annotations

import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings as conf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fsspec import AbstractFileSystem

from catalog.importing.pickup.places.base import (
    CONNECT_SECONDS,
    LONGEST,
    READ_SECONDS,
    Found,
    Misset,
    Opened,
    Place,
    Refused,
    Unreachable,
    place,
)
from pim.lib import http

_NO_HEAD = (400, 403, 404, 405, 501)


class _Address(AbstractFileSystem):  # type: ignore[misc]
    """The one file. What HEAD tells is its entry; a server that has no HEAD tells nothing, and the content decides."""

    cachable = False

    def __init__(self, client: http.Client, url: str, headers: Mapping[str, str]) -> None:
        super().__init__()
        self.client, self.url, self.headers = client, url, dict(headers)

    def ls(self, path: str, detail: bool = True, **_kwargs: Any) -> list[Any]:
        entry = self.info(_name(self.url))
        return [entry] if detail else [entry["name"]]

    def info(self, path: str, **_kwargs: Any) -> dict[str, Any]:
        answer = self.client.request("HEAD", self.url, headers=self.headers)
        told = answer.headers if answer.ok else {}
        if not answer.ok and answer.status not in _NO_HEAD:
            raise _told(answer, self.url)
        stamp = told.get("etag") or told.get("last-modified") or ""
        length = told.get("content-length", "")
        return {
            "name": path, "size": int(length) if length.isdecimal() else 0, "type": "file", "stamp": stamp[:150],
            "modified": _seconds(told.get("last-modified", "")),
        }  # fmt: skip

    def _open(self, path: str, mode: str = "rb", **_kwargs: Any) -> Any:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
        try:
            answer = self.client.request("GET", self.url, headers=self.headers, into=file)
            if answer.status != 200:
                raise _told(answer, self.url)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file


@place
class Https(Place):
    code = "https"
    label = gettext_lazy("Web address")
    sentence = gettext_lazy("One file that a supplier's or a shop system's address gives, always the newest.")
    icon = "link"
    secrets = ("token", "password", "query")
    addressed = ("url", "user")
    can_archive = False
    is_whole = True  # an answer that is shorter than it says is an error

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "url": forms.URLField(
                label=gettext_lazy("Address"), max_length=1000, assume_scheme="https", validators=[_check_url],
                help_text=gettext_lazy("The file's own address: what it redirects to is not followed."),
            ),
            "query": forms.CharField(
                label=gettext_lazy("Secret part of the address"), required=False, max_length=2000,
                help_text=gettext_lazy("What follows the ? where it carries a key: stored encrypted, unlike the address."),
            ),
            "user": forms.CharField(label=gettext_lazy("User name"), required=False, max_length=100),
            "password": forms.CharField(label=gettext_lazy("Password"), required=False, max_length=500),
            "token": forms.CharField(label=gettext_lazy("Token"), required=False, max_length=4000, help_text=gettext_lazy("Instead of a name and password: sent as Authorization: Bearer.")),
        }  # fmt: skip

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> str:
        parts = urlsplit(settings.get("url", ""))
        return f"{parts.hostname or ''}{parts.path}"

    @classmethod
    @contextmanager
    def opened(
        cls, settings: Mapping[str, Any], credentials: Mapping[str, Any], *, wait: float = READ_SECONDS
    ) -> Iterator[Opened]:
        headers = {}
        if credentials.get("token"):
            headers["authorization"] = f"Bearer {credentials['token']}"
        elif settings.get("user"):
            pair = f"{settings['user']}:{credentials.get('password', '')}".encode()
            headers["authorization"] = f"Basic {b64encode(pair).decode()}"
        limit = (conf.PIM_MAX_UPLOAD_MB << 20) + 1
        with http.Client(connect=CONNECT_SECONDS, read=wait, total=wait * 10, max_body=limit) as client:
            try:
                yield Opened(
                    _Address(client, _whole(settings["url"], credentials.get("query", "")), headers), ""
                )
            except http.Blocked as error:
                raise Misset(str(error)) from None
            except http.HttpError as error:
                raise Unreachable(str(error)) from None

    @classmethod
    def listed(cls, opened: Opened) -> Iterator[Found]:
        for entry in opened.files.ls("", detail=True):
            yield Found(entry["name"], entry["size"], entry["stamp"], entry["modified"])


def _whole(url: str, query: str) -> str:
    query = query.removeprefix("?")
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _name(url: str) -> str:
    last = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    return (last if last.isprintable() else "")[-LONGEST:] or "file"


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return 0.0


def _told(answer: http.Answer, url: str) -> Refused | Unreachable:
    host = urlsplit(url).hostname
    if answer.status in (401, 403):
        return Refused(_("%s does not accept these credentials for the file.") % host)
    if answer.status in (404, 410):
        return Refused(_("%s has no file at this address.") % host)
    if 300 <= answer.status < 400:
        return Refused(
            _("%s sends us on to another address: enter that one, since redirects are not followed.") % host
        )
    return Unreachable(
        _("%(host)s answered with status %(status)d.") % {"host": host, "status": answer.status}
    )


def _check_url(value: str) -> None:
    """On this machine itself a file needs no protection on its way."""
    parts = urlsplit(value)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise forms.ValidationError(
            _("Begin with https://: prices and credentials must not travel unprotected.")
        )
    if parts.username or parts.password:
        raise forms.ValidationError(_("Put the name and password into their own fields."))
