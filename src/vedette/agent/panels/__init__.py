"""What the screens show: each panel turns answers of `query` into what its template needs."""
