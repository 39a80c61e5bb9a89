"""Runs the platform on real servers: container files, the distributed platform as processes, and `make chaos`."""
