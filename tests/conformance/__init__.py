"""Composition cases with recorded answers, and tests of the machinery that records them."""
