"""PostgreSQL: what happens when it is slow, away, or not what the settings say."""
