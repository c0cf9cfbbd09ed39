"""Deadlines by progress."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.deadlines import Deadlines


def test_loading_has_a_generous_deadline_of_its_own():
    assert Deadlines().allowed("wan", loading=True) == 900


def test_a_model_that_was_never_timed_gets_more_than_the_floor_unless_the_catalog_knows_better():
    deadlines = Deadlines()
    assert deadlines.allowed("wan", loading=False) == 180
    assert deadlines.allowed("wan", loading=False, expected=30) == 300
    assert deadlines.allowed("wan", loading=False, expected=0.1) == 60


def test_a_slow_model_is_given_ten_of_its_slowest_steps():
    deadlines = Deadlines()
    for _ in range(99):
        deadlines.observed("wan", 1.0)
    deadlines.observed("wan", 20.0)
    deadlines.observed("wan", 20.0)
    assert deadlines.allowed("wan", loading=False) == 200
    assert deadlines.allowed("other", loading=False) == 180


def test_a_model_that_compiles_may_do_so_at_any_step():
    deadlines = Deadlines()
    assert deadlines.allowed("wan", loading=False, expected=0.1, compiles=True) == 600
    deadlines.observed("wan", 0.1)
    assert deadlines.allowed("wan", loading=False, compiles=True) == 600
    deadlines.observed("wan", 100.0)
    assert deadlines.allowed("wan", loading=False, compiles=True) == 1000


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=600))
def test_no_model_is_given_less_than_the_floor_nor_more_than_its_slowest_step_allows(steps):
    deadlines = Deadlines()
    for seconds in steps:
        deadlines.observed("m", seconds)
    allowed = deadlines.allowed("m", loading=False)
    assert 60 <= allowed <= max(60, 10 * max(steps))


@pytest.mark.parametrize(("count", "expected"), [(1, 1.0), (100, 99.0), (200, 198.0)])
def test_p99_is_the_nearest_rank(count, expected):
    deadlines = Deadlines()
    for seconds in range(1, count + 1):
        deadlines.observed("m", float(seconds))
    assert deadlines.p99("m") == expected
