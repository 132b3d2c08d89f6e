"""What `actsearch plot` does: which questions its options ask, and what draws each kind of figure."""
