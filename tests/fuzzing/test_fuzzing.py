"""Some hundred mutations of each kind with every run of the suite. The hour is `make fuzz`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing.seeds import seeds
from tests.fuzzing.targets import TARGETS

SEEDS = seeds()
# Where in the input (as a share of it), how many bytes go, what comes in their place.
CUTS = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 12), st.binary(max_size=8) | st.text(max_size=8).map(str.encode)
    ),
    max_size=6,
)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    @settings(
        max_examples=20 if name == "packed" else 150,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.sampled_from(SEEDS[name]), CUTS)
    def run(data: bytes, cuts: list[tuple[float, int, bytes]]) -> None:
        for place, gone, new in cuts:
            at = int(place * len(data))
            data = data[:at] + new + data[at + gone :]
        TARGETS[name](data)

    run()
