"""Where large catalogues are kept: PIM_BENCH_HOME holds one PostgreSQL cluster and one data folder for each SQLite file.

python -m tests.benchmarks.large.home  runs the cluster until Ctrl-C, and prints its address
python -m tests.benchmarks.large.home make postgres|sqlite COUNT  makes one catalogue, where it is not there yet
python -m tests.benchmarks.large.home drop postgres_COUNT|sqlite_COUNT  forgets it
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import servers

HOME = Path(os.environ.get("PIM_BENCH_HOME") or Path(tempfile.gettempdir()) / "pim-bench")
ROOT = Path(__file__).resolve().parents[3]
# A small server's settings; what was stored can be made again, so that nothing waits for the disk.
SETTINGS = ("shared_buffers=1GB", "max_wal_size=4GB", "fsync=off", "full_page_writes=off")


def postgres() -> str:
    """Starts the cluster (made where there is none), or finds it running. Its address, without a database's name."""
    folder = HOME / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    port_file = folder / "port"
    if port_file.exists() and servers.postgres_answers(int(port_file.read_text())):
        return f"postgres://pim@127.0.0.1:{port_file.read_text()}"
    port = servers.free_port()
    servers.serve_postgres(folder, port, SETTINGS)
    port_file.write_text(str(port))
    return f"postgres://pim@127.0.0.1:{port}"


def environment(database: str, name: str) -> dict[str, str]:
    """What a process on the catalogue `name` has in its environment; `database`: "postgres" or "sqlite"."""
    data = HOME / f"{database}_{name}"
    data.mkdir(parents=True, exist_ok=True)
    environ = os.environ | {
        "PIM_DATA": str(data),
        "PIM_DEMO": "1",
        "PIM_LOG_LEVEL": "ERROR",
        "PIM_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "pim.settings",  # not the suite's, which has databases of its own
    }
    environ.pop("DATABASE_URL", None)
    environ.pop("PIM_TESTS_PREPARED", None)
    if database == "postgres":
        environ["DATABASE_URL"] = f"{postgres()}/large_{name}"
    return environ


def catalogue(database: str, count: int) -> dict[str, str]:
    """The environment for a catalogue of `count` products, which is made where there is none yet."""
    name = str(count)
    environ, done = environment(database, name), HOME / f"{database}_{name}" / "done"
    if not done.exists():
        forget(database, name)
        environ = environment(database, name)
        if database == "postgres":
            create(environ["DATABASE_URL"])
        run("tests.benchmarks.large.fill", str(count), "2", environ=environ)
        done.touch()
    run("django", "migrate", "--settings", "pim.settings", "--verbosity", "0", environ=environ)
    return environ


def run(module: str, *args: str, environ: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", module, *args], cwd=ROOT, env=environ, check=True)


def create(url: str) -> None:
    import psycopg

    server, _slash, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as server_connection:
        server_connection.execute(f'CREATE DATABASE "{name}"')


def forget(database: str, name: str) -> None:
    import psycopg

    if database == "postgres":
        with psycopg.connect(f"{postgres()}/postgres", autocommit=True) as server_connection:
            server_connection.execute(f'DROP DATABASE IF EXISTS "large_{name}" WITH (FORCE)')
    shutil.rmtree(HOME / f"{database}_{name}", ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["drop"]:
        forget(*sys.argv[2].split("_", 1))
    elif sys.argv[1:2] == ["make"]:
        catalogue(sys.argv[2], int(sys.argv[3]))
    else:
        print(postgres(), flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while True:
            time.sleep(3600)
