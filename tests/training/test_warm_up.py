from app.environment import board
from app.training import gae, rollout
from app.training.td import kernel
from app.training.warm_up import main


def test_it_compiles_every_kernel_that_a_run_needs() -> None:
    main()
    entries = [
        board.fill_uniform,
        board.refresh_masks,
        board.seed_states,
        board.start_games,
        board.step_games,
        gae._scan_backwards,
        rollout.sample_actions,
        kernel.begin_game,
        kernel.judge_moves,
        kernel.play_and_learn,
    ]
    for entry in entries:
        assert len(entry.signatures) == 1  # a second one would be compiled in the first run
