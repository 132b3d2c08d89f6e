"""What the diagnostics of a study show, a module a kind of finding; `explanation` joins them.

Pure: values in, sentences out. Each sentence says what was seen, with its number. No sentence says that one thing
causes another: they tell what happens together. Numbers are medians over the seeds, with the least and the greatest of
them in parentheses. Imports no NumPy, as `explain` has to answer at once.
"""
