"""The network: built by timm's name, with our weights, our padding and our normalisation."""
