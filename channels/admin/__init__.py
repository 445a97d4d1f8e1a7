"""The channels' screens: one module each, found and registered here."""

from importlib import import_module

from pim.lib.registry import modules_of

for _module in modules_of(__name__):
    import_module(f"{__name__}.{_module}")
