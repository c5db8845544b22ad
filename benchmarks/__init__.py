"""Promises of speed, measured beside the peers."""
