"""Which channels may go, and how their number is worked out: one file a pruner."""
