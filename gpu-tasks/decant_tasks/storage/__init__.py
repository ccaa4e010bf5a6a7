"""A store in S3: inputs come from it, checkpoints and results go to it. boto3 loads only where an address asks."""
