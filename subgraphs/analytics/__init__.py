"""The analytics subgraph: statistics of the whole platform, computed from its events."""
