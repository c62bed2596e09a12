import torch
from torch import Generator

from minisora.playing.drift import drift, places
from minisora.playing.world import (
    ACTIONS,
    BALL,
    BALL_ON_GOAL,
    GOAL,
    PIXELS,
    PLAYER,
    SIZE,
    WALL,
    WALLS,
    State,
    busy_actions,
    draw,
    looks,
    new_states,
    paint,
    read,
    rollout,
    step,
)


def dice(seed=0):
    return Generator().manual_seed(seed)


def room(player, ball, goal, *walls):
    there = torch.zeros(1, SIZE, SIZE, dtype=torch.bool)
    for row, column in walls:
        there[0, row, column] = True
    return State(torch.tensor([player]), torch.tensor([ball]), torch.tensor([goal]), there)


def after(state, *names):
    return rollout(state, torch.tensor([[ACTIONS.index(name) for name in names]]))[-1]


def test_new_rooms_are_as_they_should_be():
    states = new_states(300, dice())
    cells = looks(states)
    for kind, count in ((PLAYER, 1), (BALL, 1), (GOAL, 1), (WALL, WALLS)):
        assert bool(((cells == kind).sum((1, 2)) == count).all())
    assert bool(((states.ball > 0) & (states.ball < SIZE - 1)).all())


def test_the_player_walks_and_stops_at_walls_and_ends():
    start = room((2, 2), (5, 5), (0, 5), (2, 4))
    assert after(start, "right").player.tolist() == [[2, 3]]
    assert after(start, "right", "right", "right").player.tolist() == [[2, 3]]  # the wall
    assert after(start, *["up"] * 9).player.tolist() == [[0, 2]]
    assert after(start, "stay").player.tolist() == [[2, 2]]


def test_a_ball_is_pushed_unless_something_is_behind_it():
    start = room((2, 1), (2, 2), (5, 5), (2, 4))
    pushed = after(start, "right")
    assert pushed.ball.tolist() == [[2, 3]] and pushed.player.tolist() == [[2, 2]]
    assert after(start, "right", "right").ball.tolist() == [[2, 3]]  # the wall is behind it, and nobody moves
    assert after(start, "right", "right").player.tolist() == [[2, 2]]
    assert after(start, "up").ball.tolist() == [[2, 2]]
    edge = room((0, 1), (0, 0), (5, 5))
    assert after(edge, "left").ball.tolist() == [[0, 0]]


def test_many_rooms_at_once_are_the_rooms_one_by_one():
    states, actions = busy_actions(new_states(20, dice()), 10, dice(1))
    for i in range(20):
        alone = rollout(states[0].rooms(slice(i, i + 1)), actions[i : i + 1])
        assert all(torch.equal(looks(a), looks(b)[i : i + 1]) for a, b in zip(alone, states, strict=True))
    assert states[0].repeated(3).player.tolist()[:3] == [states[0].player[0].tolist()] * 3


def test_busy_players_push():
    states, _ = busy_actions(new_states(200, dice()), 12, dice(1))
    assert float((states[-1].ball != states[0].ball).any(1).float().mean()) > 0.4


def test_what_is_drawn_is_read_back_also_under_noise():
    states, _ = busy_actions(new_states(100, dice()), 8, dice(1))
    for state in states:
        picture = draw(state)
        assert picture.shape == (100, 3, PIXELS, PIXELS) and float(picture.abs().max()) <= 1
        noisy = picture + 0.1 * torch.randn(picture.shape, generator=dice(2))
        assert torch.equal(read(noisy), looks(state))
    assert torch.equal(read(paint(looks(states[0])[:, None])), looks(states[0])[:, None])


def test_who_stands_on_the_goal_hides_it():
    start = room((2, 2), (4, 4), (2, 3))
    assert not bool((looks(after(start, "right")) == GOAL).any())
    assert bool((looks(after(start, "right", "right")) == GOAL).any())
    onto = room((2, 1), (2, 2), (2, 3))
    assert bool((looks(after(onto, "right")) == BALL_ON_GOAL).any())


def test_drift_finds_nothing_in_truth_and_each_fault():
    states, _ = busy_actions(new_states(30, dice()), 5, dice(1))
    pictures = torch.stack([draw(state) for state in states], dim=1)
    found = drift(pictures, states)
    assert all(bool(each.bool().all()) for each in found[:-1]) and float(found.blur.max()) < 1e-6
    wrong = pictures.clone()
    wrong[:, 2] = draw(states[0].rooms(torch.arange(29, -1, -1)))  # another room's picture
    found = drift(wrong, states)
    assert float(found.true[:, 2].float().mean()) < 0.1 and bool(found.true[:, 1].all())
    assert float(drift(pictures * 0.8, states).blur.min()) > 0.05


def test_places_of_what_is_not_there_are_unknown():
    cells = torch.zeros(2, 6, 6, dtype=torch.long)
    cells[0, 2, 5] = BALL
    found = places(cells, BALL, BALL_ON_GOAL)
    assert found[0].tolist() == [2, 5] and bool(found[1].isnan().all())


def test_step_leaves_its_state_alone():
    state = new_states(5, dice())
    before = looks(state).clone()
    step(state, torch.tensor([1, 2, 3, 4, 0]))
    assert torch.equal(looks(state), before)
