"""The event log on Kafka: the contract of every log."""

from tests.shared.events.log_contract import *  # noqa: F403
