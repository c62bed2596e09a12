"""What to say of a scene: captions in three styles, paraphrased at random, in which everything that is said is true."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal

import torch
from torch import Generator

from minisora.worlds.phrases import (
    BARE,
    ING,
    PLURAL,
    THIRD,
    background_noun,
    background_phrase,
    camera_phrase,
    direction,
    doing,
    noun_phrase,
    predicate,
    relation_phrase,
    with_article,
)
from minisora.worlds.relations import relations
from minisora.worlds.scene import DIRECTION, Scene, SceneObject

Style = Literal["terse", "plain", "descriptive"]
STYLES: tuple[Style, ...] = ("terse", "plain", "descriptive")
LONGEST = 60  #: Words and punctuation marks of the longest caption.

_COUNT = {2: "two", 3: "three"}
_SHOWN = ("", "", "there is ", "a video of ", "a clip of ", "an animation of ", "this video shows ")
_SHOWN += ("a short clip showing ", "this clip shows ", "a short video of ", "an animation showing ")
_WATCHED = ("watch ", "see ", "make ", "let ")


def caption(scene: Scene, *, style: Style, generator: Generator) -> str:
    """A random way to describe a scene.

    Every object is named with its colour and shape, nearly always with what it does if it does anything, and often with
    its size; background, camera, and relations are mostly left to the ``descriptive`` style.

    Returns: at most ``LONGEST`` words and marks, all of them in ``vocabulary.WORDS`` (capitals aside).
    """
    dice = Random(int(torch.randint(2**62, (), generator=generator)))
    speak = {"terse": _terse, "plain": _plain, "descriptive": _descriptive}[style]
    for _ in range(20):
        text = speak(scene, dice)
        if text.count(" ") + text.count(",") + text.count(".") < LONGEST:
            return text
    return canonical(scene)


def canonical(scene: Scene, *, background: bool = False, camera: bool = False) -> str:
    """The one plain caption without synonyms: "a small red circle moves up and to the left".

    Options: whether to add the background ("on a grey background") and the camera ("while the camera pans left").
    """
    text = _list(
        [f"{with_article(f'{o.size} {o.colour} {o.shape}')} {canonical_motion(o.motion)}" for o in scene.objects]
    )
    if background:
        text += " under a cloudy sky" if scene.background == "sky" else f" on a {scene.background} background"
    if camera:
        text += f" while the camera {scene.camera.replace('static', 'stays still')}"
    return text


def canonical_motion(motion: str) -> str:
    """The one plain way to say what something does, in the third person."""
    if motion in DIRECTION:
        return f"moves {motion.replace('-', ' and to the ')}"
    return "stays still" if motion == "still" else motion


def _terse(scene: Scene, dice: Random) -> str:
    form = dice.choice((None, None, THIRD, ING))
    same = len({o.motion for o in scene.objects}) == 1
    pair = _relation(scene, dice, 0.3) if len(scene.objects) == 2 and same else None
    if pair:
        kind, a, b = pair
        text = f"{noun_phrase(a, dice, usual=0.6)} {kind} {noun_phrase(b, dice, usual=0.6)}"
        if _says_motion(a, dice):
            text += f", both {predicate(a, ING, dice, usual=0.6)}"
    else:
        parts = [_terse_object(obj, form, dice) for obj in _shuffled(scene.objects, dice)]
        text = (" and " if dice.random() < 0.25 else ", ").join(parts)
    if dice.random() < 0.2:
        where = background_phrase(scene.background, dice, usual=0.3)
        text += f", {where.removeprefix('on a ')}"
    if scene.camera != "static" and dice.random() < 0.5:
        verb, where = scene.camera.split()
        continuous = verb[:-1] + ("ning" if verb == "pans" else "ing")
        text += ", " + dice.choice((f"camera {scene.camera}", f"{verb[:-1]} {where}", f"camera {continuous} {where}"))
    elif scene.camera == "static" and dice.random() < 0.04:
        text += dice.choice((", static camera", ", fixed camera"))
    return text


def _terse_object(obj: SceneObject, form: int | None, dice: Random) -> str:
    if not _says_motion(obj, dice):
        return noun_phrase(obj, dice, usual=0.6)
    if obj.motion not in DIRECTION and dice.random() < 0.25:
        return noun_phrase(obj, dice, usual=0.6, before=doing(obj.motion, dice, usual=0.5))
    noun = noun_phrase(obj, dice, usual=0.6)
    if form is None and obj.motion in DIRECTION:
        return f"{noun} {direction(obj.motion, dice, usual=0.6).replace(' and to the ', ' ')}"
    if form is None:
        return f"{noun} {doing(obj.motion, dice, usual=0.6)}"
    return f"{noun} {predicate(obj, form, dice, usual=0.6)}"


def _plain(scene: Scene, dice: Random) -> str:
    text = _sentence(scene, dice, usual=0.5, size=0.7, relation=0.35)
    if dice.random() < 0.25:
        text += f" {background_phrase(scene.background, dice, usual=0.4)}"
    if dice.random() < (0.04 if scene.camera == "static" else 0.6):
        text += f" while {camera_phrase(scene.camera, dice, usual=0.6)}"
    return text


def _descriptive(scene: Scene, dice: Random) -> str:
    if dice.random() < 0.2:
        sentences = _introduced(scene, dice)
    else:
        sentences = [_sentence(scene, dice, usual=0.35, size=0.85, relation=0.4)]
        pair = _relation(scene, dice, 0.3)
        if pair:
            kind, a, b = pair
            sentences.append(f"{_the(a, dice)} is {relation_phrase(kind, dice, usual=0.4)} {_the(b, dice)}")
    where = dice.random()
    if where < 0.35:
        sentences[0] = f"{background_phrase(scene.background, dice, usual=0.3)}, {sentences[0]}"
    elif where < 0.6:
        sentences[0] += f" {background_phrase(scene.background, dice, usual=0.3)}"
    elif where < 0.85:
        sentences.append(f"the background is {background_noun(scene.background, dice, usual=0.5)}")
    if dice.random() < (0.1 if scene.camera == "static" else 0.9):
        sentences.append(camera_phrase(scene.camera, dice, usual=0.4))
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)


def _sentence(scene: Scene, dice: Random, *, usual: float, size: float, relation: float) -> str:
    """All objects and what they do, in one sentence."""

    def name(obj: SceneObject, **options: str) -> str:
        if len(scene.objects) == 1 and dice.random() < 0.02:
            options = {"noun": dice.choice(("shape", "object")), **options}
        return with_article(noun_phrase(obj, dice, usual=usual, size=size, **options))

    def clause(obj: SceneObject, form: int, link: str = "", **options: str) -> str:
        if form != BARE and not _says_motion(obj, dice):  # "watch a star and a ball bounce" would say it of both
            return name(obj, **options)
        if form == ING and obj.motion not in DIRECTION and not options and dice.random() < 0.3:
            return name(obj, before=doing(obj.motion, dice, usual=0.5))
        return f"{name(obj, **options)} {link}{predicate(obj, form, dice, usual=usual)}"

    objects = _shuffled(scene.objects, dice)
    together = len({o.motion for o in objects}) == 1 and len(objects) > 1
    pair = _relation(scene, dice, relation)
    if pair:
        kind, a, b = pair
        where = relation_phrase(kind, dice, usual=usual)
        others = [clause(obj, THIRD) for obj in objects if obj is not a and obj is not b]
        if together and len(objects) == 2 and dice.random() < 0.6:
            return f"{name(a)} {where} {name(b)}" + (
                f", both {predicate(a, ING, dice, usual=usual)}" if _says_motion(a, dice) else ""
            )
        if dice.random() < 0.5:
            return ", and ".join([f"{clause(a, THIRD)}, {where} {clause(b, THIRD, 'that ')}", *others])
        return ", and ".join([f"{clause(a, THIRD, 'that ')} {where} {clause(b, THIRD, 'which ')}", *others])
    if together and dice.random() < 0.5:
        both = "both " if len(objects) == 2 and dice.random() < 0.5 else ""
        return f"{_list([name(obj) for obj in objects])} {both}{predicate(objects[0], PLURAL, dice, usual=usual)}"
    shapes = {obj.shape for obj in objects}
    if len(objects) > 1 and dice.random() < (0.4 if len(shapes) == 1 else 0.08):
        form, link = (ING, "") if dice.random() < 0.4 else (THIRD, "that ")
        if len(shapes) == 1:
            what, options = (
                ("ball" if objects[0].shape == "circle" and dice.random() < 0.3 else objects[0].shape),
                {"noun": "one"},
            )
        else:
            what, options = dice.choice(("shape", "object")), {}
        announced = dice.choice(("", "", "", "there are ", "there are ")) + f"{_COUNT[len(objects)]} {what}s"
        return f"{announced}, {_list([clause(obj, form, link, **options) for obj in objects])}"
    style = dice.random()
    if style < 0.12:
        return dice.choice(_WATCHED) + _list([clause(obj, BARE) for obj in objects])
    if style < 0.2:
        return dice.choice(_SHOWN) + _list([clause(obj, THIRD, dice.choice(("that ", "which "))) for obj in objects])
    if style < 0.45:
        return dice.choice(_SHOWN) + _list([clause(obj, ING) for obj in objects])
    return _list([clause(obj, THIRD) for obj in objects], dice)


def _introduced(scene: Scene, dice: Random) -> list[str]:
    """First what there is, then what it does."""
    objects = _shuffled(scene.objects, dice)
    names = [with_article(noun_phrase(obj, dice, usual=0.4, size=0.85)) for obj in objects]
    sentences = [f"there is {_list(names)}"]
    if len(objects) == 1:
        sentences += [f"it {predicate(obj, THIRD, dice, usual=0.35)}" for obj in objects if _says_motion(obj, dice)]
    else:
        said = [f"{_the(o, dice)} {predicate(o, THIRD, dice, usual=0.35)}" for o in objects if _says_motion(o, dice)]
        sentences += [_list(said, dice)] if said else []
    return sentences


def _the(obj: SceneObject, dice: Random) -> str:
    return f"the {noun_phrase(obj, dice, usual=0.6, size=0.1)}"


def _relation(scene: Scene, dice: Random, often: float) -> tuple[str, SceneObject, SceneObject] | None:
    """One clear relation, more often if it is an occlusion; "behind" is the other side of "in front of"."""
    if len(scene.objects) < 2 or dice.random() >= often:
        return None
    found = relations(scene)
    if not found:
        return None
    kind, a, b = dice.choice(found)
    if kind == "in front of" and dice.random() < 0.3:
        kind, a, b = "behind", b, a
    return kind, scene.objects[a], scene.objects[b]


def _says_motion(obj: SceneObject, dice: Random) -> bool:
    return dice.random() < (0.65 if obj.motion == "still" else 0.95)


def _shuffled(objects: Sequence[SceneObject], dice: Random) -> list[SceneObject]:
    return dice.sample(objects, len(objects))


def _list(parts: Sequence[str], dice: Random | None = None) -> str:
    """ "a, b and c"; two parts may be joined by "while" or "as" if ``dice`` are given."""
    if len(parts) == 2 and dice is not None and dice.random() < 0.3:
        return dice.choice((" while ", " as ")).join(parts)
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
