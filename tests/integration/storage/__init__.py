"""Objects in a real bucket."""
