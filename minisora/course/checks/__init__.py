"""What an exercise is, how an answer is compared and examined, and how it takes its place in the whole."""
