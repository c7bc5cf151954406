"""N games of 2048 as one Gymnasium vector environment, stepped by one compiled kernel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from app.environment.board import ACTIONS, CELLS, EXPONENTS, I64, U8, Bool
from app.environment.games import Games

Info = dict[str, Any]


class Game2048VectorEnv(VectorEnv[U8, I64, npt.NDArray[Any]]):
    """What `gymnasium.make_vec("ModelStudio/Game2048-v0", num_envs=N)` gives.

    Observations uint8 [N, 16], rewards float64 [N]; `info["action_mask"]` bool [N, 4],
    `info["illegal"]` bool [N], `info["score"]` and `info["steps"]` int64 [N]. A game that ends
    is restarted in the same step (AutoresetMode.SAME_STEP): its last board and info are in
    `info["final_obs"]` and `info["final_info"]`, as Gymnasium's own vector environments have it.
    Game i of `reset(seed=s)` is the single environment's game of seed s + i.

    Args:
        num_envs: N.
        max_episode_steps: truncate games after this many steps; None plays them to the end.
        render_mode: None; a batch is not drawn.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012  Gymnasium declares it so
        "autoreset_mode": AutoresetMode.SAME_STEP,
        "render_modes": [],
    }

    def __init__(
        self,
        num_envs: int = 1,
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        if render_mode is not None:
            raise ValueError(f"render_mode must be None, not {render_mode!r}")
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.single_observation_space = spaces.Box(0, EXPONENTS - 1, (CELLS,), np.uint8)
        self.single_action_space = spaces.Discrete(ACTIONS)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._games = Games(num_envs, max_steps=max_episode_steps or 0)
        self._seeded = np.zeros(num_envs, np.bool_)
        self._everyone: Bool = np.ones(num_envs, np.bool_)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[U8, Info]:
        """Start every game, or those of `options["reset_mask"]` (bool [N]).

        Raises:
            ValueError: there is not one seed per game, or the mask has another shape.
        """
        if isinstance(seed, int | np.integer):
            super().reset(seed=int(seed), options=options)
            seed = [int(seed) + game for game in range(self.num_envs)]
        chosen = np.ones(self.num_envs, np.bool_)
        if options is not None and "reset_mask" in options:
            chosen = np.asarray(options["reset_mask"], np.bool_)
            if chosen.shape != (self.num_envs,):
                raise ValueError(f"reset_mask must have shape ({self.num_envs},)")
        self._seed_games(seed, chosen)
        self._games.arrays.illegal[chosen] = False
        self._games.start_some(chosen)
        return self._games.arrays.boards.copy(), self._info()

    def step(self, actions: I64) -> tuple[U8, npt.NDArray[np.float64], Bool, Bool, Info]:
        """Play one action [N] per game.

        Raises:
            ValueError: an action is not 0, 1, 2 or 3, or there is not one per game.
        """
        after = self._games.step(actions)
        info = self._info()
        ended = after.terminated | after.truncated
        if ended.any():
            info |= self._final(ended)
        rewards = after.rewards.astype(np.float64)
        return after.boards.copy(), rewards, after.terminated.copy(), after.truncated.copy(), info

    def _seed_games(self, seed: Sequence[int | None] | None, chosen: Bool) -> None:
        seeds = [None] * self.num_envs if seed is None else list(seed)
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds for {self.num_envs} games: give one each")
        states = self._games.arrays.states.copy()
        fresh = [int(s) for s in self.np_random.integers(2**63, size=self.num_envs)]
        given = [f if s is None else int(s) % 2**64 for s, f in zip(seeds, fresh, strict=True)]
        self._games.seed(np.array(given, np.uint64))
        # A game that was seeded before and gets no new seed plays the next of its series.
        keep = ~chosen | (self._seeded & np.array([s is None for s in seeds]))
        self._games.arrays.states[keep] = states[keep]
        self._seeded |= chosen

    def _info(self) -> Info:
        games = self._games.arrays
        return {
            "action_mask": games.masks.copy(),
            "_action_mask": self._everyone.copy(),
            "illegal": games.illegal.copy(),
            "_illegal": self._everyone.copy(),
            "score": games.scores.copy(),
            "_score": self._everyone.copy(),
            "steps": games.steps.copy(),
            "_steps": self._everyone.copy(),
        }

    def _final(self, ended: Bool) -> Info:
        """The last boards and infos, in the layout of Gymnasium's SyncVectorEnv."""
        games = self._games.arrays
        boards = np.full(self.num_envs, None, object)
        for game in np.flatnonzero(ended):
            boards[game] = games.final_boards[game].copy()
        no_move_left = games.terminated & ended
        final_info: Info = {
            "action_mask": np.zeros((self.num_envs, ACTIONS), np.bool_),
            "illegal": games.illegal & ended,
            "score": np.where(ended, games.final_scores, 0),
            "steps": np.where(ended, games.final_steps, 0),
        }
        for game in np.flatnonzero(ended & ~no_move_left):
            final_info["action_mask"][game] = self._mask_of(games.final_boards[game])
        final_info |= {f"_{name}": ended.copy() for name in tuple(final_info)}
        return {
            "final_obs": boards,
            "_final_obs": ended.copy(),
            "final_info": final_info,
            "_final_info": ended.copy(),
        }

    @staticmethod
    def _mask_of(board: U8) -> Bool:
        one = Games(1)
        one.arrays.boards[0] = board
        one.refresh_masks()
        mask: Bool = one.arrays.masks[0]
        return mask
