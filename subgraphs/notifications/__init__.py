"""The notifications subgraph: notifications in the app and by mail."""
