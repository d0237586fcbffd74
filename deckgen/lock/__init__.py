"""The lock: what of a deck was shipped, and when, so that an update never hurts."""
