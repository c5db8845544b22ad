"""What is learned of an application's API while it works: endpoints, shapes of requests and responses, authentication.

No value leaves the process: shapes name fields, types and classes of sensitive data.
"""
