"""Byte ranges, against a slow and simple reading of RFC 9110."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ranges import Span, Unsatisfiable, fresh, span, unchanged


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        (None, 10, None),
        ("bytes=0-", 10, Span(0, 10)),
        ("bytes=0-0", 10, Span(0, 1)),
        ("bytes=2-5", 10, Span(2, 6)),
        ("bytes=2-500", 10, Span(2, 10)),
        ("bytes=-3", 10, Span(7, 10)),
        ("bytes=-30", 10, Span(0, 10)),
        ("Bytes = 1-2", 10, Span(1, 3)),
        ("bytes=5-2", 10, None),
        ("bytes=0-1,4-5", 10, None),
        ("bytes=a-b", 10, None),
        ("bytes=-", 10, None),
        ("items=0-1", 10, None),
    ],
)
def test_examples(header: str | None, size: int, expected: Span | None) -> None:
    assert span(header, size) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=11-20", "bytes=-0"])
def test_a_range_outside_is_unsatisfiable(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span(header, 10)


@given(st.binary(min_size=1, max_size=50), st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_what_slicing_gives(data: bytes, first: int, last: int) -> None:
    if first >= len(data) and first <= last:
        with pytest.raises(Unsatisfiable):
            span(f"bytes={first}-{last}", len(data))
    elif first > last:
        assert span(f"bytes={first}-{last}", len(data)) is None
    else:
        found = span(f"bytes={first}-{last}", len(data))
        assert found is not None
        assert data[found.start : found.end] == data[first : last + 1]


@given(st.text(max_size=30))
def test_no_header_breaks_it(header: str) -> None:
    try:
        found = span(header, 10)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.start < found.end <= 10


def test_if_range_and_if_none_match() -> None:
    assert fresh(None, '"a"')
    assert fresh('"a"', '"a"')
    assert not fresh('W/"a"', '"a"')
    assert not fresh("Sun, 06 Nov 1994 08:49:37 GMT", '"a"')
    assert unchanged('"b", W/"a"', '"a"')
    assert unchanged("*", '"a"')
    assert not unchanged('"b"', '"a"')
    assert not unchanged(None, '"a"')
