"""What every test gets: the suite's order, its exclusions, and a process that leaves nothing behind."""

import os

import pytest
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

# The same examples on every run: what a change breaks is seen in its own run, not in somebody else's.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Measurements run only when asked for; the quick tests come first, the browser's last."""
    asked = config.getoption("-m") or ""
    if "bench" not in asked:
        kept = [item for item in items if "bench" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if "bench" in item.keywords])
        items[:] = kept
    items.sort(
        key=lambda item: ("browser" in item.keywords, "faults" in item.keywords, "slow" in item.keywords)
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
