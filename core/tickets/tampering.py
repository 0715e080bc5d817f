"""Tampering: what was done to a timeline behind the product's back, which entry it concerns, and in which words.

An entry fits at one place only: its hash covers the hash before it and its own number. So an entry that was moved is
found where it fits, one that was changed by the entry after it, which still stands on the old hash, and one that is gone
by the number that is missing. What was put in is left over.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from core.kit.saying import joined, said, word
from core.tickets.models import SealedHead, Ticket
from core.tickets.states import MOVES, NOTE_LABELS, STATE_LABELS, State
from core.tickets.timeline import Written, entry_hash, first_broken_entry

TRIALS = 20_000
"""Hashes tried for one ticket to find where entries belong that do not fit where they stand."""
BELIEVABLE_LOSS = 50
"""Entries that a ticket may miss; when it counts more, its count was changed."""


class Fault(StrEnum):
    """What is wrong."""

    ENTRY_CHANGED = "entry-changed"
    ENTRY_REMOVED = "entry-removed"
    ENTRY_ADDED = "entry-added"
    ENTRY_MOVED = "entry-moved"
    HASH_CHANGED = "hash-changed"
    REWRITTEN = "rewritten"
    TICKET_CHANGED = "ticket-changed"
    TICKET_REMOVED = "ticket-removed"
    RECORD_CHANGED = "record-changed"
    RECORD_REMOVED = "record-removed"
    RECORD_ADDED = "record-added"
    STANDING_CHANGED = "standing-changed"
    SEALED_HEAD_CHANGED = "sealed-head-changed"
    SEAL_CHANGED = "seal-changed"
    SEAL_REMOVED = "seal-removed"


KIND_LABELS = {**{str(command): move.label for command, move in MOVES.items()}, **NOTE_LABELS}
ENTRY_WORDS = {
    Fault.ENTRY_CHANGED: "内容被改动",
    Fault.ENTRY_ADDED: "被添加",
    Fault.HASH_CHANGED: "校验值被改动，内容未变",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: where, and what is wrong in words.

    `entry` to `until` are numbers of timeline entries, `kind` and `at` what the entry is and when, as it stands now.
    `record` names one beside the timelines: what it is called and its key.
    """

    fault: Fault
    words: str
    serial_no: str | None = None
    entry: int | None = None
    until: int | None = None
    kind: str | None = None
    at: datetime | None = None
    seal: int | None = None
    record: str | None = None


def label_of(kind: str) -> str:
    """Return what the house calls an entry of this kind; a kind that was tampered with is quoted."""
    return KIND_LABELS.get(kind) or said("“{kind}”", kind=kind)


def tampering_with(
    ticket: Ticket,
    entries: Sequence[Written],
    *,
    sealed: Collection[SealedHead] = (),
    broken_seals: Collection[int] = (),
) -> list[Finding]:
    """Return what was done to a ticket's timeline, in the order of its entries; nothing when it is whole.

    `sealed` are the ticket's sealed heads. Those of `broken_seals` prove nothing: where they do not fit, they were
    changed.
    """
    by_number = {entry.seq: entry for entry in entries}
    fits = all(_agrees(head, ticket, by_number.get(head.seq)) for head in sealed)
    if fits and first_broken_entry(ticket, entries) is None:
        return []
    return _Examination(ticket, entries, sealed, broken_seals).findings()


def ticket_removed(head: SealedHead) -> Finding:
    """Return what is to be said of a ticket that was sealed and is there no more."""
    words = said(
        "整件被删除：第 {seal_number} 次封存时还在，有 {seq} 条记录", seal_number=head.seal_number, seq=head.seq
    )
    return Finding(Fault.TICKET_REMOVED, words, serial_no=head.serial_no, seal=head.seal_number)


def _agrees(head: SealedHead, ticket: Ticket, entry: Written | None) -> bool:
    return entry is not None and (entry.hash, ticket.serial_no) == (head.hash, head.serial_no)


@dataclass(slots=True, eq=False)
class _Piece:
    """An entry under examination. `place` is where it was written, None while nobody can tell."""

    entry: Written
    hash: bytes
    """What its hash was when it was written, as far as can be told."""
    place: int | None = None
    fits: bool = False
    """Its content, its hash and the entry before it belong together."""
    stands: bool = False
    """Something else stands on its hash: the entry after it, the ticket, or a seal."""
    fault: Fault | None = None


@dataclass(slots=True)
class _Examination:
    """One ticket's timeline that is not whole, taken to pieces."""

    ticket: Ticket
    entries: Sequence[Written]
    sealed: Collection[SealedHead]
    broken_seals: Collection[int]
    pieces: list[_Piece] = field(init=False)
    heads: Mapping[int, SealedHead] = field(init=False)
    anchors: set[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.pieces = [_Piece(entry, entry.hash) for entry in sorted(self.entries, key=lambda entry: entry.seq)]
        self.heads = {head.seq: head for head in self.sealed if head.seal_number not in self.broken_seals}
        self.anchors = {self.ticket.head_hash, *(head.hash for head in self.heads.values())}

    def findings(self) -> list[Finding]:
        """Return all that is wrong; never nothing."""
        self._fit_where_they_stand()
        self._fit_elsewhere()
        self._stand_on_anchors()
        self._judge_those_that_fit_nowhere()
        self._judge_those_put_in()
        found = sorted([*self._entries_found(), *self._removed()], key=lambda finding: finding.entry or 0)
        head = self._head()
        if not found or (head is not None and head.fault is None):
            found += self._ticket_found()
        found += [*self._seals_found()]
        return found or [self._somewhere()]

    def _fit_where_they_stand(self) -> None:
        by_number = {piece.entry.seq: piece for piece in self.pieces}
        for piece in self.pieces:
            number = piece.entry.seq
            before = by_number.get(number - 1)
            if before is None and number != 1:
                continue
            expected = entry_hash(before.hash if before else b"", piece.entry)
            if expected == piece.entry.hash:
                _fit(piece, number, before)
            elif expected in self.anchors or _stands_on(by_number.get(number + 1), expected):
                _fit(piece, number, before)
                piece.hash, piece.stands, piece.fault = expected, True, Fault.HASH_CHANGED

    def _fit_elsewhere(self) -> None:
        places = range(1, max([len(self.pieces) + 1, *self.heads, *self._believable_length()]) + 1)
        trials = 0
        for index, piece in enumerate(self.pieces):
            if piece.fits:
                continue
            for hash_, place, before in self._possible_places(index, places):
                trials += 1
                if trials > TRIALS:
                    return
                if entry_hash(hash_, piece.entry, place=place) == piece.entry.hash:
                    _fit(piece, place, before)
                    break

    def _possible_places(self, index: int, places: range) -> Iterator[tuple[bytes, int, _Piece | None]]:
        """Yield after which hash, and with which number, a piece may have been written; the likely ones first."""
        yield b"", 1, None
        for head in self.heads.values():
            yield head.hash, head.seq + 1, None
        number = self.pieces[index].entry.seq
        near = sorted(places, key=lambda place: abs(place - number))
        for other in (*self.pieces[:index][::-1], *self.pieces[index + 1 :]):
            for place in near:
                yield other.hash, place, other

    def _stand_on_anchors(self) -> None:
        newest = ((self.ticket.head_hash, number) for number in self._believable_length())
        anchored_at = dict([*newest, *((head.hash, head.seq) for head in self.heads.values())])
        for piece in self.pieces:
            if piece.hash in self.anchors:
                piece.stands = True
                piece.place = piece.place or anchored_at.get(piece.hash, piece.entry.seq)

    def _judge_those_that_fit_nowhere(self) -> None:
        """A content that was changed has lost its fit, but the entry before it is there and others stand on its hash."""
        trusted = {piece.place for piece in self.pieces if piece.fits or piece.stands}
        length = max([0, *self.heads, *self._believable_length(), *(place for place in trusted if place)])
        for piece in self.pieces:
            number = piece.entry.seq
            if piece.fits:
                continue
            if piece.place is not None:
                if piece.place == 1 or piece.place - 1 in trusted:
                    piece.fault = Fault.ENTRY_CHANGED
            elif number not in trusted and 1 <= number <= length:
                piece.place, piece.fault = number, Fault.ENTRY_CHANGED
            else:
                piece.fault = Fault.ENTRY_ADDED

    def _judge_those_put_in(self) -> None:
        """Of two entries for one place the other was put in; so was what lies beyond the ticket's newest entry."""
        claims: dict[int, list[_Piece]] = defaultdict(list)
        for piece in self._kept():
            claims[piece.place or 0].append(piece)
        for rivals in claims.values():
            rivals.sort(key=lambda piece: (piece.stands, piece.entry.seq == piece.place), reverse=True)
            for rival in rivals[1:]:
                rival.fault = Fault.ENTRY_ADDED
        head = self._head()
        if head is not None and head.place is not None:
            for piece in self._kept():
                if (piece.place or 0) > max([head.place, *self.heads]):
                    piece.fault = Fault.ENTRY_ADDED

    def _entries_found(self) -> Iterator[Finding]:
        added = sorted(piece.entry.seq for piece in self.pieces if piece.fault is Fault.ENTRY_ADDED)
        gaps = self._gaps()
        for piece in self.pieces:
            if piece.fault is not None:
                yield self._finding(piece, piece.fault, ENTRY_WORDS[piece.fault])
            elif piece.place is not None and piece.place != piece.entry.seq:
                number, place = piece.entry.seq, piece.place
                shift = bisect_left(added, number)
                lost = sum(min(last, place) - first + 1 for first, last in gaps if first < place)
                if number - place not in (shift, shift - lost):
                    yield self._finding(piece, Fault.ENTRY_MOVED, said("次序被调换，本是第 {place} 条", place=place))

    def _removed(self) -> Iterator[Finding]:
        for first, last in self._gaps():
            seals = [head.seal_number for number, head in self.heads.items() if first <= number <= last]
            still = said("，第 {seals} 次封存时还在", seals=max(seals)) if seals else ""
            yield Finding(
                Fault.ENTRY_REMOVED,
                said("被删除{still}", still=still),
                serial_no=self.ticket.serial_no,
                entry=first,
                until=last if last > first else None,
                seal=max(seals, default=None),
            )

    def _gaps(self) -> list[tuple[int, int]]:
        """Return first and last of each row of numbers at which an entry was written and is there no more."""
        places = sorted({piece.place or 0 for piece in self._kept()})
        head = self._head()
        # Without its newest entry, or any, the ticket's own count says how many there were.
        counted = head.place or 0 if head else max(self.ticket.version, 0 if places else 1)
        end = max([counted, *self.heads, *places])
        edges = [0, *places, end + 1]
        return [(before + 1, after - 1) for before, after in pairwise(edges) if after - before > 1]

    def _ticket_found(self) -> list[Finding]:
        last = max(self._kept(), key=lambda piece: piece.place or 0, default=None)
        if last is None:
            return []
        wrong: list[str] = []
        if self.ticket.version != last.place:
            wrong.append(said("记录条数写作 {version}，实为 {place}", version=self.ticket.version, place=last.place))
        if self.ticket.head_hash != last.hash:
            wrong.append("最新一条的校验值对不上")
        if self.ticket.state != last.entry.to_state:
            wrong.append(
                said(
                    "状态写作「{state}」，流转记录为「{to_state}」",
                    state=word(_state(self.ticket.state)),
                    to_state=word(_state(last.entry.to_state)),
                )
            )
        words = said("现状被改动：{wrong}", wrong=joined("；", wrong))
        return [Finding(Fault.TICKET_CHANGED, words, serial_no=self.ticket.serial_no)] if wrong else []

    def _seals_found(self) -> Iterator[Finding]:
        by_place = {piece.place: piece for piece in self._kept()}
        agreed, rewritten = 0, None
        for head in sorted(self.sealed, key=lambda head: head.seq):
            piece = by_place.get(head.seq)
            if head.seal_number in self.broken_seals:
                if piece is None or not _agrees(head, self.ticket, piece.entry):
                    yield self._sealed_head_changed(head)
                continue
            if head.serial_no != self.ticket.serial_no:
                words = said(
                    "现状被改动：第 {seal_number} 次封存时编号为 {serial_no}",
                    seal_number=head.seal_number,
                    serial_no=head.serial_no,
                )
                yield Finding(Fault.TICKET_CHANGED, words, serial_no=self.ticket.serial_no, seal=head.seal_number)
            if piece is not None and piece.hash == head.hash:
                agreed = head.seq
            elif piece is not None and piece.fits and piece.fault is None:
                rewritten = head
        if rewritten is not None and rewritten.seq > agreed:
            words = said("被改写，校验值也重新算过：与第 {seal_number} 次封存不符", seal_number=rewritten.seal_number)
            piece = by_place[rewritten.seq]
            first, until = agreed + 1, rewritten.seq if rewritten.seq > agreed + 1 else None
            yield replace(
                self._finding(piece, Fault.REWRITTEN, words), entry=first, until=until, seal=rewritten.seal_number
            )

    def _sealed_head_changed(self, head: SealedHead) -> Finding:
        words = said("第 {seal_number} 次封存中，这一条的封存值被改动", seal_number=head.seal_number)
        return Finding(
            Fault.SEALED_HEAD_CHANGED,
            words,
            serial_no=self.ticket.serial_no,
            entry=head.seq,
            seal=head.seal_number,
        )

    def _somewhere(self) -> Finding:
        """Return that something is wrong where nothing more can be told."""
        entry = first_broken_entry(self.ticket, sorted(self.entries, key=lambda entry: entry.seq))
        return Finding(Fault.ENTRY_CHANGED, "从这一条起对不上", serial_no=self.ticket.serial_no, entry=entry)

    def _kept(self) -> Iterator[_Piece]:
        """Yield the pieces that belong to the timeline, as far as can be told."""
        return (piece for piece in self.pieces if piece.place is not None and piece.fault is not Fault.ENTRY_ADDED)

    def _head(self) -> _Piece | None:
        """Return the piece that the ticket calls its newest entry, if it is there."""
        return next((piece for piece in self._kept() if piece.hash == self.ticket.head_hash), None)

    def _believable_length(self) -> Iterator[int]:
        """Yield how many entries the ticket says it has, unless that is beyond belief."""
        if self.ticket.version <= len(self.pieces) + BELIEVABLE_LOSS:
            yield self.ticket.version

    def _finding(self, piece: _Piece, fault: Fault, words: str) -> Finding:
        entry = piece.entry
        return Finding(
            fault,
            words,
            serial_no=self.ticket.serial_no,
            entry=entry.seq,
            kind=label_of(entry.kind),
            at=entry.at,
        )


def _fit(piece: _Piece, place: int, before: _Piece | None) -> None:
    """Take a piece as written at this place, after that other piece, on whose hash it stands."""
    piece.place, piece.fits = place, True
    if before is not None:
        before.stands, before.place = True, before.place or place - 1


def _stands_on(piece: _Piece | None, hash_: bytes) -> bool:
    return piece is not None and entry_hash(hash_, piece.entry) == piece.entry.hash


def _state(state: str) -> str:
    return STATE_LABELS[State(state)] if state in STATE_LABELS else state
