"""The child process: a JSON line per request on stdin, a JSON line per answer on stdout.

    {"do": "examine", "path", "name"}          {"kind", "mime", "extension", "length"} and, of pictures, width, height, frames, white_edge
    {"do": "render", "path", "focus", "wishes"}  {"made": [{"width", "height", "size", "mime"} or {"refused", "params"}]}
    either                                     {"refused": code, "params": {…}}

It writes nowhere but to the paths of the wishes.
"""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from catalog.decoding.limits import CPU, MAX_OUTPUT, MEMORY
from catalog.decoding.refusal import Refusal
from catalog.decoding.sniffing import HEAD, PICTURES, kind_of
from pim.lib.confinement import confine


def main() -> None:
    confine(memory=MEMORY, cpu=CPU, file_size=MAX_OUTPUT)
    for line in sys.stdin.buffer:
        try:
            answer = _answer(orjson.loads(line))
        except Refusal as refusal:
            answer = {"refused": refusal.code, "params": refusal.params}
        except MemoryError:
            answer = {"refused": "too_costly", "params": {}}
        try:
            sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody is listening any more
            os._exit(0)


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    path = Path(request["path"])
    if request["do"] == "render":
        from catalog.decoding.rendering import render

        across, down = request["focus"]
        return {"made": render(path, request["wishes"], focus=(across, down))}
    with path.open("rb") as file:
        head = file.read(HEAD)
        if not head:
            raise Refusal("empty")
        kind = kind_of(head)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if kind in PICTURES:
                from catalog.decoding.pictures import examine

                return examine(kind, data)
            from catalog.decoding import documents

            return documents.examine(kind, data, path, request["name"])


if __name__ == "__main__":
    main()
