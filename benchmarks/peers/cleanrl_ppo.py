"""PPO in the form of CleanRL's single file, on our environment with our network.

The distribution on the package index asks for a gym that nothing here can install and brings its
own network, so this is a script of the same structure as its `ppo.py`: buffers of tensors
[S, N, ...], `Categorical` (masked, as in its `ppo_multidiscrete_mask.py`), GAE and minibatches
in plain torch, advantages normalised per minibatch, gradients clipped, Adam with eps 1e-5.
"""

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import torch
from torch import nn
from torch.distributions.categorical import Categorical

import app.environment
from app.environment.rewards import learnt_reward


class CategoricalMasked(Categorical):
    """Over the legal actions alone."""

    def __init__(self, logits: torch.Tensor, masks: torch.Tensor) -> None:
        self.masks = masks
        super().__init__(logits=torch.where(masks, logits, torch.tensor(-1e8)))

    def entropy(self) -> torch.Tensor:
        p_log_p = torch.where(self.masks, self.logits * self.probs, torch.tensor(0.0))
        return -p_log_p.sum(-1)


class Agent(nn.Module):
    """A design, asked as CleanRL asks its agents."""

    def __init__(self, design: nn.Module) -> None:
        super().__init__()
        self.design = design

    def get_value(self, x: torch.Tensor) -> torch.Tensor:
        return self.design(x.long())[1]

    def get_action_and_value(
        self, x: torch.Tensor, masks: torch.Tensor, action: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, ...]:
        logits, value = self.design(x.long())
        probs = CategoricalMasked(logits, masks)
        if action is None:
            action = probs.sample()
        return action, probs.log_prob(action), probs.entropy(), value


def train(design: nn.Module, args: dict[str, Any]) -> Iterator[int]:
    """Yields the environment steps so far after each update; never ends."""
    envs = gymnasium.make_vec(app.environment.GAME_ID, num_envs=args["n_envs"])
    agent = Agent(design)
    optimizer = torch.optim.Adam(agent.parameters(), lr=args["learning_rate"], eps=1e-5)
    steps, count = args["n_steps"], args["n_envs"]
    obs = torch.zeros((steps, count, 16))
    masks = torch.zeros((steps, count, 4), dtype=torch.bool)
    actions = torch.zeros((steps, count))
    logprobs, rewards = torch.zeros((steps, count)), torch.zeros((steps, count))
    dones, values = torch.zeros((steps, count)), torch.zeros((steps, count))
    boards, info = envs.reset(seed=0)
    next_obs, next_masks = torch.Tensor(boards), torch.from_numpy(info["action_mask"])
    next_done, global_step = torch.zeros(count), 0
    while True:
        for step in range(steps):
            global_step += count
            obs[step], masks[step], dones[step] = next_obs, next_masks, next_done
            with torch.no_grad():
                action, logprob, _, value = agent.get_action_and_value(next_obs, next_masks)
                values[step] = value.flatten()
            actions[step], logprobs[step] = action, logprob
            boards, merged, terminations, truncations, info = envs.step(action.cpu().numpy())
            reward = args["reward_scale"] * learnt_reward(args["reward"], merged)
            rewards[step] = torch.tensor(reward).view(-1)
            next_obs = torch.Tensor(boards)
            next_masks = torch.from_numpy(info["action_mask"])
            next_done = torch.Tensor(np.logical_or(terminations, truncations))

        with torch.no_grad():
            next_value = agent.get_value(next_obs).reshape(1, -1)
            advantages = torch.zeros_like(rewards)
            lastgaelam = 0
            for t in reversed(range(steps)):
                if t == steps - 1:
                    nextnonterminal, nextvalues = 1.0 - next_done, next_value
                else:
                    nextnonterminal, nextvalues = 1.0 - dones[t + 1], values[t + 1]
                delta = rewards[t] + args["gamma"] * nextvalues * nextnonterminal - values[t]
                decay = args["gamma"] * args["gae_lambda"]
                advantages[t] = lastgaelam = delta + decay * nextnonterminal * lastgaelam
            returns = advantages + values

        flat = [
            x.reshape(-1, *x.shape[2:])
            for x in (obs, masks, actions, logprobs, advantages, returns)
        ]
        _update(agent, optimizer, flat, args)
        yield global_step


def _update(
    agent: Agent, optimizer: torch.optim.Optimizer, flat: list[torch.Tensor], args: dict[str, Any]
) -> None:
    b_obs, b_masks, b_actions, b_logprobs, b_advantages, b_returns = flat
    b_inds = np.arange(len(b_obs))
    clipfracs = []
    for _ in range(args["epochs"]):
        np.random.shuffle(b_inds)
        for start in range(0, len(b_inds), args["minibatch"]):
            mb_inds = b_inds[start : start + args["minibatch"]]
            _, newlogprob, entropy, newvalue = agent.get_action_and_value(
                b_obs[mb_inds], b_masks[mb_inds], b_actions.long()[mb_inds]
            )
            logratio = newlogprob - b_logprobs[mb_inds]
            ratio = logratio.exp()
            with torch.no_grad():
                clipfracs += [((ratio - 1.0).abs() > args["clip_range"]).float().mean().item()]
            mb_advantages = b_advantages[mb_inds]
            mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)
            low, high = 1 - args["clip_range"], 1 + args["clip_range"]
            pg_loss1, pg_loss2 = -mb_advantages * ratio, -mb_advantages * ratio.clamp(low, high)
            pg_loss = torch.max(pg_loss1, pg_loss2).mean()
            v_loss = 0.5 * ((newvalue.view(-1) - b_returns[mb_inds]) ** 2).mean()
            loss = pg_loss - args["entropy_coef"] * entropy.mean() + v_loss * args["value_coef"]
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), args["max_grad_norm"])
            optimizer.step()
