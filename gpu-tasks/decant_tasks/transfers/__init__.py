"""Registry: one file a transfer strategy; list.py names them all."""
