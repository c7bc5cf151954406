"""Runs CleanRL's ppo.py as released, `python run_cleanrl.py PATH/ppo.py [its options]`.

The newest CleanRL on the package index (0.4.8) was written for gym, the forerunner of Gymnasium.
Four names of gym that it uses are given to it here; neither its file nor our environment changes.
"""

import runpy
import sys

import gymnasium

import app.environment  # noqa: F401  registers the environment

sys.modules |= {
    "gym": gymnasium,
    "gym.spaces": gymnasium.spaces,
    "gym.wrappers": gymnasium.wrappers,
}
gymnasium.wrappers.Monitor = gymnasium.wrappers.RecordVideo
gymnasium.Env.seed = lambda env, seed: env.reset(seed=seed)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
