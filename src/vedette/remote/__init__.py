"""Remote configuration: what each product's configurations mean.

The native client (`crates/vedette-remote`) brings configurations, verified. Here they are read, one file per product,
and merged to what is wanted of this process; `vedette.lifecycle.remote_changes` puts that in force. But for
`capabilities` nothing here is imported before the first configuration has come.
"""
