"""The URL of a Kafka cluster: what it says, and how a wrong one is refused without showing a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanse_subgraph.events.kafka.address import parse_address
from hanse_subgraph.events.open import open_event_log
from hanse_wire.settings import SettingsError


def test_a_plain_url() -> None:
    address = parse_address("kafka://broker")
    assert (address.hosts, address.security, address.prefix) == (("broker:9092",), "PLAINTEXT", "hanse.")


def test_everything_in_a_url() -> None:
    address = parse_address(
        "kafka://me:p%40ss@a:1,b,[::1]:3/?mechanism=SCRAM-SHA-512&security=SASL_PLAINTEXT&prefix=x-&timeout=2.5"
    )
    assert address.hosts == ("a:1", "b:9092", "[::1]:3")
    assert (address.user, address.password, address.security) == ("me", "p@ss", "SASL_PLAINTEXT")
    assert (address.mechanism, address.prefix, address.timeout) == ("SCRAM-SHA-512", "x-", 2.5)
    assert "p@ss" not in repr(address)


def test_a_password_goes_over_tls_unless_told_otherwise() -> None:
    assert parse_address("kafka://me:secret@a").security == "SASL_SSL"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("kafka://", "kafka://"),
        ("kafka:a:9092", "kafka://"),
        ("kafka://a:b:c", "kafka://"),
        ("kafka://a:99999", "kafka://"),
        ("kafka://a,,b", "kafka://"),
        ("kafka://me:s3cret@", "kafka://"),
        ("kafka://me@a", "a user or a password, but not both"),
        ("kafka://me:s3cret@a?security=PLAINTEXT", "without a user"),
        ("kafka://a?security=SASL_SSL", "with a user"),
        ("kafka://a?security=TLS", "use one of PLAINTEXT"),
        ("kafka://me:s3cret@a?mechanism=MD5", "use one of PLAIN"),
        ("kafka://a?retries=3", "unknown option 'retries'"),
        ("kafka://a?prefix=a/b", "prefix=a/b"),
        ("kafka://a?timeout=soon", "timeout=soon"),
        ("kafka://a?timeout=0", "timeout=0"),
    ],
)
async def test_a_wrong_url_is_refused_in_one_line(url: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        await open_event_log(url)
    message = str(refused.value)
    assert said in message
    assert "\n" not in message
    assert "s3cret" not in message


def test_a_file_that_holds_no_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(SettingsError, match=f"ca_file={tmp_path}/{name}"):
            _ = parse_address(f"kafka://a?security=SSL&ca_file={tmp_path}/{name}").connection
