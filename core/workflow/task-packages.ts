// Python packages whose versions may change a GPU task's bytes: they are part of its key.

export const TASK_PACKAGES = [
  "numpy",
  "onnx",
  "onnxruntime",
  "onnxscript",
  "safetensors",
  "timm",
  "torch",
  "torch-pruning",
  "torchvision",
] as const;
