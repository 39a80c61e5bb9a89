"""What hostile clients and subgraphs send: each promise of docs/security.md, tested at the default settings."""
