"""The contract of the backbone on PostgreSQL and Kafka."""

from tests.kit.events.backbone_contract import *  # noqa: F403
