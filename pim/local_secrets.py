"""Keys for a PIM that is reachable from this machine only: made at first start, kept in the data folder."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def local_secret(folder: Path, name: str) -> str:
    """The key `name`; made and stored readable by its owner only (0600) where there is none yet."""
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        value = Fernet.generate_key().decode() if name == "field_key" else secrets.token_urlsafe(48)
        draft = folder / f".{name}.{os.getpid()}"
        with open(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(value)
        try:
            os.link(draft, path)  # never over a key that another process made in the same moment
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
