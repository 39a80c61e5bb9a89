"""The contract of the backbone on PostgreSQL and Kafka."""

from tests.shared.events.backbone_contract import *  # noqa: F403
