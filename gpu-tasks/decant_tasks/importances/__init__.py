"""What matters least: one file an importance."""
