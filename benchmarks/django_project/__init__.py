"""The Django project that is measured: what `startproject` writes, one view, one table in memory."""
