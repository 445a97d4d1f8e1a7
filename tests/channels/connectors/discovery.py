"""Google's discovery documents as a judge of requests: paths, parameters and bodies, strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parents[3].parent / "shared" / "channels"
PRODUCTS = FOLDER / "google" / "merchantapi.products_v1.discovery.json"
MISSING = "the folder ../shared/channels is not there"
_FORMATS = {
    "int64": re.compile(r"-?[0-9]+"),
    "google-datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
}
_TYPES = {"string": str, "boolean": bool, "object": dict, "array": list}


@lru_cache(maxsize=1)
def products() -> Discovery | None:
    """None where the document is not there."""
    return Discovery(orjson.loads(PRODUCTS.read_bytes())) if PRODUCTS.is_file() else None


class Discovery:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.schemas = document["schemas"]
        self.methods = [*_methods(document)]

    def request(self, verb: str, path: str, query: Mapping[str, str], body: Any) -> list[str]:
        """What is wrong with a request; [] where nothing is. `path` begins after the host's slash."""
        method = next(
            (one for one in self.methods if one["httpMethod"] == verb and _template(one).fullmatch(path)),
            None,
        )
        if method is None:
            return [f"there is no {verb} {path}"]
        known = {name: one for name, one in method["parameters"].items() if one["location"] == "query"}
        wrong = [f"unknown parameter {name}" for name in query if name not in known]
        wrong += [
            f"missing parameter {name}"
            for name, one in known.items()
            if one["description"].startswith("Required.") and not query.get(name)
        ]
        if "request" in method:
            wrong += self.value(body, {"$ref": method["request"]["$ref"]}, "body", given=True)
        elif body is not None:
            wrong.append("no body belongs there")
        return wrong

    def value(self, value: Any, schema: Mapping[str, Any], at: str, *, given: bool) -> list[str]:
        """`given`: sent by us, so that what is output only is wrong."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type", "object")
        if kind in ("number", "integer"):
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        else:
            fits = isinstance(value, _TYPES[kind])
        if not fits:
            return [f"{at} is no {kind}"]
        wrong = []
        if kind == "object":
            for name, part in value.items():
                inner = schema.get("properties", {}).get(name)
                if inner is None:
                    wrong.append(f"{at} has no {name}")
                elif given and inner.get("readOnly"):
                    wrong.append(f"{at}.{name} is output only")
                else:
                    wrong += self.value(part, inner, f"{at}.{name}", given=given)
        elif kind == "array":
            for position, part in enumerate(value):
                wrong += self.value(part, schema["items"], f"{at}[{position}]", given=given)
        elif kind == "string":
            if "enum" in schema and value not in schema["enum"]:
                wrong.append(f"{at} is none of the words there are")
            form = _FORMATS.get(schema.get("format", ""))
            if form and not form.fullmatch(value):
                wrong.append(f"{at} is not of the form {schema['format']}")
        return wrong


def _methods(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from part.get("methods", {}).values()
    for inner in part.get("resources", {}).values():
        yield from _methods(inner)


def _template(method: Mapping[str, Any]) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", method["flatPath"])
    return re.compile("[^/:]+".join(map(re.escape, parts)))
