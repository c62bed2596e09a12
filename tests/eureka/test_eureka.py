from pathlib import Path

import pytest
import torch
from torch import Generator

from minisora.errors import UserError
from minisora.eureka.evolve import evolve, grammar_writer, rewritten
from minisora.eureka.features import FEATURES, features, score
from minisora.eureka.planner import candidates, imagined, search, truly
from minisora.eureka.program import GRAMMAR, Program, Term, parse, random_program
from minisora.eureka.reflect import reflect, verdict
from minisora.eureka.writer import model_writer, program_in, prompt_for
from minisora.playing.network import FrameTransformer, FrameTransformerConfig
from minisora.playing.world import ACTIONS, SIZE, State, new_states

ANSWER = (Path(__file__).parent / "recorded_answer.txt").read_text("utf-8")  # of a language model, to `prompt_for`


def dice(seed=0):
    return Generator().manual_seed(seed)


def room(player, ball, goal):
    walls = torch.zeros(1, SIZE, SIZE, dtype=torch.bool)
    return State(torch.tensor([player]), torch.tensor([ball]), torch.tensor([goal]), walls)


def played(state, *names):
    return truly(state, torch.tensor([[ACTIONS.index(name) for name in names]]))


def test_features_and_the_score_say_what_happened():
    cells = played(room((2, 0), (2, 1), (2, 4)), "right", "right", "stay")
    seen = features(cells)
    assert set(seen) == set(FEATURES)
    assert seen["distance(ball, goal)"].tolist() == [[3, 2, 1, 1]]
    assert seen["distance(player, ball)"].tolist() == [[1, 1, 1, 1]]
    assert seen["behind(player, ball)"].tolist() == [[1, 1, 1, 1]]
    assert seen["moved(ball)"].tolist() == [[0, 1, 1, 0]] and seen["moved(player)"].tolist() == [[0, 1, 1, 0]]
    assert float(score(cells)) == pytest.approx(2 / 3)
    assert float(score(played(room((2, 2), (2, 3), (2, 4)), "right"))) == 1


def test_a_hidden_goal_is_remembered_and_counts_as_covered():
    cells = played(room((2, 3), (4, 2), (2, 4)), "right", "stay", "left")
    seen = features(cells)
    assert seen["covered(goal)"].tolist() == [[0, 1, 1, 0]]
    assert seen["distance(ball, goal)"].tolist() == [[4, 4, 4, 4]]


def test_programs_are_read_as_they_are_written():
    for seed in range(60):
        program = random_program(dice(seed))
        assert parse(str(program)) == program
    assert parse("near(distance(ball,goal)) - moved(ball)") == Program(
        (Term(1, "near", "distance(ball, goal)"), Term(-1, "plain", "moved(ball)"))
    )


@pytest.mark.parametrize("weight", [1e-5, -1e-5, -4.0, 0.3, 1e20, 100.0])
def test_a_term_is_written_with_its_sign_and_without_an_exponent(weight):
    term = Term(weight, "near", "distance(ball, goal)")
    assert "e" not in str(term).split(" * ")[0] and str(term).startswith("-") == (weight < 0)
    assert parse(str(term)).terms == (term,)
    assert parse(str(Program((term, term)))) == Program((term, term))


def test_the_prompt_shows_terms_as_the_grammar_has_them():
    prompt = prompt_for(parse("-4 * near(moved(ball)) + 2 * moved(ball)"), torch.tensor([[0.4, -0.5], [0.6, 0.9]]))
    assert "* -4 * near(moved(ball)): 40% of the spread, correlation with the task -0.50\n" in prompt
    assert all(line in prompt for line in GRAMMAR.splitlines())


def test_a_writer_that_writes_nothing_is_told():
    with pytest.raises(UserError, match="at least one program"):
        next(evolve(new_states(2, dice()), lambda reward: torch.zeros(2, 3, dtype=torch.long), lambda *_: []))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("2 * far(ball)", "none"),
        ("distance(ball, goal) distance(player, ball)", "must be a term"),
        ("near(distance(ball, goal)", "must be a term"),
        ("import os", "must be a term"),
        (" + ".join(["moved(ball)"] * 13), "12 terms before it"),
        (" + ".join(["moved(ball)"] * 12) + " + rubbish!", "must be a term"),
    ],
)
def test_what_is_no_program_is_refused(text, says):
    with pytest.raises(UserError, match=says):
        parse(text)


def test_forms_of_a_term():
    seen = {"moved(ball)": torch.tensor([[0.0, 1.0, 1.0, 0.0]])}
    assert Term(2, "plain", "moved(ball)").values(seen).tolist() == [[0, 2, 2, 0]]
    assert Term(1, "change", "moved(ball)").values(seen).tolist() == [[0, 1, 0, -1]]
    torch.testing.assert_close(
        Term(1, "near", "moved(ball)").values(seen), torch.exp(-torch.tensor([[0.0, 1.0, 1.0, 0.0]]))
    )


def test_the_search_finds_what_the_reward_likes():
    state = new_states(24, dice())
    plan = search(parse("-1 * distance(player, ball)"), truly, state, frames=8, generator=dice(1))
    assert plan.shape == (24, 8)
    reached = features(truly(state, plan))["distance(player, ball)"][:, -1]
    chance = features(truly(state, candidates(24, 1, 8, dice(2))[:, 0]))["distance(player, ball)"][:, -1]
    assert float(reached.mean()) < 1.5 < float(chance.mean())


def test_a_dream_can_be_planned_in():
    network = FrameTransformer(FrameTransformerConfig(width=32, depth=1, heads=2), generator=dice()).eval()
    world = imagined(network, generator=dice(), steps=1)
    cells = world(new_states(4, dice()), torch.zeros(4, 3, dtype=torch.long))
    assert cells.shape == (4, 4, SIZE, SIZE)


def test_evolution_gets_better_and_never_worse():
    state = new_states(24, dice())
    past = list(
        evolve(
            state,
            lambda reward: search(reward, truly, state, frames=10, generator=dice(1), each=24, rounds=2),
            grammar_writer(dice(2), each=8),
            generations=4,
        )
    )
    scores = [generation.best_score for generation in past]
    assert scores == sorted(scores) and scores[-1] > 0.15
    assert len(past[0].programs) == 8 and past[-1].reflection.shape == (len(past[-1].best.terms), 2)


def test_reflection_is_heeded():
    program = parse("1 * distance(ball, goal) + 0.25 * moved(ball)")
    against = torch.tensor([[0.99, -0.9], [0.01, 0.5]])
    children = [rewritten(program, against, dice(seed)) for seed in range(60)]
    assert any(child.terms[0].weight < 0 for child in children)
    assert all(1 <= len(child.terms) <= 5 for child in children)
    assert any(term.weight == 1.0 and term.feature == "moved(ball)" for child in children for term in child.terms)


def test_reflect_and_verdict():
    scores = torch.tensor([0.0, 1.0, 0.5])
    table = reflect(torch.stack([scores, -3 * scores, torch.ones(3)], dim=1), scores)
    torch.testing.assert_close(table, torch.tensor([[0.25, 1.0], [0.75, -1.0], [0.0, 0.0]]))
    assert verdict(10, 9, 0.5, (2, 0)) == "fine" and verdict(10, 9, 0, (2, 0)) == "the reward is hacked"
    assert verdict(10, 3, 0.5, (2, 0)) == "the model is exploited" and verdict(2, 2, 1, (2, 0)) == "nothing gained"


def test_a_language_model_can_write_the_rewards():
    asked = []

    def model(prompt):
        asked.append(prompt)
        return [ANSWER, "I do not know.", "`moved(ball)`"]

    state = new_states(4, dice())
    past = list(
        evolve(
            state,
            lambda reward: search(reward, truly, state, frames=4, generator=dice(), each=8, rounds=1),
            model_writer(model),
            generations=2,
        )
    )
    assert [str(program) for program in past[0].programs] == [
        "-1 * distance(ball, goal) - 0.3 * distance(player, ball) + 0.2 * behind(player, ball)"
        " + 2 * near(distance(ball, goal))",
        "1 * moved(ball)",
    ]
    assert "best reward so far" not in asked[0] and str(past[0].best) in asked[1] and "correlation" in asked[1]
    assert all(name in prompt_for(None, None) for name in FEATURES)


def test_a_model_without_an_answer_is_told():
    with pytest.raises(UserError, match="none with a reward"):
        model_writer(lambda prompt: ["sorry"])(None, None)
    assert program_in("nothing here") is None
