"""The media subgraph on a real bucket."""
