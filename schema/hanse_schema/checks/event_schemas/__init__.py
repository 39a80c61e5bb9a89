"""The events check: the JSON Schemas of events stay compatible with their earlier versions.

The rules are those of Confluent's Schema Registry for JSON Schema. `check_events` gives the findings.
"""

from __future__ import annotations

from hanse_schema.checks.event_schemas.check import EventRules, EventUse, check_events
from hanse_schema.checks.event_schemas.compatibility import Compatibility, Direction, Policy, incompatibilities

__all__ = [
    "Compatibility",
    "Direction",
    "EventRules",
    "EventUse",
    "Policy",
    "check_events",
    "incompatibilities",
]
