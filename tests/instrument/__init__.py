"""The engine, tried on libraries that these tests write themselves."""
