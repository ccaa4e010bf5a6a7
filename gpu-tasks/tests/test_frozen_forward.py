"""Answers of a frozen network: the network's own, at any batch size, and as it was when asked."""

import timm
import torch
from torch import nn

from decant_tasks.export.frozen_forward import frozen_forward
from decant_tasks.model.static_padding import set_static_padding


def _network() -> nn.Module:
    torch.manual_seed(0)
    network = timm.create_model("tf_efficientnet_lite0", num_classes=7)
    return set_static_padding(network, 64).to(memory_format=torch.channels_last)


def test_it_answers_as_the_network_does_in_evaluation_for_any_number_of_images():
    network, generator = _network().train(), torch.Generator().manual_seed(1)
    forward = frozen_forward(network, 64)
    for count in (1, 5):
        images = torch.randn(count, 3, 64, 64, generator=generator)
        with torch.no_grad():
            expected = network.eval()(images)
        found = forward(images.to(memory_format=torch.channels_last))
        assert found.shape == (count, 7)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_what_the_network_learns_later_does_not_show_and_its_mode_stays():
    network = _network().train()
    forward, images = frozen_forward(network, 64), torch.ones(2, 3, 64, 64)
    before = forward(images)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1.5)
    assert torch.equal(forward(images), before)
    assert network.training


def test_the_same_images_get_the_same_answers_bit_for_bit():
    images = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    first, second = (frozen_forward(_network(), 64)(images) for _ in range(2))
    assert torch.equal(first, second)
