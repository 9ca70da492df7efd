"""Errors planted on purpose, with the answer key that says what should be found."""
