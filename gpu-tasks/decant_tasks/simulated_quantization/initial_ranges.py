"""Where learned ranges start: of a tensor's values over some images, the range of least squared error.

Shrunk from both ends alike, as squaredError of core/quantization/observer.ts tries it.
"""

from collections.abc import Iterable

import torch

from decant_tasks.simulated_quantization.arithmetic import activation_affine, fake_quantize_activation
from decant_tasks.simulated_quantization.network import SimulatedNetwork

_SHRINKING = [1 - 0.04 * step for step in range(18)]
# Of each batch's tensor; more values move the best range by less than one try.
_VALUES_MAX = 2**15


@torch.no_grad()
def set_initial_ranges(network: SimulatedNetwork, batches: Iterable[torch.Tensor]) -> None:
    """Looks at normalised images [N,3,H,W]; the network's ranges are set in place."""
    seen: dict[str, list[torch.Tensor]] = {name: [] for name in network.range_names}
    was_training, was_rounding = network.training, network.rounding
    network.eval().rounding = False
    for images in batches:
        values = network.values_of(images)
        for name, parts in seen.items():
            flat = values[name].flatten()
            stride = max(1, len(flat) // _VALUES_MAX)
            parts += [flat[::stride], torch.stack([flat.min(), flat.max()])]
    network.train(was_training).rounding = was_rounding
    for name, parts in seen.items():
        network.range_of(name).set_start(*_best_range(torch.cat(parts)))


def _best_range(values: torch.Tensor) -> tuple[float, float]:
    low, high = min(0.0, values.min().item()), max(0.0, values.max().item())

    def loss(factor: float) -> float:
        rounded = fake_quantize_activation(values, *activation_affine(low * factor, high * factor))
        return (rounded - values).square().sum().item()

    factor = min(_SHRINKING, key=loss)
    return low * factor, high * factor
