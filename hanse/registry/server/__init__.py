"""`hanse registry`: the registry as a server, on SQLite or PostgreSQL. It needs the extra `registry`."""
