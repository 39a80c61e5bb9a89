"""What runs the platform, on real servers and tools."""
