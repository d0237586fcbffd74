"""Card files as texts that people edit: laid out, described, begun."""
