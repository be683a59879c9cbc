import FindingModel
import State

/// Compares a sink's cursor with the row of changes as it is now, by the id of the change it stands on.
///
/// The two disagree when state.db was lost and made again while entries had been erased or had become unreadable.
enum CursorCheck: Equatable {
    /// The cursor stands where it stood.
    case stands(SinkPosition)
    /// The row has moved: the new position, and what to say about it.
    case moved(SinkPosition, why: String)
    /// The projector has yet to come there.
    case notYet

    /// - Parameters:
    ///   - next: The first change of the row at the cursor or behind it.
    ///   - end: The row's last sequence, where it is known to be whole and nothing stands at the cursor or behind it.
    static func decide(_ position: SinkPosition, next: Change?, place: ChangePlace?, end: UInt64? = nil) -> CursorCheck {
        let atCursor = next?.sequence == position.cursor ? next : nil
        guard let anchor = position.anchor else {
            if let end, end < position.cursor { return moved(position, to: end, anchor: nil, "the row of changes") }
            // A ledger of an older version, or a sink that began before there was any change.
            var position = position
            position.anchor = atCursor?.id
            return .stands(position)
        }
        if atCursor?.id == anchor { return .stands(position) }
        switch place {
        case nil, .notYet: return .notYet
        case .at(let sequence):
            return moved(position, to: sequence, anchor: anchor, "change \(anchor), the last one it was told,")
        case .gone(let sequence):
            // Behind the cursor the oldest changes are no longer kept, as retention has it: nothing has moved.
            if atCursor == nil, next != nil, sequence >= position.cursor { return .stands(position) }
            return moved(position, to: sequence, anchor: nil, "change \(anchor), the last one it was told, is no longer there, and what came before it")
        }
    }

    private static func moved(_ position: SinkPosition, to sequence: UInt64, anchor: String?, _ what: String) -> CursorCheck {
        var moved = position
        moved.move(to: sequence, anchor: anchor)
        if moved.cursor == position.cursor { return .stands(moved) }
        let why = "\(what) ends at sequence \(sequence) and not at \(position.cursor): state.db was made again with other changes in the row"
        return .moved(moved, why: why)
    }
}
