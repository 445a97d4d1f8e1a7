"""English texts that were written anew after the others were translated from them: what a translator finds marked."""

from __future__ import annotations

REWRITTEN: dict[str, dict[str, str]] = {
    "TH-KOPP": {
        "short_description|en_US": "Holds 350\u00a0ml and has a handle for three fingers; made to be used every day."
    },
    "TH-VEKE": {"short_description|en_US": "180 lumens of warm light for up to 36\u00a0hours."},
}
