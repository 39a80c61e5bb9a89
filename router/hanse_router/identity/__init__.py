"""Who calls: clients' access tokens verified, and the tokens by which subgraphs know the caller."""
