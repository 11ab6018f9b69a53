"""The line editor: prompt-toolkit with the shell's keys, history and completion. Importing it takes 100 ms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from tcalc.repl.live import Live, Underlined, line
from tcalc.repl.looks import looks
from tcalc.repl.transcript import CONTINUATION, PROMPT, pasted

if TYPE_CHECKING:
    from prompt_toolkit.buffer import Buffer
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
        self._style = style
        self._live = Live(session, loading, lambda: self._prompt.app.invalidate())
        self._prompt: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=CONTINUATION,
            history=_Recall(history),
            completer=_Names(session, loading),
            complete_while_typing=False,
            key_bindings=self._keys(),
            enable_suspend=True,
            include_default_pygments_style=False,
            color_depth=None if style.colour else ColorDepth.DEPTH_1_BIT,
            style=looks(style),
            bottom_toolbar=self._line,
            input_processors=[Underlined(self._live)],
        )
        typed = self._prompt.default_buffer
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
        return self._prompt.prompt(default=offered)

    def offer(self, text: str) -> None:
        """See `shell.Reader.offer`."""
        self._offered = text

    def _line(self) -> StyleAndTextTuples:
        """What stands below the line that is typed."""
        columns = self._prompt.app.output.get_size().columns
        return line(self._live.of(self._prompt.default_buffer.text), self._style, columns)

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        editing = has_focus(DEFAULT_BUFFER)

        @keys.add("enter", filter=editing)
        def _enter(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if _is_whole(buffer):
                buffer.validate_and_handle()
            else:
                buffer.newline(copy_margin=False)

        @keys.add("escape", "enter", filter=editing)
        def _new_line(event: KeyPressEvent) -> None:
            event.current_buffer.newline(copy_margin=False)

        @keys.add(Keys.BracketedPaste, filter=editing)
        def _paste(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text(pasted(event.data))

        for number in range(1, 10):
            self._add_repair_key(keys, number)
        return keys

    def _add_repair_key(self, keys: KeyBindings, number: int) -> None:
        offered = Condition(lambda: len(self.repairs) >= number)

        @keys.add("escape", str(number), filter=has_focus(DEFAULT_BUFFER) & offered)
        def _repair(event: KeyPressEvent) -> None:
            text = self.repairs[number - 1].whole
            event.current_buffer.document = Document(text, len(text))


def _is_whole(buffer: Buffer) -> bool:
    """Whether Enter runs what is on the line: a command, or statements of which none is open."""
    from tcalc.commands import is_command
    from tcalc.syntax.parser import is_complete

    return is_command(buffer.text) or is_complete(buffer.text)


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
        for each in candidates(self._session, document.text_before_cursor):
            yield Completion(each.text, -each.length, display_meta=each.remark)
