"""Mail on a real server."""
