"""Remote configuration, the side that hands it out: what operators want, kept, composed for each client, and signed.

`Desk` is the way in. An operator's wishes are items (a denied address, the mode of a service, a rule switched off); a
client gets them as configurations of the products that it asks for, so that any tracer that speaks `/v0.7/config` is
served, not vedette's alone.
"""
