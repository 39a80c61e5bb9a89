"""The users subgraph: accounts, authentication and authorization."""
