"""The kinds of source: a file a kind, with its keys in an experiment file and the value that these come to."""
