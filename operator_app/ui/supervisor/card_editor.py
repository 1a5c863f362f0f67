"""A window of its own in which a supervisor edits question cards; beside the text stands the card as it will be."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QScrollArea, QTextEdit, QVBoxLayout, QWidget

from operator_app.domain.states import RefusedError
from operator_app.domain.triage import Card, Ground, Kind, assess
from operator_app.reading.fault import BadFileError
from operator_app.ui.form.card_pane import CardPane
from operator_app.ui.form.presenters.card import card_view
from operator_app.ui.frame.area import Hand
from operator_app.ui.keys.keymap import fixed_key
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import SectionTitle, SpanText, Text, set_title
from operator_app.ui.kit.rows_model import RowsModel
from operator_app.ui.kit.rows_view import RowsView
from operator_app.ui.kit.theme import SMALL
from operator_app.ui.words.file_faults import fault_words
from operator_app.ui.words.rows import Row, cell
from operator_app.ui.words.wording import Span, Tone

LOOK_AFTER_MS = 250
WHOLE = (1400, 720)
"""What all of it takes at text scale 1; on a smaller screen the window scrolls."""
KIND_MOST = 390
SAVE = "Ctrl+S"


class CardEditor(QWidget):
    """Kinds on the left, the card's text in the middle, its preview on the right. Never in the way of a call."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        theme, say = hand.theme, hand.say
        self._hand, self._theme, self._say, self._seat, self._words = hand, theme, say, hand.seat, hand.words
        self._kind: Kind | None = None
        self._saved = ""
        self.setObjectName("window")
        set_title(self, say("editor.title"))
        room = self.screen().availableSize()
        wide, tall = (theme.px(side) for side in WHOLE)
        self.resize(min(wide, room.width()), min(tall, room.height()))
        self.model = RowsModel(2)
        self.kinds = RowsView(theme, self.model, "editorKinds", label=say("editor.kinds"), text_px=SMALL)
        self.kinds.chosen.connect(self._choose)
        self.text = QPlainTextEdit()
        self.text.setObjectName("editorText")
        self.text.setAccessibleName(say("editor.text"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(theme.font(SMALL, tabular=True))
        self.text.textChanged.connect(self._edited)
        self.title = Text(part="title", name="editorTitle")
        self.cause = Text(part="small", wrap=True, name="editorCause")
        self.cause.setMinimumHeight(3 * theme.metrics(SMALL).lineSpacing())
        self.cause.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.preview = CardPane(theme, say, hand.keys.cap("card"))
        self.preview.setObjectName("editorPreview")
        self.outcome = SpanText(theme, wrap=True, name="editorOutcome", part="small", lines=6)
        self.save = KeyButton(
            theme, say("editor.save"), SAVE.replace("Ctrl+", "^"), name="editorSave", look="primary"
        )
        self.save.clicked.connect(self._publish)
        fixed_key(self, SAVE, self._publish, repeats=False)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_AFTER_MS)
        self._look.timeout.connect(self._read)
        self._answers: dict[str, str] = {}
        self.preview.answered.connect(self._try_answer)
        self._arrange()

    def open_at(self, kind: str) -> None:
        """Show the window with the card of that kind, or the one it had; the operator's window stays as it is."""
        self._list()
        wanted = kind or (self._kind.code if self._kind else self._seat.cards.kinds[0].code)
        if self._kind is None or (kind and kind != self._kind.code and not self._is_dirty()):
            self._choose(wanted)
        self.show()
        self.raise_()
        self.activateWindow()
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Esc; an edit that was not saved stays in the window until it is opened again."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _is_dirty(self) -> bool:
        return self.text.toPlainText() != self._saved

    def _list(self) -> None:
        rows = []
        for kind in self._seat.cards.kinds:
            card = self._present(kind).card
            version = "–" if card is None else self._say("editor.version", n=card.version)
            rows.append(Row(kind.code, (cell(self._words.kind_label(kind.code)), cell(version, Tone.QUIET))))
        self.model.show(rows)
        metrics, side = self._theme.metrics(SMALL), 2 * self.kinds.delegate.side
        widths = [max(metrics.horizontalAdvance(row.cells[n].text) for row in rows) + side for n in (0, 1)]
        widths[0] = min(widths[0], self._theme.px(KIND_MOST))
        self.kinds.set_widths(widths)
        self.kinds.setFixedWidth(sum(widths) + self.kinds.verticalScrollBar().sizeHint().width())

    def _present(self, kind: Kind) -> Kind:
        return self._seat.cards.kind_or_none(kind.code) or kind

    def _choose(self, code: str) -> None:
        if self._kind is not None and self._is_dirty() and code != self._kind.code:
            self._say_cause(self._say("editor.dirty", kind=self._kind.code), Tone.WATCH)
            return
        kind = self._seat.cards.kind_or_none(code)
        if kind is None:
            return
        self._kind, self._answers = kind, {}
        self._saved = self._seat.cards.card_source(code)
        self.text.setPlainText(self._saved)
        self.kinds.setCurrentIndex(self.model.index(self.model.row_of(code) or 0, 0))
        self._read()

    def _edited(self) -> None:
        self._look.start()

    def _read(self) -> None:
        """Read the text and show the card as it would be, or what is wrong."""
        self._look.stop()
        kind = self._kind
        if kind is None:
            return
        present = 0 if kind.card is None else kind.card.version
        self.title.say(f"{self._words.kind_label(kind.code)} · {self._say('editor.version', n=present)}")
        try:
            card = self._seat.cards.try_card(kind.code, self.text.toPlainText())
        except (BadFileError, RefusedError) as error:
            first = error.faults[0] if isinstance(error, BadFileError) else None
            cause = self._say(f"refusal.{error.refusal}") if isinstance(error, RefusedError) else ""
            cause = cause if first is None else fault_words(first, self._say)
            self._say_cause(self._say("editor.faulty", cause=cause), Tone.ALARM)
            self._mark_line(first.line if first is not None and first.line else None)
            self.save.setEnabled(False)
            return
        self._mark_line(None)
        self.save.setEnabled(self._is_dirty())
        self._say_cause(self._say("editor.good" if self._is_dirty() else "editor.unchanged"), Tone.QUIET)
        self._answers = {
            name: a for name, a in self._answers.items() if (q := card.question(name)) and q.takes(a)
        }
        self.preview.tell(card_view(kind.code, card, self._answers, self._say))
        self._show_outcome(kind, card)

    def _mark_line(self, line: int | None) -> None:
        """Lay a ground under the line that is at fault."""
        marks = []
        if line is not None:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.text.document().findBlockByNumber(line - 1))
            mark.format.setBackground(QColor(self._theme.ground(Tone.ALARM)))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            marks.append(mark)
        self.text.setExtraSelections(marks)

    def _show_outcome(self, kind: Kind, card: Card) -> None:
        proposal = assess(replace(kind, card=card), self._answers, self._seat.cards.agencies)
        language = self._say("map.language")
        why = [
            each.words.said_in(language) if each.words else self._words.category(kind.code).casefold()
            for each in proposal.reasons
            if each.ground is not Ground.KIND or len(proposal.reasons) == 1
        ]
        spans = [
            Span(self._say("form.proposed", priority=proposal.priority, why=", ".join(why)), strong=True)
        ]
        for each in (*proposal.dispatch, *proposal.by_phone):
            reason = each.because.said_in(language) if each.because else ""
            spans.append(Span(f" · {each.agency.name}" + (f" ({reason})" if reason else "")))
        self.outcome.say(spans)

    def _try_answer(self, question: str, answer: object) -> None:
        """Try the card: answers in the preview are recorded nowhere."""
        if answer is None:
            self._answers.pop(question, None)
        else:
            self._answers[question] = str(answer)
        self._read()

    def _publish(self) -> None:
        self._read()
        if self._kind is not None and self.save.isEnabled():
            self._hand.run("card_editor", self._store(self._kind.code, self.text.toPlainText()))

    async def _store(self, code: str, source: str) -> None:
        version = await self._seat.cards.publish_card(code, source)
        self._saved = source
        self._kind = self._seat.cards.kind_or_none(code)
        self._list()
        self._read()
        self._say_cause(self._say("editor.saved", kind=code, n=version), Tone.GOOD)

    def _say_cause(self, words: str, tone: Tone) -> None:
        self.cause.say(words, tone)

    def _arrange(self) -> None:
        gap = self._theme.px(12)
        whole, page = QVBoxLayout(self), QWidget()
        whole.setContentsMargins(0, 0, 0, 0)
        page.setMinimumSize(*(self._theme.px(side) - gap for side in WHOLE))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        whole.addWidget(area)
        row = QHBoxLayout(page)
        row.setContentsMargins(gap, gap, gap, gap)
        row.setSpacing(gap)
        row.addWidget(self.kinds)
        middle, right = QVBoxLayout(), QVBoxLayout()
        middle.addWidget(self.title)
        middle.addWidget(self.text, 1)
        middle.addWidget(self.cause)
        right.addWidget(SectionTitle(self._say("editor.preview")))
        right.addWidget(self.preview)
        right.addWidget(self.outcome)
        hint = Text(self._say("editor.hint"), "small", Tone.QUIET, wrap=True)
        right.addWidget(hint)
        right.addStretch(1)
        right.addWidget(self.save)
        row.addLayout(middle, 5)
        row.addLayout(right, 5)
