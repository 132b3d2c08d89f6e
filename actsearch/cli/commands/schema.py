"""`actsearch schema`: the JSON Schema of experiment files."""

from __future__ import annotations

import click


@click.command("schema")
@click.option("--markdown", is_flag=True, help="The reference of every key as a page to read.")
def schema_command(markdown: bool) -> None:
    """Print the JSON Schema of experiment files.

    \b
    actsearch schema > experiment.schema.json
    actsearch schema --markdown > configuration.md
    """
    if markdown:
        from actsearch.config.reference import configuration_page

        click.echo(configuration_page(), nl=False)
        return
    import json

    from actsearch.config.experiment_file import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
