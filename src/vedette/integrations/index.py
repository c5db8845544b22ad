MODULES = {}
AUTOMATIC = frozenset()
