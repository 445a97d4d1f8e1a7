"""The second process of a run's apply: `python -m catalog.importing.second_lane`, started by catalog.importing.lanes.

Lines of JSON. In: first what the run is, then what to do, one after the other came to rest. Out: {"ready"}, {"taken": rows}
after each chunk, {"rest"} where no more is found. It ends when its input does, after the chunk it is at.
"""

from __future__ import annotations

import select
import signal
import sys
from typing import Any

import django
import orjson


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which decides when to stop
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but messages may be on that line
    setup = orjson.loads(sys.stdin.buffer.readline())
    django.setup()
    from django.db import connection
    from django.utils import translation

    from catalog.importing.apply import lane_step
    from catalog.importing.progress import Progress
    from catalog.jobs import JobHandle
    from catalog.jobs.handle import LeaseLost
    from catalog.models.importing import ImportRun
    from catalog.models.job import Job
    from catalog.models.user import User
    from catalog.structure.product_names import NAMES
    from catalog.values.changes import Actor
    from pim.lib import collector

    def say(**message: Any) -> None:
        out.write(orjson.dumps(message) + b"\n")
        out.flush()

    def is_to_end() -> bool:
        return bool(
            select.select([sys.stdin.buffer], [], [], 0)[0]
        )  # nothing is asked of one that is at work

    connection.settings_dict["NAME"] = setup["database"]
    run = ImportRun.objects.select_related("source", "profile").get(pk=setup["run"])
    user = User.objects.get(pk=setup["user"]) if setup["user"] else None
    by = Actor(user, **setup["actor"])
    handle = JobHandle(Job.objects.get(pk=setup["job"])) if setup["job"] else None
    if handle is not None:
        handle.token = setup["token"]  # the claim of the process that started this one, and no later one
    progress = Progress(handle)
    try:
        reader = handle.row.created_by if handle else None  # refusals name no product that they may not see
        with translation.override(setup["language"]), NAMES.read_by(reader), collector.seldom():
            say(ready=True)
            while line := sys.stdin.buffer.readline():
                step = lane_step(run, orjson.loads(line), by=by, progress=progress)
                while not is_to_end() and not progress.cancelled() and (taken := step()):
                    say(taken=taken)
                say(rest=True)
    except (LeaseLost, BrokenPipeError):
        return 0  # who takes the run up again does the rest
    return 0


if __name__ == "__main__":
    sys.exit(main())
