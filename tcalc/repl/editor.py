"""The line editor: prompt-toolkit with the shell's keys, history and completion. Importing it takes 100 ms."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.history import History
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from tcalc.repl.keys import MODES, bound_keys
from tcalc.repl.layout import found_text, layout
from tcalc.repl.lexing import MOST, Brackets, Colouring
from tcalc.repl.live import Live, Underlined, line
from tcalc.repl.looks import looks
from tcalc.repl.onscreen import OnScreen
from tcalc.repl.suggestion import suggestions
from tcalc.show.visible import clipped

if TYPE_CHECKING:
    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples

    from tcalc.errors import Repair
    from tcalc.repl.history import HistoryFile
    from tcalc.repl.loading import Loading
    from tcalc.session import Session
    from tcalc.show.palette import Style


class Editor:
    """Reads one text after the other from the terminal."""

    repair_hint = "Alt-1 puts it on the line"

    def __init__(
        self, session: Session, style: Style, history: HistoryFile, loading: Loading, warn: Callable[[], None]
    ) -> None:
        #: What Alt-1, Alt-2 … put on the line: the repairs that the last statement was offered.
        self.repairs: list[Repair] = []
        self._offered = ""
        self._runner = asyncio.Runner()
        self._session, self._style = session, style
        self._colouring = Colouring(session, loading)
        self._live = Live(session, loading, lambda: self._prompt.app.invalidate())
        self._prompt: PromptSession[str] = PromptSession(
            multiline=True,
            history=_Recall(history),
            completer=_Names(session, loading, style),
            complete_while_typing=False,
            auto_suggest=suggestions(session, loading) if style.colour else None,  # grey, or it could not be told apart
            enable_history_search=True,
            key_bindings=bound_keys(session.settings, lambda: self.repairs),
            enable_suspend=True,
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_4_BIT if style.colour else ColorDepth.DEPTH_1_BIT,  # it would ask NO_COLOR
            style=looks(style),
        )
        typed = self._prompt.default_buffer
        processors = [Brackets(self._colouring), Underlined(self._live), OnScreen(style.ellipsis)]
        lexer = self._colouring if style.colour else None
        self._prompt.app.layout = layout(typed, self._prompt.search_buffer, lexer, processors, self._line)
        if os.name == "posix":
            self._prompt.app.terminal_size_polling_interval = None  # a signal tells of a new size
        for event in (typed.on_text_changed, typed.on_cursor_position_changed):
            event += lambda buffer: self._live.ask(buffer.text, buffer.cursor_position)
        output = self._prompt.app.output
        if isinstance(output, Vt100_Output):
            # The terminal is never asked where its cursor is: its answer could come while a statement runs, and be
            # echoed. A row below is there always, as the terminal scrolls; in it stands what is told while one types.
            output.get_rows_below_cursor_position = lambda: 1  # type: ignore[method-assign]  # not known to be needed

        def warn_above() -> None:
            """What went wrong with the user's files is told above the line as soon as it is known."""
            if (history.warnings or loading.warnings) and not self._prompt.app.is_done:
                run_in_terminal(warn)

        self._prompt.app.after_render += lambda _: loading.start()
        self._prompt.app.after_render += lambda _: warn_above()
        loading.changed = self._prompt.app.invalidate

    def read(self) -> str:
        """What was typed. Raises EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""
        offered, self._offered = self._offered, ""
        self._colouring.begin()
        self._use_keys()
        return self._runner.run(
            self._prompt.prompt_async(default=offered, set_exception_handler=False, pre_run=self._watch)
        )

    def offer(self, text: str) -> None:
        """See `shell.Reader.offer`."""
        self._offered = text

    def _watch(self) -> None:
        """Have what goes wrong in a key, or in drawing, end the line as an exception of `read`."""

        def failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            reason, app = context.get("exception"), self._prompt.app
            if isinstance(reason, Exception) and app.is_running and not app.is_done:
                app.exit(exception=reason)

        asyncio.get_running_loop().set_exception_handler(failed)  # prompt-toolkit's own shows a traceback

    def _line(self) -> StyleAndTextTuples:
        """What stands below the line that is typed, or that is found in the history."""
        columns, text = self._prompt.app.output.get_size().columns, self._prompt.default_buffer.text
        searched = self._prompt.search_buffer.text
        if searched and self._prompt.app.layout.is_searching:
            text = found_text(self._prompt.app.layout)
            if searched not in text:
                return [
                    ("class:live.note", clipped(" nothing before has this in it", columns - 1, self._style.ellipsis))
                ]
            self._live.ask(text, len(text))
        return line(self._live.of(text), self._style, columns)

    def _use_keys(self) -> None:
        """Whose keys: see `:set keys`. In vi Escape is a key by itself, so what follows it must come at once."""
        keys, app = self._session.settings.keys, self._prompt.app
        self._prompt.editing_mode = MODES[keys]
        app.timeoutlen, app.ttimeoutlen = (0.1, 0.05) if keys == "vi" else (1.0, 0.5)


class _Recall(History):
    """The history file, as prompt-toolkit asks for it."""

    def __init__(self, file: HistoryFile) -> None:
        super().__init__()
        self._file = file

    def load_history_strings(self) -> Iterable[str]:
        """The entries, newest first."""
        return reversed(self._file.entries())

    def store_string(self, string: str) -> None:
        """Keep an entry."""
        self._file.add(string)


class _Names(Completer):
    """Completion at Tab; nothing while the language is still being loaded, nor in a very long text."""

    def __init__(self, session: Session, loading: Loading, style: Style) -> None:
        self._session, self._loading, self._style = session, loading, style

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """See `completion.candidates`."""
        from tcalc.repl.completion import candidates

        if len(document.text) > MOST or not self._loading.language.wait(0.5):
            return
        room = get_app().output.get_size().columns * 2 // 5  # or the longest name would leave none for the types
        try:
            found = candidates(self._session, document.text_before_cursor, document.text_after_cursor)
        except Exception:  # nothing to choose from is better than a shell that stops
            return
        for each in found:
            shown = clipped(each.text, room, self._style.ellipsis)
            yield Completion(each.text, -each.length, shown, each.remark)
