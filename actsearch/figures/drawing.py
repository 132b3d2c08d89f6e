"""What every figure is drawn with: settings of Matplotlib, text measured in inches, marks, and how a file is written.

It knows nothing of what is drawn. It reads no matplotlibrc of the user's, so that the same values give the same bytes.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from actsearch.analysis.charts.axes import tick_names
from actsearch.analysis.charts.pens import PALETTES, Palette, Pen
from actsearch.core.errors import StoreError
from actsearch.core.files import write_atomically
from actsearch.core.words import short_names, shortened

Style = Literal["light", "dark", "article"]
FigureFormat = Literal["png", "svg", "pdf"]

SETTINGS: Mapping[str, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with Matplotlib, so that no machine draws with another
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "actsearch",
    "pdf.fonttype": 42,
    "text.parse_math": False,  # a `$` in a label is a dollar
    "axes.unicode_minus": False,
}
METADATA: Mapping[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Neither dates nor versions."""

FEW_ZEROS = 12
"""So many values of 0 are each marked on the edge of a logarithmic axis."""
LINE = 1.32
"""Of the font size: from one line of text to the next."""
SIZES_OF_CROSSES: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "large": ((4.5, 10.0), (2.2, 8.0)),
    "small": ((3.6, 8.0), (1.8, 6.5)),
}
"""The width and size of a cross's edge, and those of the cross itself, in points."""


# --- the files


@contextlib.contextmanager
def settings(style: Style) -> Iterator[None]:
    """Matplotlib's own defaults and ours, whatever the user's matplotlibrc says, and no warning about rare glyphs."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        if style == "article":
            from matplotlib import style as styles

            styles.use("dark_background")
        mpl.rcParams.update(dict(SETTINGS))  # type: ignore[arg-type]  # stubs list every key
        yield


def palette_of(style: Style) -> Palette:
    """The colours of a style; figures that the article did not draw are dark in its style."""
    return PALETTES["light" if style == "light" else "dark"]


def save_figures(figures: Iterable[tuple[str, Figure]], folder: Path, format: FigureFormat) -> list[Path]:
    """Writes each figure under its name into `folder`, as soon as it is drawn."""
    paths = []
    for stem, figure in figures:
        path = folder / f"{stem}.{format}"
        save_figure(figure, path, format)
        paths.append(path)
    return paths


def save_figure(figure: Figure, path: Path, format: FigureFormat) -> None:
    """Writes a figure, whole or not at all; raises StoreError if that can't be done."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format, metadata=METADATA[format])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        remedy = "mend this, or draw into another folder: actsearch plot --out DIR"
        raise StoreError(f"{path}: can't be written, {error.strerror}; {remedy}") from error


def file_stem(text: str, also: str = "") -> str:
    """A text as a part of a file's name: letters, digits and `._-`, and the signs in `also`."""
    return re.sub(rf"[^A-Za-z0-9_.{also}-]+", "_", text)


def metric_stem(metric: str) -> str:
    """A metric's file: validation is what one looks at, so `val_loss` is `loss`, and `loss` is `training_loss`."""
    return metric.removeprefix("val_") if metric.startswith("val_") else f"training_{metric}"


# --- the text


class Ruler:
    """Measures text in inches."""

    def __init__(self, dpi: float = 150) -> None:
        renderer: Any = RendererAgg
        self._renderer = renderer(1, 1, dpi)
        self._dpi = dpi
        self._known: dict[tuple[str, float, str], float] = {}

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        key = (text, size, weight)
        if key not in self._known:
            font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
            width, _, _ = self._renderer.get_text_width_height_descent(text, font, False)
            self._known[key] = width / self._dpi
        return self._known[key]

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        """Lines no wider than `width`; a word that is wider alone is broken."""
        lines, line = [], ""
        for word in self._words(text, size, width):
            longer = f"{line} {word}" if line else word
            if line and self.width(longer, size) > width:
                lines.append(line)
                longer = word
            line = longer
        return [*lines, line] if line else lines

    def _words(self, text: str, size: float, width: float) -> list[str]:
        words: list[str] = []
        for word in text.split():
            words += [word] if self.width(word, size) <= width else textwrap.wrap(word, 40)
        return words

    def fitting(self, text: str, size: float, width: float, weight: str = "normal") -> str:
        """The text, shortened until it fits."""
        limit = len(text)
        while limit > 4 and self.width(shortened(text, limit), size, weight) > width:
            limit -= max(1, limit // 12)
        return shortened(text, limit)


def fitting_names(
    names: Sequence[str], ruler: Ruler, size: float, width: float, limits: Sequence[int]
) -> tuple[dict[str, str], float]:
    """The names with as many characters as `width` allows, of the falling `limits`, and how wide the widest is."""
    for limit in limits:
        short = short_names(names, limit)
        widest = max((ruler.width(name, size) for name in short.values()), default=0.0)
        if widest <= width:
            break
    return short, widest


def put(figure: Figure, x: float, y: float, text: str, **how: Any) -> Text:
    """Text at inches from the lower left corner."""
    width, height = figure.get_size_inches()
    return figure.text(x / width, y / height, text, **how)


def stroke(figure: Figure, xs: Sequence[float], ys: Sequence[float], **how: Any) -> None:
    """A line through places in inches from the lower left corner."""
    width, height = figure.get_size_inches()
    figure.add_artist(Line2D([x / width for x in xs], [y / height for y in ys], transform=figure.transFigure, **how))


# --- colours and marks


def tinted(color: str, paper: str, share: float) -> str:
    """So much of a colour, the rest the paper's."""
    red, green, blue = (share * a + (1 - share) * b for a, b in zip(to_rgb(color), to_rgb(paper), strict=True))
    return to_hex((red, green, blue))


def edged(color: str, palette: Palette) -> dict[str, Any]:
    """For a marker: a thin edge that stands out from the paper where a light colour does not."""
    return {"color": color, "markeredgecolor": tinted(color, palette.ink, 0.45), "markeredgewidth": 0.6}


def marker_size(pen: Pen, size: float) -> float:
    """A thick plus has less of a body than the others."""
    return 1.3 * size if pen.marker == "P" else size


def cross(axes: Axes, x: float, y: float, color: str, palette: Palette, size: Literal["large", "small"]) -> None:
    """Where a seed diverged: above all lines, with an edge of paper around it."""
    colors = (palette.paper, color)
    for shade, (width, markersize) in zip(colors, SIZES_OF_CROSSES[size], strict=True):
        axes.plot(
            [x],
            [y],
            linestyle="none",
            marker="x",
            markersize=markersize,
            markeredgewidth=width,
            color=shade,
            clip_on=False,
            zorder=6,
            label="_cross",
        )


# --- logarithmic axes


def set_log_ticks(axes: Axes, ticks: Sequence[float]) -> None:
    """On the y axis, written in one notation."""
    axes.yaxis.set_major_locator(FixedLocator(list(ticks)))
    axes.yaxis.set_major_formatter(FuncFormatter(tick_names(ticks)))
    axes.yaxis.set_minor_locator(NullLocator())


def broken(row: Sequence[float]) -> list[float]:
    """A line for a logarithmic axis, with a gap (NaN) where a value is 0: along the edge it would look like a value."""
    return [value if not value <= 0 else math.nan for value in row]


def lonely(values: Sequence[float]) -> list[int]:
    """Places of values between gaps, of which a line alone would show nothing."""
    padded = [math.nan, *values, math.nan]
    known = [math.isfinite(value) for value in padded]
    return [i for i in range(len(values)) if known[i + 1] and not known[i] and not known[i + 2]]


def zeros(axes: Axes, xs: Sequence[float], row: Sequence[float], low: float, color: str) -> None:
    """Hollow triangles on the lower edge, where the values of `row` are 0: all of a few, or each run's ends."""
    at = [i for i, value in enumerate(row) if value <= 0]
    if len(at) > FEW_ZEROS:
        at = [i for i in at if i - 1 not in at or i + 1 not in at]
    if not at:
        return
    axes.plot(
        [xs[i] for i in at],
        [low] * len(at),
        linestyle="none",
        marker="v",
        markersize=5,
        markerfacecolor="none",
        color=color,
        markeredgewidth=1.0,
        clip_on=False,
        label="_zeros",
        zorder=5,
    )
