import pytest
import torch

from minisora.diffusion import COSINE, EDM, STRAIGHT
from minisora.diffusion.precondition import edm_coefficients, edm_weight, preconditioned


def test_the_network_sees_and_is_asked_for_numbers_of_size_one():
    sigma, data = torch.tensor([0.002, 0.1, 1.0, 80.0], dtype=torch.float64), 0.5
    skip, out, scale, noise = edm_coefficients(sigma, data)
    assert torch.allclose(scale**2 * (sigma**2 + data**2), torch.ones(4, dtype=torch.float64))
    asked = ((1 - skip) ** 2 * data**2 + skip**2 * sigma**2) / out**2
    assert torch.allclose(asked, torch.ones(4, dtype=torch.float64))
    assert torch.allclose(edm_weight(sigma, data) * out**2, torch.ones(4, dtype=torch.float64))
    assert torch.allclose(noise, sigma.log() / 4)


def test_on_edms_path_it_is_edms_denoiser():
    data, t = 0.5, torch.tensor([0.001, 0.01, 0.3]).view(3, 1)
    sigma = EDM.sigma(t)
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)) * sigma

    def network(x, t):
        return x.sin()

    velocity = preconditioned(network, data=data, path=EDM)(x, t)
    skip, out, scale, _ = edm_coefficients(sigma, data)
    assert torch.allclose(EDM.to_x0(velocity, x, t), skip * x - out * network(scale * x, t), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("path", [STRAIGHT, COSINE])
def test_what_is_left_for_the_network_has_size_one(path):
    dice = torch.Generator().manual_seed(0)
    x0 = 0.7 * torch.randn(200_000, 1, generator=dice)
    noise = torch.randn(200_000, 1, generator=dice)
    for t in (torch.tensor(0.05), torch.tensor(0.5), torch.tensor(0.95)):
        x, seen = path.add_noise(x0, noise, t), []
        skip = preconditioned(lambda x, t, seen=seen: seen.append(x) or torch.zeros_like(x), data=0.7, path=path)(x, t)
        unit = preconditioned(lambda x, t: torch.ones_like(x), data=0.7, path=path)(x, t) - skip
        asked = (path.velocity(x0, noise, t) - skip) / unit
        assert float(seen[0].std()) == pytest.approx(1, abs=0.02)
        assert float(asked.std()) == pytest.approx(1, abs=0.02)
        assert abs(float((asked * x).mean())) < 0.02  # nothing of it can be read off x by a multiple
