"""The tasks that need gradients: profile, fine-tune, compress. Started as `python -m decant_tasks`."""

import os

# ONNX Runtime reports its use to its maker otherwise; nothing here tells anybody anything.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
