"""Tests. The contracts run on every event log: here on the embedded one, in `tests/integration/kafka` on Kafka."""

import pytest

pytest.register_assert_rewrite("tests.kit.events.log_contract", "tests.kit.events.backbone_contract")
