"""Registry: one file a task; list.py names them all."""
