"""A storyboard to begin with."""

EXAMPLE = """\
# minisora film chase.yaml            makes chase.mp4, a poster and a report
# minisora film chase.yaml --dry-run  says what will be made, and how long it takes
title: The chase
author: Ada                 # on the title card; credits: may have more lines
background: navy            # black, grey, navy or sky, where a shot names none
takes: 3                    # of each shot up to three, until the judge finds everything right in one

characters:                 # what they are; shots say what they do
  hero: a small red circle
  wolf: a large blue square

shots:                      # two seconds each, unless they say otherwise
  - "{hero} moves right"    # a sentence that begins with { needs quotes
  - say: "{wolf} moves right"
    seconds: 2.5
    camera: zooms in        # pans left, pans right, zooms in, zooms out
  - say: "{hero} moves up and to the right"
    pace: 1.5               # 0.25 to 3 times as fast
  - say: "{hero} bounces"
    join: continue          # goes on from the last picture; cut begins anew, dissolve blends
    seconds: 3
  - say: "{wolf} shrinks"
    join: dissolve
    seed: 7
  - say: "{hero} moves left"
    path: "0.2,0.8 0.5,0.2 0.8,0.8"   # left,top of the first thing, from 0 to 1
"""
