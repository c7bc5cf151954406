import numpy as np
import pytest
import torch

from app.environment.board import ACTIONS, TABLES, move_tiles
from app.environment.games import Games
from app.models.game_transformer import GameTransformer
from app.play.games import play_games
from app.play.network import Network, NotFiniteAnswerError
from app.play.policies import greedy_policy, random_policy, sampled_policy, symmetric_policy
from app.play.symmetry import ACTIONS_GA, SYMMETRIES, mean_logits, mean_values, turned


def some_games(count: int = 64, moves: int = 30) -> Games:
    games = Games(count)
    games.seed(np.arange(count, dtype=np.uint64))
    games.start()
    choose = random_policy(9)
    for _ in range(moves):
        games.step(choose(games.arrays.boards, games.arrays.masks))
    return games


def test_greedy_takes_the_legal_move_of_the_highest_logit(model: GameTransformer) -> None:
    games = some_games()
    with torch.inference_mode():
        logits = model.eval()(torch.from_numpy(games.arrays.boards.astype(np.int64)))[0].numpy()
    chosen = greedy_policy(model)(games.arrays.boards, games.arrays.masks)
    for board in range(games.count):
        legal = np.flatnonzero(games.arrays.masks[board])
        assert chosen[board] == legal[logits[board][legal].argmax()]


def test_play_leaves_training_mode_to_its_caller_and_works_after_it(model: GameTransformer) -> None:
    games = some_games()
    before = greedy_policy(model)(games.arrays.boards, games.arrays.masks)
    model.train()
    assert (greedy_policy(model)(games.arrays.boards, games.arrays.masks) == before).all()


def test_large_batches_are_asked_in_parts(model: GameTransformer) -> None:
    boards = some_games().arrays.boards
    whole, parts = Network(model).evaluate(boards), Network(model, most_boards=7).evaluate(boards)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_spoilt_network_is_told(model: GameTransformer) -> None:
    with torch.no_grad():
        next(iter(model.parameters())).fill_(float("nan"))
    with pytest.raises(NotFiniteAnswerError):
        play_games(greedy_policy(model), [1])


def test_sampled_play_has_the_networks_chances_and_comes_again(model: GameTransformer) -> None:
    games = some_games(1)
    board, mask = games.arrays.boards, games.arrays.masks
    logits = Network(model).evaluate(board)[0][0].astype(np.float64)
    expected = np.exp(logits) * mask[0] / (np.exp(logits) * mask[0]).sum()
    draws = [int(sampled_policy(model, seed)(board, mask)[0]) for seed in range(400)]
    np.testing.assert_allclose(np.bincount(draws, minlength=4) / 400, expected, atol=0.1)
    again = [play_games(sampled_policy(model, 4), range(8)).scores_N.tolist() for _ in range(2)]
    assert again[0] == again[1]
    assert again[0] != play_games(sampled_policy(model, 5), range(8)).scores_N.tolist()


def test_random_play_chooses_all_legal_moves_alike() -> None:
    games = some_games(1)
    legal = np.flatnonzero(games.arrays.masks[0])
    chosen = [
        int(random_policy(seed)(games.arrays.boards, games.arrays.masks)[0]) for seed in range(2000)
    ]
    shares = np.bincount(chosen, minlength=ACTIONS) / 2000
    np.testing.assert_allclose(shares[legal], 1 / len(legal), atol=0.05)


def test_moving_a_turned_board_is_turning_the_moved_board() -> None:
    boards = some_games().arrays.boards
    for action in range(ACTIONS):
        first_moved = boards.copy()
        for board in range(len(boards)):
            move_tiles(TABLES, first_moved, board, action)
        then_turned = turned(first_moved)
        first_turned = turned(boards)
        for row in range(len(first_turned)):
            own_action = int(ACTIONS_GA[row % SYMMETRIES, action])
            move_tiles(TABLES, first_turned, row, own_action)
        assert (first_turned == then_turned).all()


def test_the_eight_symmetries_are_eight_boards() -> None:
    board = np.arange(16, dtype=np.uint8)[None]
    assert len({tuple(row) for row in turned(board).tolist()}) == SYMMETRIES
    assert (turned(board)[0] == board[0]).all()


def test_symmetric_play_turns_with_the_board(model: GameTransformer) -> None:
    games = some_games()
    network = Network(model)
    boards = games.arrays.boards
    answer = mean_logits(network.evaluate(turned(boards))[0])
    value = mean_values(network.evaluate(turned(boards))[1])
    for symmetry in range(SYMMETRIES):
        other = turned(boards).reshape(-1, SYMMETRIES, 16)[:, symmetry]
        logits, values = network.evaluate(turned(np.ascontiguousarray(other)))
        mapped = mean_logits(logits)[:, ACTIONS_GA[symmetry]]
        np.testing.assert_allclose(mapped, answer, atol=1e-5)
        np.testing.assert_allclose(mean_values(values), value, atol=1e-5)
    chosen = symmetric_policy(model)(boards, games.arrays.masks)
    assert (chosen == np.where(games.arrays.masks, answer, -np.inf).argmax(axis=1)).all()
