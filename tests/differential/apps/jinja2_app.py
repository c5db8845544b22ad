"""Jinja2: templates with a name and without."""

import jinja2

templates = {"page.html": "{% extends 'base.html' %}{% block a %}{{ name }}{% endblock %}"}
templates["base.html"] = "<p>{% block a %}{% endblock %}</p>"
environment = jinja2.Environment(loader=jinja2.DictLoader(templates))
environment.get_template("page.html").render(name="Ada")
list(environment.from_string("{{ name }}").generate(name="Ada"))
