"""What every test gets: the suite's order, its exclusions, and a process that leaves nothing behind."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import models
from django.middleware import csrf
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

ROOMS = ("catalog", "channels", "enrichment")
# What a test that commits has to put back once the database was emptied after it.
_put_back: pytest.StashKey[tuple[list[models.Model], DjangoDbBlocker]] = pytest.StashKey()

gc.set_threshold(50_000, 10, 10)  # cycles are looked for seldom: a twentieth of the suite's time
# The random tokens of a page are made of letters that spell no word: a test that looks for "Red" finds none there.
csrf.CSRF_ALLOWED_CHARS = "JQXZ"
# The same examples on every run: what a change breaks is seen in its own run, not in somebody else's.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Measurements run only when asked for; the browser's tests come last.

    One process runs the quick tests first. Several begin with the slow files, since none is left to share the
    work with one that begins a slow file last.
    """
    asked = config.getoption("-m") or ""
    if "bench" not in asked:
        kept = [item for item in items if "bench" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if "bench" in item.keywords])
        items[:] = kept
    slow_first = hasattr(config, "workerinput")
    slow = {item.path for item in items if "slow" in item.keywords}
    items.sort(
        key=lambda item: (
            "browser" in item.keywords,
            "faults" in item.keywords,
            (item.path in slow) != slow_first,
            ("slow" in item.keywords) != slow_first,
        )
    )


def pytest_report_header() -> str:
    database = os.environ.get("PIM_TEST_DATABASE", "sqlite")
    broker = os.environ.get("PIM_TEST_BROKER", "filesystem")
    return f"pim: database {database}, broker {broker}"


@pytest.fixture(autouse=True)
def _clean_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _forget_structure():
    """Structure made without announce() in a test is not seen by the next."""
    from catalog.structure import snapshot

    snapshot.forget()


@pytest.fixture(scope="session")
def _migrated_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[models.Model]:
    """What migrations put in, such as the families of units."""
    with django_db_blocker.unblock():
        return [
            row for room in ROOMS for model in apps.get_app_config(room).get_models()
            if model._meta.managed and not model._meta.proxy
            for row in model._base_manager.all()
        ]  # fmt: skip


@pytest.fixture(autouse=True)
def _remember_migrated_rows(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    if commits or "transactional_db" in request.fixturenames:
        request.node.stash[_put_back] = (request.getfixturevalue("_migrated_rows"), django_db_blocker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[Any]:
    """After a test that commits every table is emptied: the next finds what migrations put in all the same."""
    result = yield
    rows, blocker = item.stash.get(_put_back, ([], None))
    if nextitem is not None and rows and blocker is not None:
        with blocker.unblock():
            for row in rows:
                row.save_base(raw=True, force_insert=True)
    return result
