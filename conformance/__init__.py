"""Checks against other implementations: oracles, generated subgraph sets, the gateway audit. Development only."""
