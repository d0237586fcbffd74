"""The real Anki engine: it proves and renders what deckgen builds (needs the extra `anki`)."""
