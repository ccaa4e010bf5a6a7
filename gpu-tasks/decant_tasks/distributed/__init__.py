"""Several processes train as one: torchrun's environment (RANK, WORLD_SIZE) makes them, gloo or NCCL joins them."""
