"""How each kind of channel is reached: one file per kind, found by a scan of this package."""

from channels.connectors.base import CONNECTORS, Connector

CONNECTORS.scan(__name__)

__all__ = ["CONNECTORS", "Connector"]
