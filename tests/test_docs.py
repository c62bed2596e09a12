"""What the documents say holds: links, points, terms, and every formula of the cheatsheet."""

from __future__ import annotations

import ast
import json
import math
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from minisora import diffusion, model
from minisora.codec import Codec, CodecConfig
from minisora.codec.causal import CausalConv3d
from minisora.codec.losses import kl_divergence
from minisora.course.exercises import chapter_exercises, chapters, find_exercise
from minisora.diffusion.gaussian import GaussianWorld
from minisora.evaluation.metrics import psnr
from minisora.evaluation.suite import MODEL, Row, Score
from minisora.evaluation.table import markdown_table, summary_table
from minisora.model import attention, blocks, flops, rope
from minisora.model.captioner import next_word
from minisora.presets import MICRO
from minisora.sound.wave import RATE, Voice, decaying_sine
from minisora.training import ema, optim
from minisora.video import to_uint8
from minisora.worlds.vocabulary import WORDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "experiments" / "README.md"]
PAGES += sorted((ROOT / "docs").glob("*.md"))
#: Functions of the cheatsheet that the package does not have.
EXERCISES = (
    "block_flops",
    "packing_mask",
    "to_blocks",
    "state_bytes",
    "roofline",
    "half_network",
    "sampling_flops",
    "believed",
)
SOURCES = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.py"))


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for link in links:
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), f"{link} is nowhere"
        if anchor:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}, link


def test_scores_are_those_of_the_shipped_weights_and_in_the_documents() -> None:
    scores = json.loads(read("data", "scores.json"))
    cards = [path for path in (ROOT / "data" / "checkpoints").glob("*.json") if path.stem != "watermark"]
    assert scores["weights"] == {
        card.stem: json.loads(card.read_text("utf-8"))["sha256"] for card in cards if card.stem != "watermark"
    }
    table = [Row.from_dict(row) for row in scores["rows"]]
    assert summary_table(table) in read("README.md")
    assert markdown_table(table) in read("docs", "results.md")


def test_scores_of_few_steps_are_those_of_the_student_and_in_the_readme() -> None:
    """And in no suite does the default do better than chance explains."""
    few, usual = json.loads(read("data", "scores-few.json")), json.loads(read("data", "scores.json"))
    student = (ROOT / "data" / "checkpoints" / "student").glob("*.json")
    own = {card.stem: json.loads(card.read_text("utf-8"))["sha256"] for card in student}
    assert few["weights"] == usual["weights"] | own

    def scores_of(scores: dict[str, Any]) -> list[Score]:
        return [Row.from_dict(row).scores["everything"] for row in scores["rows"] if row["source"] == MODEL]

    assert all(a.high >= b.low for a, b in zip(scores_of(few), scores_of(usual), strict=True))
    a, b, c, d = (round(100 * each.right / each.of) for each in scores_of(few))
    assert f"with `--steps 4` {a}, {b}, {c} and {d}" in read("README.md")


@pytest.mark.parametrize("page", ["README.md", "docs/teaching.md", "docs/answers.md"])
def test_every_chapter_is_mentioned(page: str) -> None:
    text = read(page)
    for source in SOURCES:
        title = source.read_text(encoding="utf-8").splitlines()[1].removeprefix("# # ").replace(" · ", " ")
        number, name = title.split(" ", 1)
        assert re.search(rf"{number}\b.*{re.escape(name)}", text), f"{title} is missing"


def test_the_table_of_points_is_that_of_the_exercises() -> None:
    rows = dict(re.findall(r"^\| (\d\d) [^|]+\| (.+) \| \d+ \|$", read("docs/teaching.md"), flags=re.MULTILINE))
    sums = dict(re.findall(r"^\| (\d\d) .+ \| (\d+) \|$", read("docs/teaching.md"), flags=re.MULTILINE))
    for number in chapters():
        expected = {exercise.name: exercise.points for exercise in chapter_exercises(number)}
        assert {name: int(points) for name, points in re.findall(r"`(\w+)` (\d+)", rows[number])} == expected
        assert int(sums[number]) == sum(expected.values())


# --- Glossary ---


def entries() -> list[tuple[str, str, str]]:
    """Term, what stands behind it in brackets, and the rest of each entry."""
    return re.findall(r"^- \*\*(.+?)\*\*( \([^:]*\))?: (.+)$", read("docs/glossary.md"), flags=re.MULTILINE)


def test_the_glossary_is_sorted_and_says_everything_once() -> None:
    keys = [(term.casefold(), also.strip(" ()").casefold()) for term, also, _ in entries()]
    assert len(keys) > 100
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert all(re.search(r"\S\. \[\d\d\]\(", rest) for _, _, rest in entries())


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_glossary_has_the_words_of_the_chapter(source: Path) -> None:
    page = source.read_text(encoding="utf-8").split("# ## Five words\n")[1].split("# ## ")[0]
    heads = re.findall(r"^# - (\*\*.+?\*\*[^:]*):", page, flags=re.MULTILINE)
    assert len(heads) == 5
    terms = [term for head in heads for bold in re.findall(r"\*\*(.+?)\*\*", head) for term in bold.split(", ")]
    known = {term.casefold(): rest for term, _, rest in entries()}
    for term in terms:
        assert term.casefold() in known, f"{term!r} is not in docs/glossary.md"
        first = re.search(r"\[(\d\d)\]", known[term.casefold()])
        assert first and first[1] <= source.name[:2], (
            f"{term!r} is said to be introduced after chapter {source.name[:2]}"
        )


# --- Cheatsheet ---


def rows(page: str) -> list[tuple[str, str]]:
    """Line of code and expression of the package (or nothing) of each row of its tables of formulas."""
    found = []
    for table in re.findall(r"^\| formula \|.*\n\|---.*\n((?:\|.*\n)+)", page, flags=re.MULTILINE):
        for row in table.splitlines():
            cells = [cell.strip(" `") for cell in row.strip("|").split(" | ")]
            found.append((cells[1], cells[2].strip("| `") if len(cells) > 2 else ""))
    return found


def world() -> dict[str, Any]:
    """The names that the cheatsheet uses."""

    def dice() -> torch.Generator:
        return torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    generator = torch.Generator().manual_seed(1)
    names: dict[str, Any] = {}
    for module in (diffusion, model, attention, blocks, rope, ema, optim):
        names |= {name: value for name, value in vars(module).items() if not name.startswith("_")}
    names |= {name: find_exercise(name).reference for name in EXERCISES}
    names |= {"torch": torch, "math": math, "F": F, "rearrange": rearrange, "pairwise": pairwise, "dice": dice}
    names |= {"to_uint8": lambda clip: torch.from_numpy(to_uint8(clip)), "psnr": psnr, "kl_divergence": kl_divergence}
    names |= {"GaussianWorld": GaussianWorld, "Codec": Codec, "CausalConv3d": CausalConv3d, "WORDS": WORDS}

    # clips, codec and patches
    codec = Codec(CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=1))
    codec.latent_mean.copy_(random(4))
    codec.latent_std.fill_(3.0)
    names |= {"clip": random(3, 2, 4, 6).clamp(-1, 1), "video": random(1, 3, 5, 8, 16), "again": random(1, 3, 5, 8, 16)}
    names |= {"latents": random(2, 4, 3, 4, 6), "rows": 4, "n": 12, "width": 24, "heads": 2, "ratio": 3}
    names |= {"segments": torch.tensor([[0, 0, 1, -1]]), "codec": codec, "z": random(2, 4, 3, 2, 2)}
    names |= {"conv": CausalConv3d(2, 3, (3, 3, 3)), "y": random(1, 4, 5, 6, 2), "cache": random(1, 2, 5, 6, 2)}
    names |= {"mean": random(2, 5), "logvar": random(2, 5)}

    # noise, loss and sampling
    x0, noise, t = random(2, 3, 4, 2, 2), random(2, 3, 4, 2, 2), torch.tensor([0.6, 0.8]).view(2, 1, 1, 1, 1)
    better, worse = (lambda x, t: x * t - 1), (lambda x, t: t - x**2 / 4)
    s = t / 2
    names |= {
        "path": diffusion.COSINE,
        "x0": x0,
        "noise": noise,
        "t": t,
        "s": s,
        "h": s - t,
        "x": random(2, 3, 4, 2, 2),
    }
    names |= {"velocity": better, "v": better(names["x"], t), "betas": torch.linspace(0.01, 0.2, 20), "shift": 3.0}
    names |= {"mean_t": 0.8, "std_t": 1.4, "t0": torch.tensor(0.3), "c": torch.tensor([0.5, 1.0, 2.0]), "eta": 0.7}
    names |= {"free": torch.tensor([0.0, 1, 1, 1]).view(1, 1, 4, 1, 1), "v_before": random(2, 3, 4, 2, 2)}
    names |= {"h_before": torch.full_like(t, -0.1), "first": random(2, 3, 1, 2, 2)}
    names |= {"fresh": torch.randn(x0.shape, generator=dice())}
    names |= {"last": random(2, 3, 1, 2, 2), "hole": torch.rand(2, 1, 4, 2, 2), "behind": random(1, 3, 1, 8, 16)}
    names |= {"times": torch.linspace(1, 0, 9), "strength": 0.7}

    names |= {"usual": 80, "coords": random(6, 3), "factors": (2.0, 1.5, 1.5)}
    names |= {name: find_exercise(name).reference for name in ("times_for", "stretch")}

    sigma = torch.tensor(1.5)
    names |= {"u": lambda x, t, s: better(x, t) + s, "s2": 2 * s - t, "sigma": sigma, "data": torch.tensor(0.5)}
    names |= {name: find_exercise(name).reference for name in ("halving_target", "edm_coefficients")}

    # transformer
    names |= {name: random(2, 2, 5, 12) for name in ("query", "key", "value")}
    names |= {
        "tokens": random(2, 5, 24),
        "gain": torch.tensor(1.5),
        "place": torch.rand(2, 5),
        "turned": random(2, 5, 2, 12),
    }
    names |= {"wavelengths": torch.logspace(2, 7, 6, base=2), "level": torch.tensor([[0, 1, 1, 0, 1]] * 2)}
    names |= {"rope": rope.rope_table(random(2, 5, 3), 12, rope.VIDEO_AXES), "modulation": random(2, 6 * 24)}
    shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = F.embedding(names["level"], names["modulation"]).chunk(6, -1)
    names |= {"shift_a": shift_a, "scale_a": scale_a, "gate_a": gate_a}
    names |= {"shift_m": shift_m, "scale_m": scale_m, "gate_m": gate_m, "block": blocks.DiTBlock(24, 2)}

    # words and guidance
    def both(x: Tensor, t: Tensor) -> Tensor:
        return torch.cat([better(x[:2], t[:2]), worse(x[2:], t[2:])])

    names |= {"caption": "a red circle moves right", "conditional": better, "both": both, "scale": 3.0}
    names |= {"ids": torch.tensor([[1, 4, 5, 6], [1, 7, 0, 0]]), "next_word": next_word, "k": 8, "p": 0.2}
    names |= {"low": 0.1, "high": 0.7, "early": better, "late": worse, "hand_over": 0.7}

    # training and speed
    names |= {"step": 30, "warm_up": 100, "progress": 0.9, "decay": 0.35, "average": random(5), "weights": random(5)}
    names |= {"X": F.normalize(random(2, 12), dim=1).view(2, 3, 4), "numbers": 1000, "muon": 900, "flops": flops.flops}
    names |= {"a": random(9, 1), "b": random(7, 1), "wins": 9}
    names |= {"found": random(4, 6, 2), "places": random(4, 6, 2)}
    names |= {name: find_exercise(name).reference for name in ("frechet_distance", "sign_test", "velocity_error")}
    names |= {"since": torch.arange(100) / RATE, "frequency": 640.0, "Voice": Voice, "decaying_sine": decaying_sine}
    names |= {"work": 3.0, "peak": 2.0, "traffic": 5.0, "bandwidth": 4.0, "steps": 20, "config": MICRO.dit}
    return names


@torch.no_grad()
def test_the_cheatsheet_is_the_package() -> None:
    names, compared = world(), 0
    for line, package in rows(read("docs/cheatsheet.md")):
        if isinstance(ast.parse(line).body[0], ast.Assign):
            exec(line, names)
            continue
        mine = torch.as_tensor(eval(line, names))
        assert package, f"{line} stands beside nothing of the package"
        theirs = torch.as_tensor(eval(package, names))
        assert torch.equal(mine, theirs) or torch.allclose(mine, theirs, rtol=1e-4, atol=1e-5), (
            f"{line} is not {package}"
        )
        compared += 1
    assert compared >= 45


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")
def test_the_cheatsheet_fits_two_printed_pages(tmp_path: Path) -> None:
    assert CHROMIUM is not None
    html, pdf = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    made = subprocess.run([sys.executable, ROOT / "docs" / "print_cheatsheet.py"], stdout=subprocess.PIPE, check=True)
    html.write_bytes(made.stdout)
    printing = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={tmp_path}")
    subprocess.run([CHROMIUM, *printing, f"--print-to-pdf={pdf}", html.as_uri()], check=True, timeout=120)
    (pages,) = re.findall(rb"/Type /Pages\b.*?/Count (\d+)", pdf.read_bytes(), flags=re.DOTALL) or [b"none"]
    assert pages == b"2"
