"""What all tests have in common."""

pytest_plugins = ["tests.databases", "tests.event_schemas"]
