"""Robots: the expert is right, imitation and practice learn, and success is counted in the true world."""

import pytest
import torch

from minisora.checkpoint import shipped_folder
from minisora.errors import UserError
from minisora.playing.world import ACTIONS, draw, new_states, rollout, step
from minisora.robots import Policy, PolicyConfig, arrives, load_policy, succeeds
from minisora.robots.clone import clone, cloning_loss, demonstrations, solvable, turned
from minisora.robots.expert import FAR, best_actions, distances, steps_left
from minisora.robots.practice import ARRIVED, Truth, advantages, play, practise

LADDER = shipped_folder().parent / "ladder"
SMALL = PolicyConfig(width=8, depth=1)


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def rooms():
    return solvable(24, dice(5), within=12)


def test_the_expert_arrives_in_as_many_steps_as_it_said(rooms):
    state, steps = rooms
    left = steps_left(state, steps)
    for _ in range(12):
        state = step(state, best_actions(state, steps))
        now = steps_left(state, steps)
        assert (now == (left - 1).clamp(min=0)).all()
        left = now
    assert (state.ball == state.goal).all()


def test_no_random_way_is_shorter(rooms):
    state, steps = rooms
    many = state.repeated(200)
    actions = torch.randint(len(ACTIONS), (len(many), 8), generator=dice(1))
    for taken, now in enumerate(rollout(many, actions)):
        there = (now.ball == now.goal).all(1)
        assert (steps_left(state, steps).repeat_interleave(200)[there] <= taken).all()


def test_a_ball_that_no_way_leads_to_is_far():
    state = new_states(40, dice(2))
    walled = state.walls.clone()
    walled[:] = True
    state = type(state)(state.player, state.ball, state.goal, walled)
    assert (steps_left(state, distances(state)) == FAR).all()


def test_a_mirrored_room_goes_on_like_the_mirrored_action():
    state = new_states(64, dice(3))
    actions = torch.randint(len(ACTIONS), (64,), generator=dice(4))
    after = draw(step(state, actions))
    generator = dice(5)
    pictures, told = turned(draw(state), actions, generator)
    following, _ = turned(after, actions, dice(5))
    player = draw(state)[0].new_tensor([-0.7, 0.6, 1.0])[:, None, None]

    def where(picture):
        cells = (picture[:, 1::3, 1::3] - player).square().sum(0)
        return divmod(int(cells.argmin()), 6)

    moves = {"stay": (0, 0), "up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
    for before, later, action in zip(pictures, following, told.tolist(), strict=True):
        (r, c), (r2, c2) = where(before), where(later)
        assert (r2 - r, c2 - c) in ((0, 0), moves[ACTIONS[action]])


def test_imitation_and_practice_learn():
    pictures, actions = demonstrations(12, dice(6), within=12)
    policy = Policy(SMALL, generator=dice())
    before = float(cloning_loss(policy, pictures, actions).detach())
    clone(policy, pictures, actions, steps=60, generator=dice(7))
    assert float(cloning_loss(policy, pictures, actions).detach()) < 0.9 * before
    old = [each.clone() for each in policy.parameters()]
    seen = []
    practise(policy, Truth, lambda n: new_states(n, dice(8)), rounds=2, frames=4, generator=dice(9), each=8,
             watch=lambda *row: seen.append(row))  # fmt: skip
    assert [row[0] for row in seen] == [1, 2]
    assert any(not torch.equal(a, b) for a, b in zip(old, policy.parameters(), strict=True))


def test_an_episode_earns_what_it_should(rooms):
    state, _ = rooms
    episode = play(Policy(SMALL, generator=dice()), Truth, state, frames=6, generator=dice(1))
    arrived = arrives(state, episode.actions)
    assert torch.equal(episode.arrived, arrived)
    assert (episode.rewards[~episode.alive] == 0).all()
    assert ((episode.rewards >= ARRIVED - 1).any(1) == arrived).all()


def test_advantages_are_0_on_average_among_those_alive():
    rewards, alive = torch.randn(6, 5, generator=dice()), torch.rand(6, 5, generator=dice(1)) < 0.7
    found = advantages(rewards, alive)
    assert torch.allclose(found.sum(0), torch.zeros(5), atol=1e-5) and (found[~alive] == 0).all()


def test_the_shipped_policies_are_better_than_chance_in_truth():
    state, _ = solvable(40, dice(90), within=24)
    chance = arrives(state, torch.randint(len(ACTIONS), (40, 24), generator=dice(1)))
    policy = load_policy(LADDER / "robots-dream.safetensors")
    assert succeeds(policy, state, frames=24).sum() > 2 * chance.sum()


def test_another_file_is_refused():
    with pytest.raises(UserError):
        load_policy(LADDER / "play-clean.safetensors")


def test_where_nobody_is_alive_any_more_there_is_no_advantage():
    alive = torch.tensor([[True, True, False], [True, False, False]])
    assert bool((advantages(torch.ones(2, 3), alive)[:, 2] == 0).all())
