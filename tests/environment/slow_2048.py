"""2048 as slowly and obviously as possible: what the compiled kernels are compared with."""

import functools

MASK_64 = 2**64 - 1


class SlowGame:
    """One game on lists of plain integers."""

    def __init__(self, seed: int) -> None:
        self.state = seed
        self.state = self.next_random()
        self.start()

    def start(self) -> None:
        self.rows = [[0] * 4 for _ in range(4)]
        self.score = 0
        self.place_tile()
        self.place_tile()

    def next_random(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK_64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK_64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK_64
        return z ^ (z >> 31)

    def place_tile(self) -> None:
        empty = [(r, c) for r in range(4) for c in range(4) if self.rows[r][c] == 0]
        bits = self.next_random()
        row, column = empty[((bits >> 32) * len(empty)) >> 32]
        self.rows[row][column] = 2 if bits % 2**32 < 429496730 else 1

    def board(self) -> list[int]:
        return [tile for row in self.rows for tile in row]

    def after(self, action: int) -> tuple[list[list[int]], int]:
        """The rows after a move, before the new tile, and the sum of the merged tiles."""
        if action == 0:
            columns, merged = slide_all([list(column) for column in zip(*self.rows, strict=True)])
            return [list(row) for row in zip(*columns, strict=True)], merged
        if action == 2:
            columns = [list(reversed(column)) for column in zip(*self.rows, strict=True)]
            columns, merged = slide_all(columns)
            upright = [list(reversed(column)) for column in columns]
            return [list(row) for row in zip(*upright, strict=True)], merged
        if action == 3:
            return slide_all(self.rows)
        mirrored, merged = slide_all([list(reversed(row)) for row in self.rows])
        return [list(reversed(row)) for row in mirrored], merged

    def legal(self) -> list[bool]:
        return [self.after(action)[0] != self.rows for action in range(4)]

    def step(self, action: int) -> tuple[int, bool]:
        """Reward and whether the move was legal."""
        rows, merged = self.after(action)
        if rows == self.rows:
            return 0, False
        self.rows = rows
        self.score += merged
        self.place_tile()
        return merged, True


def slide_all(rows: list[list[int]]) -> tuple[list[list[int]], int]:
    slid = [slide(tuple(row)) for row in rows]
    return [list(row) for row, _ in slid], sum(merged for _, merged in slid)


@functools.cache  # millions of moves meet few different rows
def slide(row: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Towards the front; every tile merges at most once, the front pair first."""
    tiles = [tile for tile in row if tile]
    result: list[int] = []
    merged = 0
    while tiles:
        tile = tiles.pop(0)
        if tiles and tiles[0] == tile and tile < 17:
            tiles.pop(0)
            tile += 1
            merged += 2**tile
        result.append(tile)
    return (*result, *[0] * (4 - len(result))), merged
