"""Media: the files that users keep here, pictures of products, and avatars."""
