"""Whole applications under real process models, with and without vedette."""
