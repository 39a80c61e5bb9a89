"""The pages of the registry server: HTML from Jinja2 templates, one style sheet, and no scripts."""
