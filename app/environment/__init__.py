"""2048, as a kernel over batches of games and as Gymnasium environments.

Importing this package registers `ModelStudio/Game2048-v0` with Gymnasium.
"""

import gymnasium

GAME_ID = "ModelStudio/Game2048-v0"

if GAME_ID not in gymnasium.registry:
    gymnasium.register(
        GAME_ID,
        entry_point="app.environment.gym_2048_env:Gym2048Env",
        vector_entry_point="app.environment.vector:Game2048VectorEnv",
    )
