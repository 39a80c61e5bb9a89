"""What every object store does, done by a bucket."""

from tests.kit.storage.test_contract import *  # noqa: F403 - the tests themselves
