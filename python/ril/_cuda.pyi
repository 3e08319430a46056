from collections.abc import Sequence

def lbp(
    pictures: int,
    pixel_dtype: str,
    shape: tuple[int, int, int],
    scales: Sequence[tuple[int, float]],
    method: str,
    border: str,
    values: int,
    value_dtype: str,
    stream: int,
) -> None: ...
def device_count() -> int: ...
