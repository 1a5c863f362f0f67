"""The question card: single keys answer, the next open question follows by itself, the same key takes an answer back.

Its height never changes, so nothing moves under the hand; the questions scroll in it where the window is low.
"""

from dataclasses import replace

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from operator_app.ui.form.presenters.card import CardRow, CardView
from operator_app.ui.keys.keymap import Cap
from operator_app.ui.kit.caps import cap_size, paint_cap
from operator_app.ui.kit.labels import WEIGHT_STRONG, set_tip
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.theme import BODY, HEAD, SMALL, Theme
from operator_app.ui.words.wording import Say

ROWS, ROWS_SHORT = 6, 3
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class WordsAnswer(OneLine):
    """The line in which a question is answered in words; Enter, Up and Down leave it."""

    stepped = Signal(int)
    escaped = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what leads on; everything else is typed."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Down:
                self.stepped.emit(1)
            case Qt.Key.Key_Up:
                self.stepped.emit(-1)
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        self.left.emit()


class CardPane(QWidget):
    """Shows a `CardView`; `answered` tells question and answer, None to take it back; `finished`: lead on."""

    answered = Signal(str, object)
    finished = Signal()

    def __init__(self, theme: Theme, say: Say, cap: Cap) -> None:
        """`cap` is the key that leads here."""
        super().__init__()
        self._theme, self._say, self._cap = theme, say, cap
        self._view = CardView("", say("card.no_kind"))
        self._ahead = ""
        self._current = 0
        self._shown_rows = ROWS
        self._row = theme.metrics(BODY).height() + theme.px(5)
        self.setObjectName("card")
        self.setAccessibleName(say("card.label"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.words = WordsAnswer(self)
        self.words.setObjectName("cardWords")
        self.words.setProperty("part", "inline")
        self.words.hide()
        self.words.stepped.connect(self._leave_words)
        self.words.escaped.connect(self._escape)
        self.words.left.connect(self._keep_words)
        self.set_short(short=False)

    # ---- what is shown

    def set_short(self, *, short: bool) -> None:
        """Do with fewer rows."""
        self._shown_rows = ROWS_SHORT if short else ROWS
        self._row = self._theme.metrics(BODY).height() + self._theme.px(3 if short else 5)
        self.setFixedHeight(self._top() + self._shown_rows * self._row + self._theme.px(8))
        self.update()

    def put(self, view: CardView) -> None:
        """Show the card of a kind that was picked, before it is saved."""
        self._ahead = view.kind
        self._show(view)

    def settled(self) -> None:
        """The kind that was picked has been saved, or could not be: what is told counts again."""
        self._ahead = ""

    def tell(self, view: CardView) -> None:
        """Show that card."""
        if self._ahead and view.kind != self._ahead:
            return
        self._ahead = ""
        if view != self._view:
            self._show(view)

    def _show(self, view: CardView) -> None:
        other = (view.kind, tuple(row.id for row in view.rows)) != (
            self._view.kind,
            tuple(row.id for row in self._view.rows),
        )
        self._view = view
        if other:
            self._current = self._open_after(-1)
        self._tell_spoken()
        self._place_words()
        self.update()

    @property
    def view(self) -> CardView:
        """The card shown."""
        return self._view

    @property
    def current(self) -> CardRow | None:
        """The question that the next key answers."""
        rows = self._view.rows
        return rows[self._current] if self._current < len(rows) else None

    def shown_text(self) -> str:
        """Return title, questions and answers, line by line."""
        lines = [self._view.title]
        for number, row in enumerate(self._view.rows):
            here = number == self._current and self.hasFocus()
            keys = " ".join(f"[{each.key}] {each.words}" for each in row.options) if here else ""
            lines.append(f"{row.ask} {keys or row.answer_words or '—'}")
        return "\n".join(lines)

    def is_clipped(self) -> bool:
        """Long questions end in an ellipsis; nothing is cut without a sign."""
        return False

    # ---- keys

    def lead_in(self) -> None:
        """Take the keyboard at the first open question."""
        if not self._view.rows:
            self.finished.emit()
            return
        self._current = self._open_after(-1)
        self._enter()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer, move, take back, or leave."""
        row, key = self.current, event.key()
        if row is None or event.isAutoRepeat():
            super().keyPressEvent(event)
            return
        match key:
            case Qt.Key.Key_Down | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Escape:
                self._escape()
            case Qt.Key.Key_Backspace | Qt.Key.Key_Delete:
                self._answer(row, "")
            case _:
                typed = event.text().upper()
                option = next((each for each in row.options if typed and each.key == typed), None)
                if option is None:
                    super().keyPressEvent(event)
                elif row.answer == option.code:
                    self._answer(row, "")
                else:
                    self._answer(row, option.code)
                    self._go_on()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lead the keyboard to the question that was clicked."""
        place = self._first() + int((event.position().y() - self._top()) // self._row)
        if self._view.rows:
            self._current = max(0, min(len(self._view.rows) - 1, place))
            self._enter()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard, in the line of words where it is wanted."""
        super().focusInEvent(event)
        self._enter()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys go elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line of words in its place."""
        super().resizeEvent(event)
        self._place_words()

    def _step(self, by: int) -> None:
        to = self._current + by
        if to >= len(self._view.rows):
            self._escape()
        else:
            self._current = max(0, to)
            self._enter()

    def _go_on(self) -> None:
        """To the next open question, or out of the card when there is none."""
        after = self._open_after(self._current)
        if all(row.answer for row in self._view.rows):
            self._escape()
        else:
            self._current = after
            self._enter()

    def _escape(self) -> None:
        self.words.hide()
        self.finished.emit()

    def _open_after(self, place: int) -> int:
        rows = self._view.rows
        order = [*range(place + 1, len(rows)), *range(place + 1)]
        return next((each for each in order if not rows[each].answer), max(0, min(place, len(rows) - 1)))

    def _answer(self, row: CardRow, code: str) -> None:
        if self._view.ended or row.answer == code:
            return
        words = next((each.words for each in row.options if each.code == code), code)
        fresh = replace(row, answer=code, answer_words=words)
        rows = tuple(fresh if each.id == row.id else each for each in self._view.rows)
        self._view = replace(self._view, rows=rows)
        self.update()
        self.answered.emit(row.id, code or None)

    # ---- an answer in words

    def _enter(self) -> None:
        row = self.current
        self._tell_spoken()
        if row is not None and row.in_words and not self._view.ended:
            self.words.setText(row.answer)
            self.words.setAccessibleName(row.ask)
            self.words.show()
            self._place_words()
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def _leave_words(self, by: int) -> None:
        self._keep_words()
        if by > 0 and self.current is not None and self.current.answer:
            self._go_on()
        else:
            self._step(by)

    def _keep_words(self) -> None:
        row = self.current
        if row is not None and row.in_words and self.words.isVisible():
            self._answer(row, self.words.text().strip())
        if not self.words.hasFocus():
            self.words.hide()
            self.update()

    def _place_words(self) -> None:
        row = self.current
        if row is None or not row.in_words:
            self.words.hide()
            return
        box = self._box(self._current)
        left = self._right_column()
        self.words.setGeometry(left, box.top(), max(1, self.width() - left - self._side()), box.height())

    # ---- painting

    def _top(self) -> int:
        return self._theme.metrics(HEAD, WEIGHT_STRONG).height() + self._theme.px(12)

    def _side(self) -> int:
        return self._theme.px(12)

    def _right_column(self) -> int:
        return int(self.width() * 0.56)

    def _split(self) -> int:
        """Where the answers begin: further right when a question is long and no answer needs the room."""
        rows, box = self._view.rows, self._box(0)
        asking = self._theme.metrics(BODY, tabular=False)
        saying = self._theme.metrics(BODY, WEIGHT_STRONG, tabular=False)
        asked = max((asking.horizontalAdvance(row.ask) for row in rows), default=0)
        said = max((saying.horizontalAdvance(row.answer_words or "—") for row in rows), default=0)
        wanted = box.left() + self._theme.px(8) + asked + self._theme.px(12)
        return max(self._right_column(), min(wanted, box.right() - said - self._theme.px(10)))

    def _first(self) -> int:
        """The first question to be seen: the current one is, and what comes after it if possible."""
        lines = self._shown_rows - int(self._wraps())
        return max(0, min(self._current - 1, len(self._view.rows) - lines))

    def _box(self, number: int) -> QRect:
        at = number - self._first()
        below = self._first() <= self._current < number and self._wraps()
        top = self._top() + (at + int(below)) * self._row
        return QRect(self._theme.px(4), top, self.width() - self._theme.px(8), self._row)

    def _options_width(self, row: CardRow) -> int:
        metrics = self._theme.metrics(SMALL)
        gap = self._theme.px(12)
        return sum(
            cap_size(self._theme, each.key).width()
            + self._theme.px(5)
            + metrics.horizontalAdvance(each.words)
            + gap
            for each in row.options
        )

    def _wraps(self) -> bool:
        """Whether the answers of the current question need a line of their own."""
        row = self.current
        if row is None or not self.hasFocus():
            return False
        column = self._right_column()
        asked = self._theme.px(24) + self._theme.metrics(BODY, tabular=False).horizontalAdvance(row.ask)
        return asked > column or self._options_width(row) > self.width() - column - self._side()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, title and questions."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        painter.setPen(QColor(tokens.focus if self._has_keys() else tokens.panel_edge))
        painter.setBrush(QColor(tokens.field))
        edge = self._theme.px(6)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), edge, edge)
        self._paint_title(painter)
        first, split = self._first(), self._split()
        for number in range(first, min(first + self._shown_rows - int(self._wraps()), len(self._view.rows))):
            self._paint_row(painter, number, split)

    def _has_keys(self) -> bool:
        return self.hasFocus() or self.words.hasFocus()

    def _paint_title(self, painter: QPainter) -> None:
        rows, side = self._view.rows, self._side()
        line = QRect(side, self._theme.px(4), self.width() - 2 * side, self._top() - self._theme.px(6))
        painter.setFont(self._theme.font(HEAD, WEIGHT_STRONG))
        painter.setPen(QColor(self._theme.tokens.muted))
        words = self._view.title.upper() if rows else self._view.title
        if rows:
            done = sum(bool(row.answer) for row in rows)
            words += f"   {done}/{len(rows)}"
        cap = cap_size(self._theme, self._cap)
        box = QRect(
            line.right() - cap.width(),
            line.top() + (line.height() - cap.height()) // 2,
            cap.width(),
            cap.height(),
        )
        room = line.adjusted(0, 0, -cap.width() - self._theme.px(8), 0)
        painter.drawText(
            room, _LEFT, painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        )
        if rows:
            paint_cap(painter, box, self._cap, self._theme, self._theme.tokens.muted)

    def _paint_row(self, painter: QPainter, number: int, split: int) -> None:
        row, box = self._view.rows[number], self._box(number)
        here = number == self._current and self._has_keys()
        ground = box.adjusted(0, 0, 0, self._row if here and self._wraps() else 0)
        if here:
            painter.fillRect(ground, QColor(self._theme.tokens.chosen))
        keys_inline = here and self.hasFocus() and not self._wraps()
        split = self._right_column() if keys_inline else split
        alone = here and self._wraps() and not row.answer
        painter.setFont(self._theme.font(BODY, tabular=False))
        painter.setPen(QColor(self._theme.tokens.text))
        left = box.left() + self._theme.px(8)
        ask = QRect(
            left, box.top(), (box.right() if alone else split) - left - self._theme.px(8), box.height()
        )
        painter.drawText(
            ask, _LEFT, painter.fontMetrics().elidedText(row.ask, Qt.TextElideMode.ElideRight, ask.width())
        )
        if keys_inline and row.options:
            self._paint_options(painter, row, split, box)
            return
        if here and self._wraps():
            self._paint_options(painter, row, left, box.translated(0, self._row))
        painter.setFont(self._theme.font(BODY, WEIGHT_STRONG if row.answer else 400, tabular=False))
        painter.setPen(QColor(self._theme.tokens.text if row.answer else self._theme.tokens.muted))
        said = QRect(split, box.top(), box.right() - split - self._theme.px(6), box.height())
        words = painter.fontMetrics().elidedText(
            row.answer_words or "—", Qt.TextElideMode.ElideRight, said.width()
        )
        if not alone:
            painter.drawText(said, _LEFT, words)

    def _paint_options(self, painter: QPainter, row: CardRow, left: int, box: QRect) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics(SMALL)
        for option in row.options:
            chosen = option.code == row.answer
            cap = cap_size(self._theme, option.key)
            place = QRect(left, box.top() + (box.height() - cap.height()) // 2, cap.width(), cap.height())
            paint_cap(painter, place, option.key, self._theme, tokens.focus if chosen else tokens.text)
            left += cap.width() + self._theme.px(5)
            painter.setFont(self._theme.font(SMALL, WEIGHT_STRONG if chosen else 400, tabular=False))
            painter.setPen(QColor(tokens.focus if chosen else tokens.text))
            wide = metrics.horizontalAdvance(option.words)
            painter.drawText(
                QRect(left, box.top(), wide + self._theme.px(10), box.height()), _LEFT, option.words
            )
            left += wide + self._theme.px(12)

    def _tell_spoken(self) -> None:
        row = self.current
        keys = "" if row is None else ", ".join(f"{each.key} {each.words}" for each in row.options)
        answer = "" if row is None else row.answer_words
        self.setAccessibleDescription("" if row is None else f"{row.ask} {answer} ({keys})")
        set_tip(self, "" if row is None else row.ask)
