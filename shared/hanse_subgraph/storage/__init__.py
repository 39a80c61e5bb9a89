"""Storing objects: in a folder by default, in a bucket of the S3 protocol by URL."""
