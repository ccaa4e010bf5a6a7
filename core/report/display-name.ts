// How people write a backbone's name; an architecture that isn't listed keeps its own.

const NAMES: Readonly<Record<string, string>> = {
  tf_efficientnet_lite0: "EfficientNet-Lite0",
  tf_efficientnet_lite1: "EfficientNet-Lite1",
  tf_efficientnet_lite2: "EfficientNet-Lite2",
  tf_efficientnet_lite3: "EfficientNet-Lite3",
  tf_efficientnet_lite4: "EfficientNet-Lite4",
  mobilenetv2_100: "MobileNetV2",
  mobilenetv3_large_100: "MobileNetV3-Large",
  mobilenetv3_small_100: "MobileNetV3-Small",
  resnet18: "ResNet-18",
  resnet50: "ResNet-50",
};

/** `timm` architectures may carry a pretraining tag after a dot, which isn't part of the name. */
export function displayName(architecture: string): string {
  return NAMES[architecture] ?? NAMES[architecture.split(".")[0] ?? ""] ?? architecture;
}
