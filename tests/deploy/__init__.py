"""Tests of what runs the platform on real servers."""
