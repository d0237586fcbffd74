"""Notes become Anki fields: Markdown, ruby, cloze, mathematics; and the theme they are shown in."""
