"""The tree becomes typed notes, options and their links."""
