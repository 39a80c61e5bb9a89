"""The contract of the backbone on SQLite and the embedded log."""

from tests.shared.events.backbone_contract import *  # noqa: F403
