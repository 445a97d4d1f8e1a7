"""A registry of classes by code: a decorator registers, a package scan finds every file.

`Registry` is filled by importing the modules of one package, so adding a kind is adding a file. Tests compare
the file names with the registered codes and may register doubles `temporarily()`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, TypeVar

T = TypeVar("T")
Decorated = TypeVar("Decorated")


class AlreadyRegistered(ValueError):
    """Two things claim the same code."""


class NotRegistered(KeyError):
    """Nothing has this code; the text lists the codes there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class Registry(Mapping[str, T], Generic[T]):
    """Codes to what they stand for, in the order of their codes.

    `package` is scanned once, when the registry is first read; modules whose name begins with an underscore, and
    those in `skip`, are not kinds.
    """

    def __init__(self, what: str, *, package: str | None = None, skip: tuple[str, ...] = ("base",)) -> None:
        self.what = what
        self.package = package
        self.skip = skip
        self._items: dict[str, T] = {}
        self._scanned = package is None

    def register(self, code: str, item: T) -> None:
        """Raises AlreadyRegistered where the code is taken by something else."""
        if self._items.get(code, item) is not item:
            raise AlreadyRegistered(f"{self.what} {code!r} is already {self._items[code]!r}.")
        self._items[code] = item

    def instance(self, cls: Callable[[], Decorated]) -> Callable[[], Decorated]:
        """Class decorator: registers one instance under the class's `code`."""
        self.register(cls.code, cls())  # type: ignore[attr-defined, arg-type]
        return cls

    def __call__(self, cls: Decorated) -> Decorated:
        """Class decorator: registers the class itself under its `code`."""
        self.register(cls.code, cls)  # type: ignore[attr-defined, arg-type]
        return cls

    def modules(self) -> list[str]:
        """The names of the package's modules that stand for a kind each."""
        if self.package is None:
            return []
        found = import_module(self.package)
        return sorted(
            module.name
            for module in iter_modules(found.__path__)
            if not module.name.startswith("_") and module.name not in self.skip
        )

    def scan(self) -> None:
        """Import every module of the package, once; an import error is raised, and the next read tries again."""
        if self._scanned:
            return
        self._scanned = True
        try:
            for name in self.modules():
                import_module(f"{self.package}.{name}")
        except BaseException:
            self._scanned = False
            raise

    @contextmanager
    def temporarily(self, **items: T) -> Iterator[None]:
        """Adds (or replaces) items inside the block; for tests."""
        self.scan()
        before = dict(self._items)
        self._items.update(items)
        try:
            yield
        finally:
            self._items = before

    def __getitem__(self, code: str) -> T:
        self.scan()
        try:
            return self._items[code]
        except KeyError:
            known = ", ".join(sorted(self._items)) or "none"
            raise NotRegistered(f"No {self.what} {code!r}; there are: {known}.") from None

    def __iter__(self) -> Iterator[str]:
        self.scan()
        return iter(sorted(self._items))

    def __len__(self) -> int:
        self.scan()
        return len(self._items)

    def __repr__(self) -> str:
        return f"<Registry of {self.what}: {', '.join(sorted(self._items))}>"
