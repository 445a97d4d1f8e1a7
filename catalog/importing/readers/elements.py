"""Elements of an XML file, one at a time: no entities, and what was passed is let go, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from catalog.importing.readers.base import FileRefused

_DAMAGE = (ParseError, LookupError, ValueError)


def elements(path: Path, wanted: Collection[str]) -> Iterator[Element]:
    """The elements of these names that are in no other of them. Raises FileRefused."""
    try:
        depth = 0
        open_elements: list[Element] = []
        for event, element in iterparse(str(path), events=("start", "end"), forbid_entities=True):
            name = local(element)
            if event == "start":
                open_elements.append(element)
                depth += name in wanted
                continue
            open_elements.pop()
            if name in wanted:
                depth -= 1
                if not depth:
                    yield element
            if not depth:
                element.clear()
                if open_elements:
                    open_elements[-1].remove(element)
    except DefusedXmlException:
        raise FileRefused("entities") from None
    except _DAMAGE:
        raise FileRefused("broken_xml") from None


def local(element: Element) -> str:
    """Its name without a namespace."""
    return str(element.tag).rpartition("}")[2]
