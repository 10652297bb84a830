import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.run_counts import RunCounts, RunCountsError, packed, unpacked


@given(st.integers(0, 4), st.integers(0, 30), st.integers(1, 3), st.randoms(use_true_random=False))
def test_what_was_packed_reads_back_as_it_was(areas, days, categories, random):
    ppm = np.array([random.randrange(5_000_000) for _ in range(areas * days * categories)], dtype=np.float64)
    counts = (ppm / 1_000_000).reshape(areas, days, categories)
    names = tuple(f"område {i}" for i in range(areas))
    run = RunCounts(names, tuple("abc"[:categories]), 20_000, counts)
    found = unpacked(packed(run))
    assert (found.areas, found.categories, found.first_day) == (run.areas, run.categories, run.first_day)
    assert found.days == days
    np.testing.assert_array_equal(found.counts, counts)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]\nx", b'{"areas": [], "days": 1, "categories": []}\nno', b"\xff\n"])
def test_other_bytes_are_refused(body):
    with pytest.raises(RunCountsError, match="no counts of a run"):
        unpacked(body)
