"""What every subgraph needs, and nothing of any domain."""
