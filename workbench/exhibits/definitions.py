"""The definitions of the measures that an exhibit names."""
