"""The sentences that the program makes of results: whole templates, a module a subject, and nothing else.

Code elsewhere chooses the template of a situation and gives the values; `sentence` says how one is written. All of them
are rendered in `tests/core/sentences/gallery/`, and `CONTRIBUTING.md` says how to add or reword one.
"""
