"""Federation knowledge, pure: subgraph schemas, composition, the supergraph, the query graph, registry checks."""
