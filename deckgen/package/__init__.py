"""Rendered notes become an Anki package."""
