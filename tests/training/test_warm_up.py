from app.environment import board
from app.training import gae, rollout
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
    ]
    for kernel in entries:
        assert len(kernel.signatures) == 1  # a second one would be compiled in the first run
