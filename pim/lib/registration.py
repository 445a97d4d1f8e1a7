"""How an app hooks itself in: its `participants` and `subscribers` modules register when imported."""

from importlib import import_module
from importlib.util import find_spec


def import_if_present(package: str, *modules: str) -> None:
    """Import `package.module` for each module that exists; an error inside one is not hidden."""
    for module in modules:
        if find_spec(f"{package}.{module}"):
            import_module(f"{package}.{module}")
