"""The domains: one package per subgraph, none of which imports another."""
