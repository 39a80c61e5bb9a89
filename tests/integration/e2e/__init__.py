"""The distributed platform on real servers, from end to end."""
