"""Training with simulated int8: the graph that ships, with the rounding that the TypeScript writer will put into it."""
