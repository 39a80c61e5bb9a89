"""The catalog subgraph: products, prices, stock and reservations."""
