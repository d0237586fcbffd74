"""A language server for card files: the deck's problems and its help, while they are written."""
