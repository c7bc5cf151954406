/* A batch of PufferLib's 2048 games, stepped one after the other as its binding does. */
#include "g2048.h"

static Game *games;
static int count;

void start(int batch, unsigned char *observations, double *actions, float *rewards, float *terminals)
{
    games = calloc(batch, sizeof(Game));
    count = batch;
    for (int i = 0; i < batch; i++) {
        games[i].observations = observations + 16 * i;
        games[i].actions = actions + i;
        games[i].rewards = rewards + i;
        games[i].terminals = terminals + i;
        games[i].rng = i;
        init(&games[i]);
        c_reset(&games[i]);
    }
}

void step(void)
{
    for (int i = 0; i < count; i++)
        c_step(&games[i]);
}
