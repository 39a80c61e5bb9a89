"""The schema registry: versions of a graph's schemas, in a folder or on a server."""
