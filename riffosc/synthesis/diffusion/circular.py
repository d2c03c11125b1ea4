"""Circular in time: the last column of a picture is the neighbour of its first. Treble never wraps into bass."""

import torch
from diffusers.models.downsampling import Downsample2D
from torch import Tensor, nn
from torch.nn import functional

COLUMNS = 64  # eight columns a latent, and three halvings of latents in the denoiser: widths are multiples of this
WIDTH = 512  # columns in a picture of Riffusion's, and in a window on a longer one
WIDEST = 640  # up to here a picture is seen as a whole


class CircularConv2d(nn.Conv2d):
    """A convolution whose padding wraps around along the width and is zero, as ever, along the height."""

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        assert not isinstance(self.padding, str)
        height, width = self.padding
        # As functional.pad does, which puts channels first again: on a GPU each convolution would turn them back.
        wrapped = torch.cat([input[..., -width:], input, input[..., :width]], dim=-1)
        return functional.conv2d(wrapped, weight, bias, self.stride, (height, 0), self.dilation, self.groups)


class CircularDownsample2D(Downsample2D):  # type: ignore[misc]
    """The autoencoder's: it pads on the right and below only, before a convolution that pads nothing."""

    def forward(self, hidden_states: Tensor, *_: object, **__: object) -> Tensor:
        wrapped = torch.cat([hidden_states, hidden_states[..., :1]], dim=-1)
        halved: Tensor = self.conv(functional.pad(wrapped, (0, 0, 0, 1)))
        return halved


def make_circular(module: nn.Module) -> None:
    """All convolutions of a denoiser or an autoencoder; weights and their names stay as they are."""
    for part in module.modules():
        if type(part) is Downsample2D and part.use_conv and part.padding == 0:
            part.__class__ = CircularDownsample2D
        elif type(part) is nn.Conv2d and not isinstance(part.padding, str) and part.padding[1]:
            part.__class__ = CircularConv2d


def circular_columns(seconds: float, step_s: float = 0.01) -> int:
    """The legal width nearest to so many seconds."""
    return COLUMNS * max(1, round(seconds / step_s / COLUMNS))
