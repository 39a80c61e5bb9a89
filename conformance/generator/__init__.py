"""Random subgraph sets, valid and broken, from a seed."""
