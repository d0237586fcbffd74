"""deckgen compiles flashcards written as YAML into Anki packages."""

__version__ = "0.1.0"
