"""The event log on Kafka."""

from shared.events.kafka.log import KafkaLog

__all__ = ["KafkaLog"]
