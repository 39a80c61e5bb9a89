"""The router: plans and runs every operation over a supergraph."""
