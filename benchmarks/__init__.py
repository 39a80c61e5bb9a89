"""The public benchmark of GraphQL gateways, reproduced on one machine: `python -m benchmarks`."""
