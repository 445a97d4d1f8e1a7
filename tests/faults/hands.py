"""A process that does things to a rig's catalogue on request: `python -m tests.faults.hands`.

A line of JSON in, {"act": name, "with": {…}}; a line of JSON out, {"result": …} or {"error": traceback}.
"""

from __future__ import annotations

import json
import sys
import traceback

import django


def main() -> int:
    out = sys.stdout
    sys.stdout = sys.stderr  # nothing but answers may be on that line
    django.setup()
    from django.db import close_old_connections

    from tests.faults import acts

    for line in sys.stdin:
        asked = json.loads(line)
        close_old_connections()  # the database may have crashed since
        try:
            answer = {"result": getattr(acts, asked["act"])(**asked["with"])}
        except Exception:
            answer = {"error": traceback.format_exc()}
        out.write(json.dumps(answer) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
