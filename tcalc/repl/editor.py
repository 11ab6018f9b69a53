"""The line editor: prompt-toolkit with the shell's keys, history and completion. Importing it takes 100 ms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.filters import vi_navigation_mode
from prompt_toolkit.history import History
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from tcalc.repl.keys import MODES, bound_keys
from tcalc.repl.lexing import Brackets, Colouring
from tcalc.repl.live import Live, Underlined, line
from tcalc.repl.looks import looks
from tcalc.repl.suggestion import suggestions
from tcalc.repl.transcript import CONTINUATION, NORMAL, PROMPT

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

    def __init__(self, session: Session, style: Style, history: HistoryFile, loading: Loading) -> None:
        #: What Alt-1, Alt-2 … put on the line: the repairs that the last statement was offered.
        self.repairs: list[Repair] = []
        self._offered = ""
        self._session, self._style = session, style
        self._colouring = Colouring(session, loading)
        self._live = Live(session, loading, lambda: self._prompt.app.invalidate())
        self._prompt: PromptSession[str] = PromptSession(
            self._message,
            multiline=True,
            prompt_continuation=CONTINUATION,
            history=_Recall(history),
            completer=_Names(session, loading),
            complete_while_typing=False,
            auto_suggest=suggestions(session, loading) if style.colour else None,  # grey, or it could not be told apart
            enable_history_search=True,
            tempfile_suffix=".tc",
            key_bindings=bound_keys(session.settings, lambda: self.repairs),
            enable_suspend=True,
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_4_BIT if style.colour else ColorDepth.DEPTH_1_BIT,  # it would ask NO_COLOR
            style=looks(style),
            bottom_toolbar=self._line,
            input_processors=[Brackets(self._colouring), Underlined(self._live)],
        )
        typed = self._prompt.default_buffer
        for control in self._prompt.layout.find_all_controls():
            if isinstance(control, BufferControl) and control.buffer is typed and style.colour:
                control.lexer = self._colouring  # the session's own would hide when it has news
        for event in (typed.on_text_changed, typed.on_cursor_position_changed):
            event += lambda buffer: self._live.ask(buffer.text, buffer.cursor_position)
        output = self._prompt.app.output
        if isinstance(output, Vt100_Output):
            # The cursor's position is never needed, and where a terminal does not answer, each line costs a second.
            output.enable_cpr = False
        self._prompt.app.after_render += lambda _: loading.start()

    def read(self) -> str:
        """What was typed. Raises EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""
        offered, self._offered = self._offered, ""
        self._colouring.begin()
        self._use_keys()
        return self._prompt.prompt(default=offered)

    def offer(self, text: str) -> None:
        """See `shell.Reader.offer`."""
        self._offered = text

    def _line(self) -> StyleAndTextTuples:
        """What stands below the line that is typed."""
        columns = self._prompt.app.output.get_size().columns
        return line(self._live.of(self._prompt.default_buffer.text), self._style, columns)

    def _message(self) -> StyleAndTextTuples:
        """The prompt: another while keys move about and write nothing, as in vi."""
        normal = vi_navigation_mode() and not self._prompt.app.is_done
        return [("class:prompt.normal", NORMAL)] if normal else [("", PROMPT)]

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
    """Completion at Tab; nothing while the language is still being loaded."""

    def __init__(self, session: Session, loading: Loading) -> None:
        self._session, self._loading = session, loading

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """See `completion.candidates`."""
        from tcalc.repl.completion import candidates

        if not self._loading.language.wait(0.5):
            return
        for each in candidates(self._session, document.text_before_cursor, document.text_after_cursor):
            yield Completion(each.text, -each.length, display_meta=each.remark)
