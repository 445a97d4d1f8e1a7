"""Fetching a file from an address outside: bounded in size and time, never out of the private network (pim.lib.http).

Redirects are followed here, each as an address of its own: it is looked up and checked like the first. Knows no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pim.lib.http import Answer, Blocked, BodyTooLarge, Client, HttpError, TimedOut, Unreachable

REDIRECTS = 5
CONNECT, READ, TOTAL = 5.0, 20.0, 180.0  # seconds
LONGEST = 2000  # characters of an address
SENTENCES = {
    "blocked": _(
        "This address is not called: it is no public http or https address, or it carries a password."
    ),
    "unreachable": _("The server cannot be reached."),
    "timed_out": _("The server did not send the whole file in time."),
    "too_large": _("The file is larger than %(megabytes)d MB."),
    "redirects": _("The address leads on and on, and never to a file."),
    "downgrade": _("The address leads from a secure connection to one that is not."),
    "not_found": _("There is nothing at this address (%(status)d)."),
    "forbidden": _("The server does not hand this file out (%(status)d)."),
    "busy": _("The server was too busy (%(status)d)."),
    "status": _("The server did not send the file (%(status)d)."),
}
# What may be otherwise a little later (RFC 9110, RFC 6585).
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class FetchFailed(Exception):
    """`message` says why, for people. `may_pass`: it is worth another try; `wait`: seconds the server asked for."""

    def __init__(
        self, code: str, *, may_pass: bool = False, wait: float | None = None, **params: Any
    ) -> None:
        self.code, self.may_pass, self.wait = code, may_pass, wait
        self.message = str(SENTENCES[code]) % params if params else str(SENTENCES[code])
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`is_same`: the server said that it is what it was (304), and sent nothing. `name`: what the file may be called."""

    is_same: bool
    name: str
    etag: str
    modified: str


def client() -> Client:
    """For many fetches, also of several threads."""
    return Client(
        connect=CONNECT, read=READ, total=TOTAL, max_body=settings.PIM_MAX_UPLOAD_MB << 20
    )  # fmt: skip


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def fetch(client: Client, url: str, into: IO[bytes], *, etag: str = "", modified: str = "") -> Fetched:
    """The file at `url` goes into a file that is open for writing. `etag`, `modified`: what the server said of it before.

    Raises FetchFailed. Must not be called inside a transaction.
    """
    known = {"if-none-match": etag} if etag else {"if-modified-since": modified} if modified else {}
    headers = {"accept": "image/*,video/*,application/pdf,*/*;q=0.5", **known}
    at = url
    for _hop in range(REDIRECTS + 1):
        into.seek(0)
        into.truncate()
        answer = _asked(client, at, headers, into)
        target = answer.headers.get("location", "")
        if answer.status in (301, 302, 303, 307, 308) and target:
            onward = urljoin(at, target)
            if at.startswith("https:") and not onward.startswith("https:"):
                raise FetchFailed("downgrade" if onward.startswith("http:") else "blocked")
            at = onward
            continue
        if answer.status == 304 and known:
            return Fetched(True, "", etag, modified)
        if not answer.ok:
            raise _refused(answer)
        into.flush()
        name = unquote(urlsplit(at).path.rpartition("/")[2]) or "file"
        said = answer.headers
        return Fetched(False, name, said.get("etag", "")[:200], said.get("last-modified", "")[:100])
    raise FetchFailed("redirects")


def _asked(client: Client, url: str, headers: dict[str, str], into: IO[bytes]) -> Answer:
    try:
        return client.request("GET", url, headers=headers, into=into)
    except Blocked as error:
        raise FetchFailed("blocked") from error
    except Unreachable as error:
        raise FetchFailed("unreachable", may_pass=True) from error
    except BodyTooLarge as error:
        raise FetchFailed("too_large", megabytes=settings.PIM_MAX_UPLOAD_MB) from error
    except TimedOut as error:
        raise FetchFailed("timed_out", may_pass=True) from error
    except HttpError as error:
        raise FetchFailed("unreachable") from error


def _refused(answer: Answer) -> FetchFailed:
    status = answer.status
    if status in (404, 410):
        return FetchFailed("not_found", status=status)
    if status in (401, 402, 403, 451):
        return FetchFailed("forbidden", status=status)
    if status in _BUSY:
        return FetchFailed("busy", may_pass=True, wait=answer.retry_after, status=status)
    return FetchFailed("status", status=status)
