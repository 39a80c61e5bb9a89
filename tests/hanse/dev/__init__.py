"""`hanse dev`."""
