"""A file's text becomes a tree that knows line and column."""
