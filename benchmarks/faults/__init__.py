"""Runs under faults, too long for the tests: hostile inputs, kills at random moments, learners' submissions."""
