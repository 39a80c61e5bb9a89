"""How the platform is run on real servers: containers, the distributed platform as plain processes, and its proofs."""
