"""HTTP answers as delivery errors: what every connector that speaks HTTP makes of a status, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from channels.connectors.base import Config, Data, DeliveryError, Item, ItemError, ItemResult, Retry, Unknown
from pim.lib import http

STOPPED = frozenset({401, 403, 404, 405, 410})


def check_protected(value: str) -> None:
    """Validator of an address that credentials are sent to; on this machine itself they need no protection."""
    address = urlsplit(value)
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
        raise ValidationError(_("The access token must not travel unprotected: begin with https://."))


def request(client: http.Client, method: str, url: str, **parts: Any) -> http.Answer:
    """The answer, whatever its status. Raises Config (not an address we may call), Retry (nothing was sent) or Unknown."""
    try:
        return client.request(method, url, **parts)
    except http.Blocked as error:
        raise Config(str(error)) from error
    except http.Unreachable as error:
        raise Retry(str(error), applied="no") from error
    except (http.TimedOut, http.BodyTooLarge) as error:
        raise Unknown(str(error)) from error


def one_by_one(
    items: Sequence[Item], send: Callable[[Item], ItemResult], *, seconds: float
) -> list[ItemResult]:
    """A request for each: what was answered counts, also where a later one fails as a whole. None begins after `seconds`."""
    results: list[ItemResult] = []
    until = time.monotonic() + seconds
    for position, item in enumerate(items):
        if time.monotonic() > until:
            return [*results, *_untouched(items[position:])]
        try:
            results.append(send(item))
        except Data as error:  # there is no doubt which item it is about
            results.append(ItemResult(item.key, "rejected", errors=(ItemError(str(error)),)))
        except DeliveryError as error:
            error.results = [*results, *_untouched(items[position + 1 :])]
            raise
    return results


def _untouched(items: Sequence[Item]) -> list[ItemResult]:
    return [ItemResult(item.key, "untouched") for item in items]


def raise_for(answer: http.Answer, told: Mapping[str, Any]) -> NoReturn:
    raise failure(answer, told)


def failure(answer: http.Answer, told: Mapping[str, Any], text: str = "") -> DeliveryError:
    """The error a status stands for: a redirect, 401, 403, 404, 405 and 410 are settings; 429 and 5xx pass; else the content.

    `text`: the sentence in the answer, where one was found in it.
    """
    if 300 <= answer.status < 400:
        return Config(_("The address redirects: enter the final address."), answer=told)
    if answer.status in STOPPED:
        return Config(said(answer, text), answer=told)
    if answer.status == 429 or answer.status >= 500:
        return Retry(said(answer, text), after=answer.retry_after, answer=told)
    return Data(said(answer, text), answer=told)


def said(answer: http.Answer, text: str = "") -> str:
    return _("The channel answered %(status)d: %(text)s") % {
        "status": answer.status,
        "text": text[:200] or answer.text(200) or "–",
    }


def told(answer: http.Answer, message_id: str = "") -> dict[str, Any]:
    """What an attempt's record keeps of an answer."""
    return {
        "status": answer.status,
        "text": answer.text(500),
        "seconds": round(answer.seconds, 3),
        "id": message_id,
    }
