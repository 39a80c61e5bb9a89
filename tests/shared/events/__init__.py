"""Tests. The contracts run on every event log: here on the embedded one, in `tests/integration/kafka` on Kafka."""

import pytest

pytest.register_assert_rewrite("tests.shared.events.log_contract", "tests.shared.events.backbone_contract")
