"""What stands on the screen while a line is typed: the line, the menu over it, and what is told below.

prompt-toolkit's own layout has room for frames, other menus and toolbars that the shell does not have, and each key and
each Enter walk through all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import has_arg, has_focus, is_done, renderer_height_is_known, vi_navigation_mode
from prompt_toolkit.layout import ConditionalContainer, Dimension, Float, FloatContainer, HSplit, Layout, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.layout.processors import (
    AppendAutoSuggestion,
    ConditionalProcessor,
    DisplayMultipleCursors,
    HighlightIncrementalSearchProcessor,
    HighlightSelectionProcessor,
    Processor,
)
from prompt_toolkit.search import SearchState
from prompt_toolkit.widgets import SearchToolbar

from tcalc.repl.transcript import CONTINUATION, NORMAL, PROMPT, WRAPPED

if TYPE_CHECKING:
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.lexers import Lexer

#: So many lines are kept free below the line that is typed while there is a menu, and so many may it have.
MENU, LONGEST_MENU = 8, 16
#: The height of what is told below.
BELOW = Dimension(min=1)


def layout(
    typed: Buffer,
    searched: Buffer,
    lexer: Lexer | None,
    processors: Sequence[Processor],
    told: Callable[[], StyleAndTextTuples],
) -> Layout:
    """The screen for a buffer that is typed in, one that is searched with, and what is told of the former."""
    search = SearchToolbar(searched)
    line = Window(
        BufferControl(
            typed,
            input_processors=[
                HighlightIncrementalSearchProcessor(),
                HighlightSelectionProcessor(),
                ConditionalProcessor(AppendAutoSuggestion(), has_focus(typed) & ~is_done),
                DisplayMultipleCursors(),
                *processors,
            ],
            include_default_input_processors=False,
            lexer=lexer,
            search_buffer_control=search.control,
            preview_search=True,
        ),
        height=lambda: Dimension(min=_room(typed)),
        get_line_prefix=_prefix,
        wrap_lines=True,
    )
    menu = CompletionsMenu(max_height=LONGEST_MENU, scroll_offset=1, extra_filter=has_focus(typed))
    repeated = Window(FormattedTextControl(_repeated), height=1)
    below = Window(FormattedTextControl(told), style="class:bottom-toolbar", dont_extend_height=True, height=BELOW)
    return Layout(
        HSplit(
            [
                FloatContainer(line, [Float(menu, xcursor=True, ycursor=True, transparent=True)]),
                ConditionalContainer(repeated, has_arg),
                ConditionalContainer(search, ~is_done),
                ConditionalContainer(below, ~is_done & renderer_height_is_known),
            ]
        ),
        line,
    )


def found_text(shown: Layout) -> str:
    """The text that a search shows on the line, which is not yet the one that is typed."""
    control = shown.search_target_buffer_control
    if control is None or control.search_buffer_control is None:
        return ""
    state = control.search_state
    wanted = SearchState(control.search_buffer_control.buffer.text, state.direction, state.ignore_case)
    return control.buffer.document_for_search(wanted).text


def _room(typed: Buffer) -> int:
    """The least height of the line: with a menu, no more than there is beside it and what is told below."""
    app = get_app()
    return 0 if typed.complete_state is None or app.is_done else max(0, min(MENU, app.output.get_size().rows - 2))


def _prefix(row: int, wraps: int) -> StyleAndTextTuples:
    """What stands before a line: the prompt, another while keys move about and write nothing, as in vi."""
    if wraps:
        return [("class:prompt-continuation", WRAPPED)]
    if row:
        return [("class:prompt-continuation", CONTINUATION)]
    normal = vi_navigation_mode() and not get_app().is_done
    return [("class:prompt.normal", NORMAL)] if normal else [("class:prompt", PROMPT)]


def _repeated() -> StyleAndTextTuples:
    """How often the next key counts, as it was typed."""
    arg = get_app().key_processor.arg or ""
    return [("class:arg-toolbar", "Repeat: "), ("class:arg-toolbar.text", "-1" if arg == "-" else arg)]
