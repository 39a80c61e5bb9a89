"""How fast events go, on a real PostgreSQL and a real Kafka, beside the limits of both."""
