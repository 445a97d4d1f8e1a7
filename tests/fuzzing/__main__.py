"""Looks for inputs that break a target, guided by the code they reach: python -m tests.fuzzing TARGET SECONDS FOLDER

FOLDER keeps what was found to reach new code, and the input that broke it. Needs atheris (`make fuzz` installs it). An input
may take 5 seconds and 1 GB; the exit code tells whether one was found.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["catalog", "pim"]):
    import django

    django.setup()
    from catalog.importing.readers.base import READERS

    for module in READERS.values():
        import_module(module)
    from tests.fuzzing.seeds import dictionary, seeds
    from tests.fuzzing.targets import TARGETS


def main(name: str, seconds: str, folder: str) -> None:
    corpus = Path(folder, name)
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds()[name]:
        (corpus / sha256(data).hexdigest()[:16]).write_bytes(data)
    words = Path(folder, "words")
    words.write_bytes(dictionary())
    limits = ["-timeout=5", "-rss_limit_mb=1024", "-max_len=20000", f"-max_total_time={seconds}"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-dict={words}", f"-artifact_prefix={folder}/{name}-broken-", str(corpus)],
        TARGETS[name],
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
