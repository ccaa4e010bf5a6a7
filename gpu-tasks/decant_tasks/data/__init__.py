"""Packed arrays in, batches of training pixels out."""
