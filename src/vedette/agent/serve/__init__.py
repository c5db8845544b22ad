"""The HTTP side: who may ask, the pages, the JSON API, and the process that serves them."""
