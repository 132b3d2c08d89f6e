"""YAML to Experiment: its lines, the schema, mistakes in plain words, the reference page, the templates."""

__all__ = ["experiment_file", "file_schema", "loading", "reference", "templates"]
