import pytest
import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.model import DiT, DiTConfig, TextTokens, coordinates, patchify

IDS = torch.tensor([[1, 5, 6, 7, 3], [1, 8, 9, 0, 0], [1, 0, 0, 0, 0]])


def inputs(rows: int = 3, t: int = 3, h: int = 4, w: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens, their times (one a clip), coordinates."""
    generator = torch.Generator().manual_seed(1)
    tokens = patchify(torch.randn(rows, 3, t, h, w, generator=generator))
    return tokens, torch.rand(rows, 1, generator=generator), coordinates(t, h, w, 0.5)


def run(model: DiT, tokens: Tensor, time: Tensor, coords: Tensor, ids: Tensor = IDS) -> Tensor:
    return model(tokens, time, model.prepare(coords, model.encode_text(ids)))


def test_the_velocity_is_exactly_zero_at_first(config):
    torch.manual_seed(0)
    tokens, time, coords = inputs()
    assert not run(DiT(config), tokens, time, coords).any()


@pytest.mark.parametrize(("t", "h", "w"), [(1, 2, 2), (1, 4, 4), (5, 8, 8), (9, 4, 10)])
def test_any_size_and_duration(model, t, h, w):
    tokens, time, coords = inputs(3, t, h, w)
    velocity = run(model, tokens, time, coords)
    assert velocity.shape == tokens.shape and velocity.isfinite().all()


def test_everything_that_goes_in_matters(model):
    tokens, time, coords = inputs()
    base = run(model, tokens, time, coords)
    others = [
        run(model, tokens.roll(1, 1), time, coords),
        run(model, tokens, 1 - time, coords),
        run(model, tokens, time, coords * 2),
        run(model, tokens, time, coords, IDS.roll(1, 0)),
    ]
    assert all((base - other).abs().mean() > 0.01 for other in others)


def test_every_parameter_learns(config):
    torch.manual_seed(0)
    model = DiT(config)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    tokens, time, coords = inputs()
    target = torch.randn_like(tokens)
    for _ in range(3):  # first the last layer wakes, then the gates, then all that is behind them
        optimizer.zero_grad()
        (run(model, tokens, time, coords) - target).square().mean().backward()
        optimizer.step()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_a_batch_equals_its_rows_alone_without_text_padding(model):
    tokens, time, coords = inputs()
    together = run(model, tokens, time, coords)
    for row, words in enumerate((5, 3, 1)):
        alone = run(model, tokens[row : row + 1], time[row : row + 1], coords, IDS[row : row + 1, :words])
        assert torch.allclose(together[row], alone[0], atol=1e-5)


def clips() -> list[tuple[Tensor, Tensor, Tensor]]:
    """Three clips of different sizes, each one row."""
    return [inputs(1, *shape) for shape in ((3, 4, 6), (1, 4, 4), (2, 2, 8))]


def alone(model: DiT) -> list[Tensor]:
    return [
        run(model, *clip, IDS[row : row + 1, :words])
        for row, (clip, words) in enumerate(zip(clips(), (5, 3, 1), strict=True))
    ]


def test_padded_tokens_change_nothing(model):
    longest = max(tokens.shape[1] for tokens, _, _ in clips())
    tokens, coords = torch.full((3, longest, 12), 7.0), torch.full((3, longest, 3), 9.0)
    segments, time = torch.full((3, longest), -1), torch.zeros(3, 1)
    for row, (x, t, where) in enumerate(clips()):
        tokens[row, : x.shape[1]], coords[row, : x.shape[1]] = x[0], where
        segments[row, : x.shape[1]], time[row] = 0, t
    velocity = model(tokens, time, model.prepare(coords, model.encode_text(IDS), segments))
    for row, expected in enumerate(alone(model)):
        assert torch.allclose(velocity[row, : expected.shape[1]], expected[0], atol=1e-5)


def test_clips_packed_into_one_row_do_not_see_each_other(model):
    tokens = torch.cat([x for x, _, _ in clips()], dim=1)
    time = torch.cat([t.expand(1, x.shape[1]) for x, t, _ in clips()], dim=1)
    coords = torch.cat([where for _, _, where in clips()])[None]
    segments = torch.cat([torch.full((1, x.shape[1]), number) for number, (x, _, _) in enumerate(clips())], dim=1)
    texts = model.encode_text(IDS)
    text = TextTokens(texts.tokens.flatten(0, 1)[None], texts.mask.flatten()[None])
    words = torch.arange(3)[:, None].expand(3, 5).reshape(1, 15)
    velocity = model(tokens, time, model.prepare(coords, text, segments, words))
    assert torch.allclose(velocity, torch.cat(alone(model), dim=1), atol=1e-5)


def test_nothing_padded_builds_no_mask(model):
    _, _, coords = inputs()
    assert model.prepare(coords, model.encode_text(IDS[:1])).mask is None
    assert model.prepare(coords, model.encode_text(IDS)).mask is not None


def test_the_order_of_tokens_does_not_matter_where_their_coordinates_move_along(model):
    tokens, _, coords = inputs()
    time = torch.rand(3, tokens.shape[1])
    order = torch.randperm(tokens.shape[1])
    there = run(model, tokens, time, coords)[:, order]
    assert torch.allclose(run(model, tokens[:, order], time[:, order], coords[order]), there, atol=1e-5)


def test_one_time_a_clip_is_that_time_for_all_its_tokens(model):
    tokens, time, coords = inputs()
    per_token = time.expand(-1, tokens.shape[1])
    assert torch.allclose(run(model, tokens, time, coords), run(model, tokens, per_token, coords), atol=1e-6)


def test_each_token_has_its_own_time(model):
    tokens, time, coords = inputs()
    given = time.repeat(1, tokens.shape[1])
    given[:, :6] = 0
    base, velocity = run(model, tokens, time, coords), run(model, tokens, given, coords)
    assert (base - velocity)[:, :6].abs().mean() > 0.01, "a given token is treated as a noisy one"
    assert (base - velocity)[:, 6:].abs().mean() > 1e-4, "noisy tokens do not see that others are given"
    clean = run(model, tokens, torch.zeros_like(time), coords)
    given[:, :] = 0
    assert torch.allclose(run(model, tokens, given, coords), clean, atol=1e-6)


def test_a_later_start_changes_nothing_but_the_distance_to_the_words(model):
    tokens, time, coords = inputs()
    segments, nowhere = torch.zeros(3, tokens.shape[1], dtype=torch.long), torch.full_like(IDS, 5)
    text = model.encode_text(IDS)
    first = model(tokens, time, model.prepare(coords, text, segments, nowhere))
    later = model(tokens, time, model.prepare(coords + torch.tensor([7.5, 2, -3]), text, segments, nowhere))
    assert torch.allclose(first, later, atol=1e-4)


def test_the_hidden_matrices_are_the_blocks_weights(model, config):
    matrices = model.hidden_matrices()
    assert len(matrices) == 4 * (config.depth + config.text_depth)
    assert all(matrix.ndim == 2 and min(matrix.shape) >= 32 for matrix in matrices)
    assert len({id(matrix) for matrix in matrices}) == len(matrices)
    rest = {name for name, p in model.named_parameters() if all(p is not matrix for matrix in matrices)}
    assert {"patch_in.weight", "patch_out.weight", "text.embedding.weight", "modulation.weight"} <= rest


def test_widths_that_heads_cannot_share_are_refused():
    sizes = {"channels": 4, "depth": 1, "text_width": 32, "text_depth": 1, "vocabulary": 9}
    with pytest.raises(UserError, match=r"width 50 with heads 4.*try width 256"):
        DiTConfig(width=50, heads=4, **sizes)
    with pytest.raises(UserError, match="width 16 with heads 4"):
        DiTConfig(width=16, heads=4, **sizes)


def test_every_tensor_is_made_where_the_model_is(model):
    tokens, time, coords = inputs()
    segments = torch.zeros(3, tokens.shape[1], dtype=torch.long)
    expected = run(model, tokens, time, coords)
    with torch.device("meta"):  # a tensor made without saying where would land here, and meet those on the CPU
        text = model.encode_text(IDS)
        assert torch.equal(model(tokens, time, model.prepare(coords, text)), expected)
        assert torch.allclose(model(tokens, time, model.prepare(coords, text, segments)), expected, atol=1e-5)


def test_the_same_generator_makes_the_same_weights(config):
    first, second = (DiT(config, generator=torch.Generator().manual_seed(3)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_half_precision_runs(model):
    tokens, time, coords = inputs()
    expected = run(model, tokens, time, coords)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = run(model, tokens, time, coords)
    half = run(model.bfloat16(), tokens.bfloat16(), time, coords)
    assert half.dtype == torch.bfloat16
    for velocity in (mixed, half):
        assert (velocity.float() - expected).abs().mean() < 0.05 * expected.abs().mean()
