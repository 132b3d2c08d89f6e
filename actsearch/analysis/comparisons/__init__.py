"""Comparisons of candidates: what is asked, the contenders, their pairs, the verdicts, and what they say in words."""
