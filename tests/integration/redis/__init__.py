"""On a real Redis server."""
