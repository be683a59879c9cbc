/// Finds the heaviest of many things whose weights change: a binary heap that knows where each of them stands.
///
/// Things are numbers from 0 on, given by the owner; one without weight is not in it.
struct WeightHeap: Sendable {
    private var order: [Int] = []
    private var places: [Int] = []
    private var weights: [Int] = []

    /// The heaviest; of equal ones any.
    var heaviest: Int? { order.first }

    /// Gives `thing` another weight; 0 and less takes it out.
    mutating func set(_ weight: Int, for thing: Int) {
        while places.count <= thing {
            places.append(-1)
            weights.append(0)
        }
        guard weights[thing] != weight else { return }
        weights[thing] = weight
        if places[thing] < 0 {
            guard weight > 0 else { return }
            places[thing] = order.count
            order.append(thing)
        } else if weight <= 0 {
            return remove(thing)
        }
        rise(from: places[thing])
        sink(from: places[thing])
    }

    private mutating func remove(_ thing: Int) {
        let place = places[thing]
        places[thing] = -1
        weights[thing] = 0
        guard let last = order.popLast(), last != thing else { return }
        order[place] = last
        places[last] = place
        rise(from: place)
        sink(from: places[last])
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, weights[order[place]] > weights[order[(place - 1) / 2]] {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var heavier = place
            for child in [2 * place + 1, 2 * place + 2] where child < order.count && weights[order[child]] > weights[order[heavier]] { heavier = child }
            guard heavier != place else { return }
            swap(place, heavier)
            place = heavier
        }
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        order.swapAt(one, other)
        places[order[one]] = one
        places[order[other]] = other
    }
}
