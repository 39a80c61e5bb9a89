"""The media subgraph: files of users, product images and avatars."""
