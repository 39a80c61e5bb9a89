"""`hanse schema check`: reads the schemas and what is known of their use, runs the checks, and prints the report."""
