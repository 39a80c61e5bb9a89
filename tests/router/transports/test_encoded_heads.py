"""The heads that are kept: bounded by bytes, and one that is large displaces no others."""

from __future__ import annotations

from hanse_router.transports.encoded_heads import MAX_BYTES, MAX_HEAD_BYTES, EncodedHeads

START = b"POST / HTTP/1.1"


def test_equal_headers_share_a_head() -> None:
    heads = EncodedHeads(START)
    first = heads.with_headers({"a": "1", "b": "2"})
    assert first == START + b"\r\na: 1\r\nb: 2"
    assert heads.with_headers({"a": "1", "b": "2"}) is first
    assert heads.with_headers({}) == START


def test_they_are_bounded_by_bytes_and_the_oldest_go_first() -> None:
    heads = EncodedHeads(START)
    for number in range(3_000):
        heads.with_headers({"authorization": f"{number} " + "x" * 10_000})
        assert heads.size <= MAX_BYTES
    assert heads.size > MAX_BYTES - 50_000
    last = {"authorization": "2999 " + "x" * 10_000}
    assert heads.with_headers(last) is heads.with_headers(dict(last))


def test_a_large_one_is_not_kept() -> None:
    heads = EncodedHeads(START)
    kept = heads.with_headers({"a": "1"})
    size = heads.size
    large = heads.with_headers({"a": "x" * MAX_HEAD_BYTES})
    assert len(large) > MAX_HEAD_BYTES
    assert heads.size == size
    assert heads.with_headers({"a": "1"}) is kept
