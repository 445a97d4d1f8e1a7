"""HTTP answers as delivery errors: what every connector that speaks HTTP makes of a status, in one place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from channels.connectors.base import Config, Data, DeliveryError, Item, ItemError, ItemResult, Retry, Unknown
from pim.lib import http

Entry = TypeVar("Entry")
Told = TypeVar("Told")
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
    items: Sequence[Item], send: Callable[[Item], ItemResult], *, seconds: float, at_once: int = 1
) -> list[ItemResult]:
    """A request for each: what was answered counts, also where another fails as a whole. None begins after `seconds`.

    `at_once`: as asked() has it. Raises the gravest of the failures, with `results` of the other items and `befell`.
    """

    def sent(item: Item) -> ItemResult:
        try:
            return send(item)
        except Data as error:  # there is no doubt which item it is about
            return ItemResult(item.key, "rejected", errors=(ItemError(str(error)),))

    answers, failures = asked(items, sent, seconds=seconds, at_once=at_once)
    results = [
        answers.get(place) or ItemResult(item.key, "untouched")
        for place, item in enumerate(items)
        if place not in failures
    ]
    if failures:
        error = gravest(failures.values())
        error.results = results
        error.befell = {items[place].key: each for place, each in failures.items()}
        raise error
    return results


def asked(
    entries: Sequence[Entry], ask: Callable[[Entry], Told], *, seconds: float, at_once: int
) -> tuple[dict[int, Told], dict[int, DeliveryError]]:
    """(answers, failures) by the entries' places, those not asked in neither. None is begun after `seconds`, nor once one failed.

    The first goes alone, so that a channel that is down, or does not let us in, is asked once; then up to `at_once` are
    under way in threads, and all of them have ended when this returns. `ask` does not touch the database.
    """
    answers: dict[int, Told] = {}
    failures: dict[int, DeliveryError] = {}
    waiting, turn, until = iter(range(len(entries))), threading.Lock(), time.monotonic() + seconds
    is_over = False

    def following() -> int | None:
        with turn:
            return None if is_over or failures or time.monotonic() > until else next(waiting, None)

    def ask_one() -> bool:
        nonlocal is_over
        place = following()
        if place is None:
            return False
        try:
            answers[place] = ask(entries[place])
        except DeliveryError as error:
            with turn:
                failures[place] = error
        except BaseException:
            is_over = True
            raise
        return True

    language = translation.get_language()

    def ask_on() -> None:
        with translation.override(language):  # a thread has none of its own, and sentences are made in it
            while ask_one():
                pass

    lanes = min(at_once, len(entries) - 1)
    if lanes < 2:
        ask_on()
    elif ask_one():
        with ThreadPoolExecutor(lanes) as pool:
            lane = [pool.submit(ask_on) for _lane in range(lanes)]
            try:
                for each in lane:
                    each.result()
            finally:
                is_over = True
    return answers, failures


def gravest(errors: Iterable[DeliveryError]) -> DeliveryError:
    """Of several that befell requests under way together: settings before all, then who asks for the longest wait."""
    return max(errors, key=lambda error: (isinstance(error, Config), getattr(error, "after", None) or 0.0))


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
