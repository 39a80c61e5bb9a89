"""The distribution, installed as its users install it."""
