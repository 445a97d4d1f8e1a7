"""The job that fetches: addresses a few at a time, few from one host, each result stored before the next is asked for.

Threads do nothing but HTTP; what came is looked at and stored here, one after the other. Killed, it goes on with what waits.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from catalog import assets
from catalog.assets import fetching
from catalog.assets.fetching import Fetched, FetchFailed
from catalog.decoding.decoder import Decoder
from catalog.importing.pictures.planning import FRESH, due
from catalog.jobs import JobHandle
from catalog.models.asset import Asset
from catalog.models.importing import ImportRun
from catalog.models.remote import ImportPicture, RemoteFile
from catalog.models.user import User
from pim.lib.failpoint import failpoint
from pim.lib.http import Client

AT_ONCE, OF_A_HOST = 6, 2
PAGE = 60  # addresses
TRIES = 3
PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds a host is left alone after it was too busy
State = ImportPicture.State


@dataclass(slots=True)
class Ask:
    """An address that is being asked. `known`: what it gave before."""

    url: str
    digest: str
    tries: int
    known: RemoteFile | None = None
    body: IO[bytes] | None = None


@dataclass(slots=True)
class Hosts:
    """How many addresses of each host are being asked, and until when it is left alone."""

    running: dict[str, int] = field(default_factory=dict)
    paused: dict[str, float] = field(default_factory=dict)

    def is_free(self, host: str) -> bool:
        return self.running.get(host, 0) < OF_A_HOST and self.paused.get(host, 0) <= time.monotonic()

    def pause(self, host: str, seconds: float | None, tries: int) -> None:
        longest = min(LONGEST_PAUSE, seconds if seconds is not None else PAUSE * 2**tries)
        self.paused[host] = max(self.paused.get(host, 0), time.monotonic() + longest)


def next_page(run: ImportRun) -> list[Ask]:
    """Addresses that wait, each once, the least tried first."""
    rows = (
        due(run)
        .filter(state=State.WAITING)
        .order_by("tries", "pk")
        .values_list("digest", "url", "tries")[: PAGE * 3]
    )
    asks: dict[str, Ask] = {}
    for digest, url, tries in rows:
        if len(asks) < PAGE:
            asks.setdefault(digest, Ask(url, digest, tries))
    for known in RemoteFile.objects.filter(digest__in=list(asks)):
        asks[known.digest].known = known
    stored = {ask.known.sha256 for ask in asks.values() if ask.known}
    there = set(Asset.objects.in_library().filter(sha256__in=stored).values_list("sha256", flat=True))
    for ask in asks.values():
        if ask.known is not None and ask.known.sha256 not in there:
            ask.known = None
    return list(asks.values())


def fetch_page(
    run: ImportRun, asks: list[Ask], hosts: Hosts, client: Client, decoder: Decoder, user: User | None, handle: JobHandle | None
) -> Iterator[Ask]:  # fmt: skip
    """Each address as it is settled, or tried in vain and waiting again. Returns early where somebody cancelled."""
    waiting, running = list(asks), dict[Future[Fetched], Ask]()
    fresh = timezone.now() - FRESH
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as threads:
        try:
            while waiting or running:
                if handle is not None and handle.cancelled():
                    return
                for ask in list(waiting):
                    host = fetching.host_of(ask.url)
                    if ask.known is not None and ask.known.fetched_at >= fresh:
                        waiting.remove(ask)
                        _settle(run, ask, ask.known.sha256)
                        yield ask
                    elif len(running) < AT_ONCE and hosts.is_free(host):
                        waiting.remove(ask)
                        hosts.running[host] = hosts.running.get(host, 0) + 1
                        running[threads.submit(_asked, client, ask)] = ask
                done, _pending = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                if not running:
                    time.sleep(0.2)  # every host that is left wants to be left alone
                for future in done:
                    ask = running.pop(future)
                    hosts.running[fetching.host_of(ask.url)] -= 1
                    _came(run, ask, future, hosts, decoder, user)
                    yield ask
                    failpoint("picture_fetched")
        finally:
            for future, ask in running.items():
                future.cancel()
                future.add_done_callback(partial(_dropped, ask))


def _asked(client: Client, ask: Ask) -> Fetched:
    """In a thread."""
    ask.body = tempfile.NamedTemporaryFile(prefix="fetched-")  # noqa: SIM115 - closed by who stores it
    known = ask.known
    return fetching.fetch(
        client, ask.url, ask.body, etag=known.etag if known else "", modified=known.modified if known else ""
    )


def _came(
    run: ImportRun, ask: Ask, future: Future[Fetched], hosts: Hosts, decoder: Decoder, user: User | None
) -> None:
    """Takes what came into the library; outside of any transaction but the one that says so."""
    try:
        fetched = future.result()
        if fetched.is_same and ask.known is not None:
            sha256, etag, modified = ask.known.sha256, ask.known.etag, ask.known.modified
        else:
            assert ask.body is not None  # noqa: S101 - it was made before it was asked
            asset = assets.store(ask.body, name=fetched.name, user=user, decoder=decoder)
            sha256, etag, modified = asset.sha256, fetched.etag, fetched.modified
    except FetchFailed as failed:
        if failed.may_pass and ask.tries + 1 < TRIES:
            hosts.pause(fetching.host_of(ask.url), failed.wait, ask.tries)
            _again(run, ask)
        else:
            _refuse(run, ask, failed.code, failed.message)
    except assets.AssetRefused as refused:
        _refuse(run, ask, refused.code, refused.message)
    else:
        with transaction.atomic():
            RemoteFile.objects.update_or_create(
                digest=ask.digest,
                defaults={"url": ask.url, "sha256": sha256, "etag": etag, "modified": modified, "fetched_at": timezone.now()},
            )  # fmt: skip
            _settle(run, ask, sha256)
    finally:
        _drop(ask)


def _dropped(ask: Ask, _future: Future[Fetched]) -> None:
    _drop(ask)


def _drop(ask: Ask) -> None:
    if ask.body is not None:
        with suppress(OSError):
            ask.body.close()


def _waiting(run: ImportRun, ask: Ask) -> Any:
    return run.pictures.filter(state=State.WAITING, digest=ask.digest)


def _settle(run: ImportRun, ask: Ask, sha256: str) -> None:
    _waiting(run, ask).update(state=State.FETCHED, sha256=sha256, code="", told="")


def _again(run: ImportRun, ask: Ask) -> None:
    _waiting(run, ask).update(tries=ask.tries + 1)


def _refuse(run: ImportRun, ask: Ask, code: str, told: str) -> None:
    _waiting(run, ask).update(state=State.FAILED, code=code[:40], told=told)
