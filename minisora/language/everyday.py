"""Everyday words that captions do not have, and what they say in known ones: the dictionary of ``upsampling.py``.

A line is ``known words: word, phrase, …``. Where it has alternatives (``|``), dice choose. What stands behind ``~`` is
usual for such a thing, and is said only if the prompt says nothing else of that kind: a sun is yellow unless it is red.
Animals, people and vehicles are not here: nothing in these worlds stands for them, and an error is more honest.
"""

from __future__ import annotations

import functools

_TEXT = """
circle: sphere, orb, globe, bubble, marble, bead, pebble, coin, button, blob, planet, roundel, spot of light, puck
circle: pearl
circles: spheres, orbs, globes, bubbles, marbles, beads, pebbles, coins, buttons, blobs, planets, pearls, discs
circles: disks, dots
circle ~yellow: sun, sunshine, tennis ball, smiley
circle ~white: moon, full moon, snowball, ping pong ball, golf ball
circle ~orange: basketball, pumpkin
circle ~red: tomato, cherry, mars
circle ~blue: earth, blueberry
circle ~up: balloon, soap bubble
circle ~blue ~down: raindrop, droplet, drop of water
circle ~down: meteor, hailstone
square: rectangle, brick, tile, crate, die, dice, parcel, package, box shape, pixel, cushion, tin, panel, postage stamp
squares: rectangles, bricks, tiles, crates, parcels, packages, pixels, panels, boxes, blocks, cubes
triangle: tent, cone, arrowhead, roof, wedge, slice, pizza slice, mountain, peak, spike, pennant, tepee, sail
triangles: tents, cones, arrowheads, roofs, wedges, slices, mountains, peaks, spikes, sails, pyramids
star: asterisk, sparkle, spark, starlet
stars: asterisks, sparkles, sparks
star ~white ~down: snowflake
star ~yellow ~down: falling star, shooting star, shooting stars
diamond: gem, jewel, crystal, kite, rhomb, gemstone
diamonds: gems, jewels, crystals, kites, rhombs, gemstones, lozenges
ring: wheel, tyre, tire, bracelet, bagel, lifebuoy, loop, circlet, washer, oval, ellipse, bangle, hula hoop
ring: wedding ring
rings: wheels, tyres, tires, bracelets, bagels, loops, washers, bangles, hoops, donuts, doughnuts
ring ~yellow: halo
ring ~green: wreath
object: thing, something, item, figure, form, entity, whatever, anything
objects: things, items, figures, forms, stuff
red: maroon, burgundy, vermilion, blood red, brick red, cherry red, rosy, reddish, fiery
orange: brown, bronze, copper, peach, apricot, rusty, orangey, carrot, ginger
yellow: mustard, blonde, sunny, yellowish, canary, honey
green: lime, olive, mint, jade, greenish, grassy, forest green
cyan: teal, aquamarine, sky blue, baby blue, pale blue, ice blue
blue: indigo, bluish, royal blue, ultramarine
purple: pink, magenta, fuchsia, lavender, lilac, plum, mauve, amethyst, purplish
white: silver, silvery, pale, snowy, cream, chalky, whitish
large: enormous, gigantic, massive, immense, colossal, great, tall, fat, mighty, oversized, bulky, jumbo
small: mini, miniature, wee, teeny, minuscule, petite, microscopic, itty bitty, smallish, compact
medium: average, mid sized, middle sized, normal sized, regular, ordinary
bounces | spins: dances, wiggles, jiggles, parties, grooves, boogies, shimmies, plays
bounce | spin: dance, wiggle, jiggle, party, groove, boogie, shimmy, play
bouncing | spinning: dancing, wiggling, jiggling, partying, grooving, playing, wobbling, shaking, dancing around
bouncing | spinning: celebrating
bounces: leaps, skips, springs, bobs, wobbles, shakes, trampolines, hops around, pops up
bounce: leap, skip, bob, wobble, shake
bouncing: bouncy, leaping, skipping, springing, bobbing, trembling, vibrating, bouncing around, jumping around
bouncing: hopping around
spins: flips, swirls, whirls, revolves, pirouettes, twists, gyrates, turns around itself
spin: flip, swirl, whirl, revolve, pirouette, twist, gyrate
spinning: flipping, swirling, whirling, revolving, pirouetting, twisting, gyrating, spinning around, whirling around
orbits: loops around, goes in circles, revolves around, runs in circles
orbiting: looping, going in circles, running in circles, going round and round, walking in circles, circling around
rolls: tumbles, rolls over, rolls by, rolls along
roll: tumble, roll over
rolling: tumbling, rolling over, rolling by, rolling along, rolling past, rolling around
moves: walks, runs, swims, crawls, marches, wanders, strolls, creeps, scurries, passes, passes by, sails, travels around
move: walk, run, swim, crawl, march, wander, stroll, creep, pass
moving: walking, running, swimming, crawling, marching, wandering, strolling, creeping, passing, passing by, sailing
moving: cruising
moves quickly: races, rushes, dashes, speeds, hurries, zips, zooms past, darts
moving quickly: racing, rushing, dashing, speeding, hurrying, zipping, zooming past, darting
rises: climbs, ascends, soars, lifts off, takes off, flies away, goes up, floats away
rise: climb, ascend, soar
rising: climbing, ascending, soaring, lifting off, taking off, flying away, going up, floating away, floating up
falls: descends, drops, plunges, dives, tumbles down, plummets
fall: descend, drop, plunge, dive
falling: descending, dropping, plunging, diving, tumbling down, plummeting, raining down
blinks: twinkles, sparkles brightly, winks, shimmers, pulses, glitters, strobes, flashes on and off
blinking: twinkling, sparkling, winking, shimmering, pulsing, glittering, strobing, pulsating, glimmering
grows: inflates, blooms, enlarges, blows up, comes closer, stretches
growing: inflating, blooming, enlarging, blowing up, coming closer, approaching, stretching
shrinks: deflates, contracts, dwindles, vanishes, disappears, fades, melts, goes away, fades away
shrinking: deflating, contracting, dwindling, vanishing, disappearing, fading, melting, fading away, going away
stays still: waits, hovers, hangs, freezes, does nothing, poses, is parked, hangs around, relaxes
staying still: waiting, hovering, hanging, frozen, doing nothing, posing, parked, idle, resting quietly, unmoving
staying still: immobile
left | right: back and forth, side to side, sideways, from side to side, to and fro, across, across the screen, past
up: skyward, heavenward, aloft
down: earthward, groundward
on a black background: night, darkness, space, at night, in the dark, in darkness, in the night, in space
on a black background: in outer space, in the void, by night
on a navy background: at dusk, in the evening, at midnight, in the twilight, at dawn, in the deep blue
on a grey background: in the fog, in fog, in the mist, in mist, on concrete, in the shadows, on asphalt
under a cloudy sky: in the sky, in the air, in the clouds, outside, in nature, in the countryside, in the open
under a cloudy sky: in a meadow
hills: hill, the hill
under a cloudy sky: on a sunny day, in daylight, over the mountains, in the park, on a hill, in the landscape, at noon
, the camera zooms in: close up, zoom in, camera gets closer, camera moves closer, camera comes closer
, the camera zooms in: slowly zooming in
, the camera zooms out: zoom out, pull back, camera pulls back, camera moves back, camera moves away
, the camera pans left: pan left, camera swings left
, the camera pans right: pan right, camera swings right
two: a pair of, a couple of, couple of, pair of, twin, twins, duo of, double
three: several, a few, some, many, trio of, triplet of, multiple
one: single, lone, lonely, solitary, solo
quickly: rapidly, swiftly, speedily, hastily, at full speed
slowly: slow, gently, softly, lazily, calmly, smoothly, gradually, in slow motion, leisurely
left of: beside, next to
above: atop, up above
below: down below
, : but, then, plus, also, along with, together with, next
"""

_PASSED_OVER = """
cardboard wooden plastic favourite favorite show my your his her its our their these those very really quite so too
just please kind sort nice pretty beautiful cute funny happy sad lovely cool awesome simple glowing shiny glossy
colourful colorful rainbow screen frame picture scene image footage movie film gif i we you me us would like want need
can could will may might be being been was were has have having had create draw generate render display give made
making did from by at for into through along away back forth about each other again forever happily gracefully wildly
merrily somewhere here now today cartoon style lot lots bit more most all every any alone playfully cheerfully
joyfully quietly silently endlessly continuously constantly repeatedly everywhere kindly moment always
"""
#: Words that may be passed over.
PASSED_OVER = frozenset(_PASSED_OVER.split())


@functools.cache
def dictionary() -> dict[tuple[str, ...], str]:
    """Each everyday word or phrase, as words, and the known words for it as they stand in the text above."""
    found: dict[tuple[str, ...], str] = {}
    for line in filter(None, map(str.strip, _TEXT.splitlines())):
        known, _, everyday = line.rpartition(": ") if line.startswith(",") else line.partition(": ")
        for phrase in everyday.split(", "):
            found.setdefault(tuple(phrase.split()), known.strip())
    return found
