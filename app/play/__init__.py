"""Playing 2048 with a trained model: policies, whole games, evaluation, recordings, search.

A run's periodic evaluation, the console and the benchmarks all play through `play_games`.
"""
