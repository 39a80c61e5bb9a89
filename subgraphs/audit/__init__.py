"""The audit subgraph: a tamper-evident trail of who did what, and log entries."""
