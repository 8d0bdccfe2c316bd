"""The rules of asking, pure: when to be quiet, the life of a window, the questions, what is announced."""
