"""The bounded cache."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hanse_wire.lru_cache import LruCache


@given(size=st.integers(1, 5), keys=st.lists(st.tuples(st.booleans(), st.integers(0, 8)), max_size=60))
def test_it_holds_the_most_recently_used(size: int, keys: list[tuple[bool, int]]) -> None:
    cache: LruCache[int, int] = LruCache(size)
    used: list[int] = []  # the most recently used last
    for write, key in keys:
        if write:
            cache.put(key, key * 10)
        else:
            assert cache.get(key) == (key * 10 if key in used else None)
        if write or key in used:
            used = [other for other in used if other != key] + [key]
            used = used[-size:]
        assert len(cache) == len(used)
    assert all(cache.get(key) == key * 10 for key in used)


def test_what_is_heavy_goes_too() -> None:
    cache: LruCache[str, str] = LruCache(100, weigh=lambda key, value: len(value), max_weight=10)
    cache.put("a", "xxxx")
    cache.put("b", "xxxx")
    cache.put("a", "xxxxxx")
    assert (cache.get("a"), cache.get("b")) == ("xxxxxx", "xxxx")
    cache.put("c", "xxx")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (None, "xxxx", "xxx")
    cache.put("d", "x" * 11)  # it is not kept, instead of evicting all others
    assert (cache.get("b"), cache.get("c"), cache.get("d")) == ("xxxx", "xxx", None)
    cache.put("e", "x" * 10)
    assert cache.get("e") is not None


def test_stale_entries_go_from_the_oldest_on() -> None:
    cache: LruCache[str, int] = LruCache(100)
    for key, value in (("a", 1), ("b", 2), ("c", 9), ("d", 1)):
        cache.put(key, value)
    assert cache.get("a") == 1  # it is the newest now
    cache.drop_oldest(lambda value: value < 5)
    assert cache.keys() == ["c", "d", "a"]
    cache.drop_oldest(lambda value: True)
    assert len(cache) == 0


def test_an_entry_that_has_grown_is_weighed_again() -> None:
    cache: LruCache[str, list[int]] = LruCache(
        100, weigh=lambda _, items: len(items), max_weight=10, max_entry_weight=6
    )
    items = [1]
    for key, value in (("a", [1] * 5), ("b", [1] * 4), ("c", items)):
        cache.put(key, value)
    items += [1, 1]
    cache.weigh_again("c")
    assert cache.keys() == ["b", "c"]
    items += [1] * 10
    cache.weigh_again("c")
    cache.weigh_again("unknown")
    assert cache.keys() == ["b"]
    cache.drop("b")
    for key in "defgh":
        cache.put(key, [1, 1])
    assert len(cache) == 5
