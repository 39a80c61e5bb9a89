"""The business verbs of the users subgraph. They flush; the edge commits."""
