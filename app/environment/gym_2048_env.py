"""2048 as a Gymnasium environment: one game, `ModelStudio/Game2048-v0`."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from app.environment.board import ACTIONS, CELLS, EXPONENTS, I64, U8, Bool
from app.environment.drawing import as_image, as_text
from app.environment.games import Games

Info = dict[str, Any]


class Gym2048Env(gymnasium.Env[U8, np.int64]):
    """One game of 2048.

    Observation: uint8 [16], row-major tile exponents. Action: 0 up, 1 right, 2 down, 3 left.
    Reward: the sum of the merged tiles. An illegal move changes nothing, is rewarded 0, does not
    end the game and is told in `info["illegal"]`; `info["action_mask"]` (bool [4]) names the
    legal ones. Also in info: `score` (the game's rewards so far) and `steps`.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 4}  # noqa: RUF012  Gymnasium declares it so

    def __init__(self, render_mode: str | None = None) -> None:
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode must be None, ansi or rgb_array, not {render_mode!r}")
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0, EXPONENTS - 1, (CELLS,), np.uint8)
        self.action_space = spaces.Discrete(ACTIONS)
        self._games = Games(1, restart=False)
        self._action: I64 = np.zeros(1, np.int64)
        self._seeded = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[U8, Info]:
        """Start a game: with a seed the game of that seed, without one the next of its series."""
        super().reset(seed=seed)
        if seed is None and not self._seeded:
            seed = int(self.np_random.integers(2**63))
        if seed is not None:
            self._games.seed(np.array([seed % 2**64], np.uint64))
            self._seeded = True
        self._games.arrays.illegal[:] = False
        self._games.start()
        return self._observation(), self._info()

    def step(self, action: np.int64) -> tuple[U8, float, bool, bool, Info]:
        """Play one move.

        Raises:
            ValueError: the action is not 0, 1, 2 or 3.
        """
        self._action[0] = action
        after = self._games.step(self._action)
        reward, terminated = float(after.rewards[0]), bool(after.terminated[0])
        return self._observation(), reward, terminated, False, self._info()

    def action_masks(self) -> Bool:
        """The legal moves (bool [4]), under the name that sb3-contrib's MaskablePPO asks for."""
        mask: Bool = self._games.arrays.masks[0].copy()
        return mask

    def render(self) -> str | U8 | None:
        """The board as text or as a picture [196, 196, 3], or None without a render mode."""
        if self.render_mode is None:
            return None
        board: U8 = self._games.arrays.boards[0]
        return as_text(board) if self.render_mode == "ansi" else as_image(board)

    def _observation(self) -> U8:
        board: U8 = self._games.arrays.boards[0].copy()
        return board

    def _info(self) -> Info:
        games = self._games.arrays
        return {
            "action_mask": self.action_masks(),
            "illegal": bool(games.illegal[0]),
            "score": int(games.scores[0]),
            "steps": int(games.steps[0]),
        }
