"""Options in the query of a URL."""

from __future__ import annotations

import pytest

from hanse_wire.url_options import UrlOptionError, UrlOptions

NAMES = ("mode", "timeout", "prefix")


def options(query: str) -> UrlOptions:
    """The options of a query."""
    return UrlOptions(query, NAMES, url="the test's URL")


def test_values_are_read() -> None:
    found = options("mode=fast&timeout=2.5&prefix=")
    assert found.choice("mode", ("fast", "slow")) == "fast"
    assert found.seconds("timeout", 10, maximum=60) == 2.5
    assert found.text("prefix") == ""


def test_missing_options_have_their_defaults() -> None:
    found = options("")
    assert found.choice("mode", ("fast", "slow")) is None
    assert found.seconds("timeout", 10, maximum=60) == 10
    assert found.text("prefix") is None


def test_an_unknown_option_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(
        UrlOptionError, match="unknown option 'tls' in the test's URL: use one of mode, timeout, prefix"
    ):
        options("tls=1")


@pytest.mark.parametrize("value", ["0", "-1", "61", "soon", "", "nan", "inf"])
def test_seconds_are_bounded(value: str) -> None:
    with pytest.raises(UrlOptionError, match=f"invalid option timeout={value} in the test's URL.* up to 60"):
        options(f"timeout={value}").seconds("timeout", 10, maximum=60)


def test_a_value_that_is_no_choice_is_an_error_that_lists_the_choices() -> None:
    with pytest.raises(UrlOptionError, match="invalid option mode=quick in the test's URL: use one of fast, slow"):
        options("mode=quick").choice("mode", ("fast", "slow"))
