"""`actsearch init`: a commented experiment to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command("init")
@click.argument("path", default="experiment.yaml", type=click.Path(path_type=Path))
@click.option("--template", metavar="NAME", default="starter", show_default=True, help="Which example to start from.")
@click.option("--list", "list_templates", is_flag=True, help="List the examples there are.")
def init_command(path: Path, template: str, list_templates: bool) -> None:
    """Write a commented experiment to start from.

    Beside it goes the schema with which editors check and complete it.

    \b
    actsearch init                              writes experiment.yaml
    actsearch init article.yaml --template article
    """
    from actsearch.config import templates

    if list_templates:
        for name, description in templates.available_templates().items():
            click.echo(f"{name:24} {description}")
        return
    written = templates.write_template(template, path)
    for file in written:
        click.echo(f"wrote {file}")
    click.echo(f"train it: actsearch run {shlex.quote(str(written[0]))}")
