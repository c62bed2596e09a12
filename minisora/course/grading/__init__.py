"""A learner's notebook becomes points."""
