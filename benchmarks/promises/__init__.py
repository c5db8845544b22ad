"""One file per promise: what it is about, the ratio it has to reach, and how it is measured."""
