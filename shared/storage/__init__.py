"""Storing objects: in a folder by default; other stores by URL."""
