"""Apache Kafka: one broker in KRaft mode on Java 17, its jars from Maven Central or from `KAFKA_HOME`."""

from deploy.servers.kafka.broker import KafkaServer

__all__ = ["KafkaServer"]
