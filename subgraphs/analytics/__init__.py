"""Statistics: what has happened on the whole platform, counted from its events."""
