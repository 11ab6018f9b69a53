"""What there is to draw: curves, a histogram, a matrix, a picture; as lines of text, or on axes of matplotlib's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tcalc.show.plots import grids
from tcalc.show.plots.colours import Colour
from tcalc.show.plots.curves import Series, bins, curves, histogram
from tcalc.show.plots.frame import Names

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import TensorData

#: Lines of a plot, at most and at least; so many of the terminal's are left for what stands around it.
HEIGHT, LEAST, AROUND = 16, 5, 5


def rows(height: int) -> int:
    """The lines of a plot on a terminal of some height."""
    return max(LEAST, min(HEIGHT, height - AROUND))


class Chart(Protocol):
    """Something to draw."""

    def lines(self, style: Style, width: int, height: int) -> list[str]:
        """It in lines for a terminal of some width and height."""

    def draw(self, axes: Any) -> None:
        """It on matplotlib's Axes, which are empty."""


class Curves:
    """A line through the points of each series."""

    def __init__(self, series: Sequence[Series], names: Names) -> None:
        self.series, self.names = series, names

    def lines(self, style: Style, width: int, height: int) -> list[str]:
        """See `Chart.lines`."""
        return curves(self.series, style, width, rows(height), self.names)

    def draw(self, axes: Any) -> None:
        """See `Chart.draw`."""
        for number, (xs, ys) in enumerate(self.series):
            # One point alone is no line.
            axes.plot(xs, ys, label=f"row {number}", marker="o" if len(ys) == 1 else None)
        if 1 < len(self.series) <= MOST_TOLD:
            axes.legend()
        _name(axes, self.names)


#: Of more curves than this no legend is of use.
MOST_TOLD = 10


class Histogram:
    """How many numbers lie in each of equal steps."""

    def __init__(self, data: TensorData, name: str) -> None:
        self.data, self.name = data, name

    def lines(self, style: Style, width: int, height: int) -> list[str]:
        """See `Chart.lines`."""
        return histogram(self.data, style, width, rows(height), self.name)

    def draw(self, axes: Any) -> None:
        """See `Chart.draw`."""
        found = self.data.counted(bins)
        if found.counts:
            number = len(found.counts)
            edges = [
                found.least * (1 - place / number) + found.greatest * (place / number) for place in range(number + 1)
            ]
            axes.stairs(found.counts, edges, fill=True)
        _name(axes, (self.name, ""))


class HeatMap:
    """A matrix by the size of its elements; the first row is above."""

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self.rows = rows

    def lines(self, style: Style, width: int, height: int) -> list[str]:
        """See `Chart.lines`."""
        return grids.heat(self.rows, style, width, rows(height))

    def draw(self, axes: Any) -> None:
        """See `Chart.draw`."""
        # Of matplotlib's maps the one that the terminal's colours are taken from.
        drawn = axes.imshow(self.rows, cmap="cividis", interpolation="nearest", aspect="auto")
        axes.figure.colorbar(drawn)


class Picture:
    """Pixels of red, green and blue from 0 to 255."""

    def __init__(self, pixels: Sequence[Sequence[Colour]]) -> None:
        self.pixels = pixels

    def lines(self, style: Style, width: int, height: int) -> list[str]:
        """See `Chart.lines`."""
        return grids.image(self.pixels, style, width, min(2 * HEIGHT, max(LEAST, height - 2)))

    def draw(self, axes: Any) -> None:
        """See `Chart.draw`."""
        axes.imshow(self.pixels, interpolation="nearest")
        axes.set_axis_off()


def _name(axes: Any, names: Names) -> None:
    across, up = names
    axes.set_xlabel(across, parse_math=False)  # a $ of the user's is a $
    axes.set_ylabel(up, parse_math=False)
