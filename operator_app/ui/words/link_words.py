"""Why the server cannot be used, or takes nothing: the keys of its words, for every window."""

from operator_app.workflow.ports import LinkTrouble

WHY = {
    LinkTrouble.REFUSED: "link.why_refused",
    LinkTrouble.SCHEMA: "link.why_schema",
    LinkTrouble.SILENT: "link.why_silent",
    LinkTrouble.SERVER_OLD: "link.why_server_old",
    LinkTrouble.SEAT_OLD: "link.why_seat_old",
    LinkTrouble.STANDBY: "link.why_standby",
    LinkTrouble.READ_ONLY: "link.why_read_only",
    LinkTrouble.FULL: "link.why_full",
    LinkTrouble.BUSY: "link.why_busy",
    LinkTrouble.MAY_NOT_WRITE: "link.why_may_not_write",
    LinkTrouble.TAKES_NOTHING: "link.why_takes_nothing",
}
