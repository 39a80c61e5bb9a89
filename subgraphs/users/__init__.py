"""Identity: who there is, how they sign in, and what they may do."""
