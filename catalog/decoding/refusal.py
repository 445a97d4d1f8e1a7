"""Why a file is not taken in, as a code; the sentence for people is made where their language is known."""

from __future__ import annotations

from typing import Any


class Refusal(ValueError):
    """`code` as in catalog.assets.refusals, `params` of its sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)
