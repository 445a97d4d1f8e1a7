"""English texts that were written anew after the others were translated from them: what a translator finds marked."""

from __future__ import annotations

REWRITTEN: dict[str, dict[str, str]] = {
    "TH-KOPP": {
        "short_description|en_US": "A stoneware mug that keeps coffee warm through a long breakfast, now with a wider handle for three fingers."
    },
    "TH-JERN32": {
        "short_description|en_US": "A cast-iron pan that gets better with every use, seasoned with linseed oil and ready for any hob."
    },
}
