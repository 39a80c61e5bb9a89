"""The stages of a check run, one a file."""
