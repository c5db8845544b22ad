"""A small shop of real services, to watch under ``vedette demo``.

``front`` (FastAPI), ``orders`` (Flask) and ``worker`` (Celery) are ordinary applications: they do not import
vedette, and run as well without it. ``load`` is their public: shoppers, and a few attackers.
"""
