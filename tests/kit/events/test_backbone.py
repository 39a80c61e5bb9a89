"""The contract of the backbone on SQLite and the embedded log."""

from tests.kit.events.backbone_contract import *  # noqa: F403
