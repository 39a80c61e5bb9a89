"""The throughput of events on a real PostgreSQL and a real Kafka, compared with the limits of both."""
