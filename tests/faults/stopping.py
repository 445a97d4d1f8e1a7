"""The Celery application of a worker that stands still at a failpoint, as a paused machine does.

`PIM_STOP="after_claim:1"`: the process gets SIGSTOP there, and goes on with SIGCONT.
"""

import os
import signal

from pim.lib import failpoint

failpoint.failpoint = failpoint.armed(
    os.environ["PIM_STOP"], end=lambda _status: os.kill(os.getpid(), signal.SIGSTOP)
)

from pim.celery import app  # noqa: E402

__all__ = ["app"]
