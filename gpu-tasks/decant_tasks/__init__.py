"""The tasks that need gradients: profile, fine-tune, compress. Started as `python -m decant_tasks`."""
