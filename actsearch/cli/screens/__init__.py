"""What the commands show: lines, tables and pages for a terminal, and the rows of `--json`."""
