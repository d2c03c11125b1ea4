"""Pictures to latents and back in closed form: principal components of short runs of columns.

A patch is `patch` columns of all bins, so a token is a sixteenth of a beat (64 columns a beat, 4 columns a
patch). On two processor cores this beat every convolutional autoencoder there was time to train, and decoding
costs one matrix product.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Autoencoder(nn.Module):
    """Orthonormal components, scaled by the square root of their deviation: halfway to whitened."""

    mean: Tensor
    components: Tensor
    scale: Tensor

    def __init__(self, bins: int, patch: int, dims: int) -> None:
        super().__init__()
        self.bins, self.patch, self.dims = bins, patch, dims
        self.register_buffer("mean", torch.zeros(patch * bins))
        self.register_buffer("components", torch.zeros(patch * bins, dims))  # a component a column
        self.register_buffer("scale", torch.ones(dims))  # latents are projections over this

    def encode(self, values: Tensor) -> Tensor:
        """(channels, columns, bins), 0 silent to 1 loud, to (tokens, dims); channels are averaged."""
        patches = values.mean(0).reshape(-1, self.patch * self.bins)
        return (patches - self.mean) @ self.components / self.scale

    def decode(self, latents: Tensor) -> Tensor:
        """(tokens, dims) to (1, columns, bins), 0..1."""
        patches = latents * self.scale @ self.components.T + self.mean
        return patches.reshape(1, -1, self.bins).clamp(0, 1)

    def at_level(self, change: Tensor, clip: Tensor) -> Tensor:
        """A change of a clip's latents, all (tokens, dims), without what makes its picture darker or lighter."""
        picture = clip + self.mean @ self.components / self.scale  # from silence
        weighed = picture * self.scale**2  # components are orthonormal: products of these are those of pictures
        share = (change * weighed).sum() / (picture * weighed).sum().clamp(min=1e-6)
        return change - share * picture

    def keeper(self, mask: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
        """What a mask over values (columns, bins), 1 painted and 0 kept, is to latents: of two, one by both.

        Latents are straight projections, so that bands within a token can be told apart: what the first is more than
        the second is drawn, cut out where it is kept, and projected back.
        """
        kept = 1 - mask.reshape(-1, self.patch * self.bins)

        def keep(first: Tensor, second: Tensor) -> Tensor:
            more = (first - second) * self.scale @ self.components.T
            return second + (more * kept) @ self.components / self.scale

        return keep


class Moments:
    """Sum and products of patches, gathered a picture at a time: what principal components are made of."""

    def __init__(self, size: int) -> None:
        self.count = 0
        self.total = torch.zeros(size, dtype=torch.float64)
        self.products = torch.zeros(size, size)

    def add(self, patches: Tensor) -> None:
        """(patches, size); half is taken off so that the products stay exact enough in float32."""
        near = patches - 0.5
        self.count += len(near)
        self.total += near.double().sum(0)
        self.products.addmm_(near.T, near)

    def components(self, dims: int) -> tuple[Tensor, Tensor, Tensor]:
        """Mean (size,), components (size, dims), deviations (dims,), largest first."""
        mean = self.total / self.count
        covariance = self.products.double() / self.count - torch.outer(mean, mean)
        variances, vectors = torch.linalg.eigh(covariance)
        first = torch.arange(len(mean) - 1, len(mean) - 1 - dims, -1)
        deviations = variances[first].clamp(min=1e-12).sqrt()
        return (mean + 0.5).float(), vectors[:, first].float(), deviations.float()


def fitted(moments: Moments, bins: int, patch: int, dims: int) -> tuple[Autoencoder, Tensor]:
    """The autoencoder of these moments, and the deviation of each latent: (dims,), mean square 1."""
    autoencoder = Autoencoder(bins, patch, dims)
    mean, components, deviations = moments.components(dims)
    unit = deviations.mean().sqrt()  # the mean square of latents scaled by the root of their deviation
    autoencoder.mean.copy_(mean)
    autoencoder.components.copy_(components)
    autoencoder.scale.copy_(deviations.sqrt() * unit)
    return autoencoder, deviations.sqrt() / unit
