"""The making of notebooks: one source, the learner's copy and the solution; and finding what a learner wrote."""
