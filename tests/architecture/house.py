"""The house's own files, for the tests that read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("catalog", "channels", "enrichment")  # from the ground up
PACKAGES = ("pim", *ROOMS)


def above(room: str) -> tuple[str, ...]:
    return ROOMS[ROOMS.index(room) + 1 :]


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.relative_to(ROOT).parts[:-1]:
                yield path


def own_files() -> Iterator[Path]:
    """Every text file somebody wrote by hand."""
    left_out = {"var", "__pycache__"}  # and what begins with a dot; ".git" is a file in a second work tree
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part in left_out or (part.startswith(".") and part != ".ci") for part in parts[:-1])
        if (
            path.is_file()
            and path.name != ".git"
            and not hidden
            and not (parts[0] == "static" and "vendor" in parts)
        ):
            yield path


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
