"""TD learning on afterstates of a design of any blocks, with the run's optimiser.

Legend: S steps per update, N games, A = 4 actions, 16 cells, P = S x N boards of an update,
M boards of a minibatch.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from app.environment.games import Games
from app.models.afterstates import ACTIONS, CELLS, Afterstates
from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.flat_adam import FlatAdam, shortening
from app.training.flat_parameters import FlatParameters
from app.training.guard import NonFiniteError, require_finite
from app.training.hyperparameters import Hyperparameters
from app.training.ppo_state import game_tensors, restore_games
from app.training.rollout import FinishedGame
from app.training.td.td_trainer import TDTrainer
from app.training.trainer import TrainerState

F32 = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]


class NetworkTrainer(TDTrainer):
    """Plays S moves of N games, then fits the values in minibatches; see TDTrainer."""

    def __init__(
        self,
        config: DynamicModelConfig,
        model: GameTransformer,
        hyperparameters: Hyperparameters | None = None,
        *,
        total_steps: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(config, model, hyperparameters, total_steps=total_steps, seed=seed)
        torch.manual_seed(seed)
        settings = self.hyperparameters
        self.afterstates = Afterstates()
        self.games = Games(settings.n_envs)
        seeds = np.random.default_rng(seed).integers(2**63, size=settings.n_envs)
        self.games.seed(seeds.astype(np.uint64))
        self.games.start()
        self.shuffler = np.random.Generator(np.random.PCG64(seed))
        self.flat = FlatParameters(self.model)
        self.adam = FlatAdam(self.flat)

    def learning_rate(self) -> float:
        """Step size of Adam in the next update."""
        settings = self.hyperparameters
        used = max(self.step / self.total_steps, self.time_used) if settings.anneal else 0.0
        return settings.learning_rate * max(0.0, 1.0 - used)

    def learn(self, check_in: Callable[[], None]) -> None:
        """Play, then fit."""
        settings, learning_rate = self.hyperparameters, self.learning_rate()
        boards_PC, targets_P = self._play(check_in)
        self.step += len(targets_P)
        losses: list[tuple[float, float]] = []
        self.model.train()
        for _ in range(settings.epochs):
            shuffled_P = torch.from_numpy(self.shuffler.permutation(len(targets_P)))
            for chosen_M in torch.split(shuffled_P, settings.minibatch):
                check_in()
                minibatch = boards_PC[chosen_M], targets_P[chosen_M]
                losses.append(self._fit(*minibatch, learning_rate))
        self.aux_loss, self.grad_norm = (float(mean) for mean in np.mean(losses, axis=0))

    def state(self) -> TrainerState:
        """Moments, games, generators."""
        tensors = {
            **self.adam.tensors(self.model),
            **game_tensors(self.games),
            "rng.torch": torch.get_rng_state(),
        }
        return TrainerState(tensors, {"shuffler": self.shuffler.bit_generator.state})

    def restore(self, state: TrainerState) -> None:
        """Go on from a state; with another number of games, new games begin."""
        self.adam.restore(self.model, state.tensors)
        if len(state.tensors["games.boards"]) == self.games.count:
            restore_games(self.games, state.tensors)
        self.shuffler.bit_generator.state = state.document["shuffler"]
        torch.set_rng_state(state.tensors["rng.torch"])

    @torch.inference_mode()
    def _play(self, check_in: Callable[[], None]) -> tuple[Tensor, Tensor]:
        """Afterstates uint8 [P, 16] that were chosen, and what they were found to be worth [P]."""
        settings, games = self.hyperparameters, self.games.arrays
        self.model.eval()
        shape = (settings.n_steps, settings.n_envs)
        boards_SNC = np.zeros((*shape, CELLS), np.uint8)
        values_SN, rewards_SN = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        ended_SN = np.zeros(shape, np.bool_)
        for step in range(settings.n_steps):
            check_in()
            actions_N, boards_SNC[step], rewards_SN[step], values_SN[step] = self._choose()
            self.games.step(actions_N)
            ended_SN[step] = games.terminated
            self.finished += [
                FinishedGame(
                    score=int(games.final_scores[game]),
                    max_exponent=int(games.final_boards[game].max()),
                    steps=int(games.final_steps[game]),
                )
                for game in np.flatnonzero(games.terminated)
            ]
        _, _, last_rewards_N, last_values_N = self._choose()
        targets_SN = lambda_targets(
            rewards_SN, values_SN, ended_SN, last_rewards_N + last_values_N, settings.gae_lambda
        )
        self._count(targets_SN, values_SN)
        return (
            torch.from_numpy(boards_SNC).flatten(0, 1),
            torch.from_numpy(targets_SN).flatten(),
        )

    def _choose(self) -> tuple[npt.NDArray[np.int64], F32, F32, F32]:
        """Each game's best action [N], its afterstate [N, 16], its reward and value [N]."""
        moves = self.afterstates(torch.from_numpy(self.games.arrays.boards.astype(np.int64)))
        values_NA = self.model.afterstate_values(moves.boards_BAC.reshape(-1, CELLS))
        values_NA = values_NA.reshape(-1, ACTIONS)
        if not bool(torch.isfinite(values_NA).all()):
            raise NonFiniteError("value")
        worth_NA = (moves.rewards_BA + values_NA).masked_fill(~moves.legal_BA, -torch.inf)
        best_N = worth_NA.argmax(1)
        every_N = torch.arange(len(best_N))
        return (
            best_N.numpy(),
            moves.boards_BAC[every_N, best_N].numpy(),
            moves.rewards_BA[every_N, best_N].numpy(),
            values_NA[every_N, best_N].numpy(),
        )

    def _fit(
        self, boards_MC: Tensor, targets_M: Tensor, learning_rate: float
    ) -> tuple[float, float]:
        """One gradient step on half the squared error; the auxiliary loss and the gradient."""
        values_M = self.model.afterstate_values(boards_MC.long())
        loss = 0.5 * (values_M - targets_M).square().mean()
        aux = self.model.latest_lb_loss + self.model.latest_aux_loss
        require_finite([("value", loss), ("aux", aux)])
        self.flat.gradient_W.zero_()
        torch.autograd.backward(loss + aux)
        grad_norm = self.flat.finite_norm(self.model, float(self.flat.gradient_W.norm()))
        shortened = shortening(grad_norm, self.hyperparameters.max_grad_norm)
        self.adam.step(learning_rate, shortened)
        self.gradient_steps += 1
        return float(aux.detach()), grad_norm

    def _count(self, targets_SN: F32, values_SN: F32) -> None:
        errors, targets = targets_SN - values_SN, targets_SN.astype(np.float64)
        self.sums += [
            targets.size,
            errors.sum(dtype=np.float64),
            np.square(errors, dtype=np.float64).sum(),
            targets.sum(),
            np.square(targets).sum(),
        ]


def lambda_targets(
    rewards_SN: F32, values_SN: F32, ended_SN: Bool, last_worth_N: F32, trace: float
) -> F32:
    """What each afterstate [S, N] was worth as seen from later (Sutton and Barto 2018, 12.1).

    Args:
        rewards_SN, values_SN: of the move that led to the afterstate, and its value then.
        ended_SN: whether the new tile left no move: such an afterstate is worth 0.
        last_worth_N: reward + value of the move that would follow the last step.
        trace: lambda; 0 looks one move ahead (TD(0)), 1 to the end of what was played.
    """
    targets_SN = np.zeros_like(values_SN)
    worth_N = last_worth_N
    for step in reversed(range(len(values_SN))):
        targets_SN[step] = np.where(ended_SN[step], 0.0, worth_N)
        later_N = values_SN[step] + trace * (targets_SN[step] - values_SN[step])
        worth_N = rewards_SN[step] + later_N
    return targets_SN
