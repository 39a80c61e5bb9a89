"""The event log on a real Kafka."""
