"""What of a source the cards use."""
