"""The event log on Kafka: the contract of every log."""

from tests.kit.events.log_contract import *  # noqa: F403
