"""The event log on Kafka."""

from hanse_subgraph.events.kafka.log import KafkaLog

__all__ = ["KafkaLog"]
