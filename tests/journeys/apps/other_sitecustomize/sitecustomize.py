"""Somebody else's sitecustomize; that it ran shows on standard output."""

print("the other sitecustomize ran", flush=True)
