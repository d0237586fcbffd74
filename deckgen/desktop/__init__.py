"""The running Anki desktop, reached through the AnkiConnect add-on's HTTP interface."""
