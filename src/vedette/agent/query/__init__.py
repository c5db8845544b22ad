"""What can be asked of the stored spans. One SQL statement per file in `sql/`; the same answers feed page and API."""
