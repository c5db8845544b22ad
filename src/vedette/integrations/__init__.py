"""One file per library, named as the library. Each declares an `integration`."""
