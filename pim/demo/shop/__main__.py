"""python -m pim.demo.shop --port N --data DIR --secret whsec_… [--name TEXT] [--faults FILE]"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from pim.demo.shop.server import ShopServer


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="pim.demo.shop", description="A stand-in B2B shop for a webhook channel."
    )
    parser.add_argument(
        "--port", type=int, required=True, help="0 takes a free one; the first line printed says which"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the shop's SQLite file")
    parser.add_argument(
        "--secret",
        default=os.environ.get("SHOP_SECRET"),
        help="whsec_ and the base64 of the shared key (or SHOP_SECRET)",
    )
    parser.add_argument("--name", default="Tarnholt", help="what the shop calls itself")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--faults", type=Path, help="JSON list of faults to begin with")
    given = parser.parse_args()
    if not given.secret:
        parser.error("give --secret, or SHOP_SECRET in the environment")
    server = ShopServer((given.host, given.port), data=given.data, secret=given.secret, name=given.name)
    if given.faults:
        server.faults.add(json.loads(given.faults.read_text(encoding="utf-8")))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, stop)
        print(f"shop: http://{given.host}:{server.server_port}/", flush=True)  # noqa: T201 (the caller reads it)
        server.serve_forever(poll_interval=0.2)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
