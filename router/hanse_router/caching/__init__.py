"""Whole responses kept for a while: which may be (`@cacheControl`), under which keys, and what clients are told."""
