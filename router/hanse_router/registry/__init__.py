"""What a router does with a schema registry: poll the supergraph, verify it, keep a copy, report usage."""
