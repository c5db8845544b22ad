"""What is instrumented and why not, and whether what is told arrives: `vedette doctor`.

`findings` holds everything that can be found, each with a stable code; `checks/` has one file per matter; `patient` is
what is looked at: this environment, a command that is run for it, or a process that runs already.
"""
