"""The rows that `--json` prints, as frozen records, and how a record becomes JSON."""
