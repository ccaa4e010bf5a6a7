"""Teacher to student: what must go together, how much of it and when, and the distillation that mends it."""
