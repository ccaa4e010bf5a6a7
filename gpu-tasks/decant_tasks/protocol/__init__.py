"""How a task is started, reports, stops and commits."""
