"""An .npz of the user's own: its four arrays, read without running anything that it may hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from actsearch.core.errors import DataError

if TYPE_CHECKING:
    import numpy as np

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The four arrays by name."""
    import numpy as np

    try:
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("a single array, written by numpy.save")
        with file:
            missing = [name for name in ARRAYS if name not in file]
            if missing:
                has = ", ".join(file.files) or "none"
                raise DataError(
                    f"{path}: lacks {', '.join(missing)}; an .npz needs the arrays {', '.join(ARRAYS)}, and has {has}"
                )
            return {name: _read_array(file, name, path) for name in ARRAYS}
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except DataError:
        raise
    except Exception as error:  # zipfile and NumPy raise a dozen types on what is no .npz
        raise DataError(f"{path}: is not a whole .npz file; write it with numpy.savez_compressed") from error


def _read_array(file: Any, name: str, path: Path) -> np.ndarray:
    import numpy as np

    try:
        array = file[name]
    except OSError:
        raise
    except Exception as error:  # zlib, zipfile and NumPy raise a dozen types on damaged bytes
        objects = isinstance(error, ValueError) and "allow_pickle" in str(error)
        what = "holds Python objects" if objects else "is damaged"
        raise DataError(f"{path}: {name} {what}; write it with numpy.savez_compressed, numbers only") from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: {name} is no array; write it with numpy.savez_compressed, numbers only")
    return array
