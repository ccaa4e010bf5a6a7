"""Hard-swish to ReLU: int8 kernels have none, and lose more by leaving and entering int8 than they gain.

Howard et al. 2019, "Searching for MobileNetV3": hard-swish stands in half of the layers. Hard-sigmoid, in
squeeze-and-excite branches of one pixel, stays.
"""

from timm.layers.activations import HardSwish
from timm.layers.activations_me import HardSwishMe
from torch import nn

HARD_SWISHES = (nn.Hardswish, HardSwish, HardSwishMe)


def replace_hard_swish(network: nn.Module) -> int:
    """Puts nn.ReLU in place of every hard-swish; answers how many there were."""
    replaced = 0
    for name, module in list(network.named_modules()):
        if isinstance(module, HARD_SWISHES):
            parent, _, attribute = name.rpartition(".")
            setattr(network.get_submodule(parent), attribute, nn.ReLU())
            replaced += 1
    return replaced
