"""A registry by code: a decorator registers, a package scan finds every file.

Adding a kind is adding a file. Tests compare the file names with the registered codes, and register doubles
`temporarily()`.

    CHECKS: Registry[Check] = Registry("quality checks")     # in quality/base.py

    @CHECKS.register                                         # in quality/title_length.py
    class TitleLength(Check):
        code = "title_length"

    CHECKS.scan(__name__)                                    # in quality/__init__.py
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, TypeVar

T = TypeVar("T")
C = TypeVar("C", bound=type)


class AlreadyRegistered(ValueError):
    """Two things claim the same code."""


class NotRegistered(KeyError):
    """Nothing has this code; the text lists the codes there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class Registry(Mapping[str, T], Generic[T]):
    """Codes to what they stand for, read as a mapping in the order of the codes."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._items: dict[str, T] = {}

    def add(self, code: str, item: T) -> None:
        """Raises AlreadyRegistered where something else has the code."""
        if not code:
            raise ValueError(f"{item!r} needs a code to be one of the {self.what}.")
        if self._items.get(code, item) is not item:
            raise AlreadyRegistered(f"{code!r} of the {self.what} is already {self._items[code]!r}.")
        self._items[code] = item

    def register(self, cls: C) -> C:
        """Class decorator: adds one instance of the class under its `code`."""
        self.add(cls.code, cls())  # type: ignore[attr-defined]
        return cls

    def scan(self, package: str, *, skip: tuple[str, ...] = ("base",)) -> None:
        """Import every module of the package, so that each registers itself."""
        for name in modules_of(package, skip=skip):
            import_module(f"{package}.{name}")

    def codes(self) -> list[str]:
        return sorted(self._items)

    @contextmanager
    def temporarily(self, *classes: Callable[[], T], **items: T) -> Iterator[None]:
        """Adds (or replaces) classes by their code, and items by name, inside the block; for tests."""
        before = dict(self._items)
        self._items.update({cls.code: cls() for cls in classes})  # type: ignore[attr-defined]
        self._items.update(items)
        try:
            yield
        finally:
            self._items = before

    def __getitem__(self, code: str) -> T:
        try:
            return self._items[code]
        except KeyError:
            raise NotRegistered(
                f"{code!r} is none of the {self.what}: {', '.join(self.codes()) or 'there are none'}."
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<Registry of {self.what}: {', '.join(self.codes())}>"


def modules_of(package: str, *, skip: tuple[str, ...] = ("base",)) -> list[str]:
    """The names of the package's modules that stand for a kind each; those with a leading underscore do not."""
    path = import_module(package).__path__
    return sorted(
        module.name
        for module in iter_modules(path)
        if module.name not in skip and not module.name.startswith("_")
    )
