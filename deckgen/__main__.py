"""`python -m deckgen` is the same program as `deckgen`."""

from deckgen.commands import main

main()
