"""Checks of a schema change, pure: `report` has what every check returns."""
