"""Kombu's transport through a folder, for processes that may be killed at any moment.

Kombu's own reads a message that another process is still writing, or was killed while writing, and then ends the
worker; a folder that was removed ends it too. Here a message appears whole or not at all, what cannot be read is
dropped, and a missing folder is made again. Messages are nudges: one that is lost costs a tick.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Mapping[str, Any], **_kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        draft = folder / f".{name}.draft"
        draft.write_text(dumps(payload), encoding="utf-8")
        os.replace(draft, folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError:
            logger.warning("A message of the queue %s was not whole, and is dropped", queue)
        except FileNotFoundError:
            Path(self.data_folder_in).mkdir(parents=True, exist_ok=True)
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return list(super().get_table(exchange))
        except ValueError:  # being made this moment, or never finished
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        try:
            super()._queue_bind(exchange, routing_key, pattern, queue)
        except ValueError:
            self._exchange_file(exchange).unlink(missing_ok=True)
            super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    Channel = Channel
    default_connection_params: Mapping[
        str, Any
    ] = {}  # no host: kombu would warn whoever starts the demo that it takes one


def register() -> None:
    """From now on "filesystem://" means this transport, in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
