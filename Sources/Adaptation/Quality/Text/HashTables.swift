/// A set of hashes. What is put in is mixed well already, so that it is its own place; Swift's `Set` would hash it again, which took a fifth of
/// the time of scoring.
struct HashSet {
    private var keys: [UInt64]
    private var count = 0

    /// With room for so many before it grows.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        keys = [UInt64](repeating: 0, count: size)
    }

    /// Whether the key was not there before.
    mutating func insert(_ key: UInt64) -> Bool {
        // Zero marks an empty place.
        let key = key == 0 ? 1 : key
        let isNew = keys.withUnsafeMutableBufferPointer { keys in
            var place = Int(truncatingIfNeeded: key ^ key >> 32) & (keys.count - 1)
            while keys[place] != 0 {
                if keys[place] == key { return false }
                place = (place + 1) & (keys.count - 1)
            }
            keys[place] = key
            return true
        }
        if isNew {
            count += 1
            if count * 2 > keys.count { grow() }
        }
        return isNew
    }

    func contains(_ key: UInt64) -> Bool {
        let key = key == 0 ? 1 : key
        return keys.withUnsafeBufferPointer { keys in
            var place = Int(truncatingIfNeeded: key ^ key >> 32) & (keys.count - 1)
            while keys[place] != 0 {
                if keys[place] == key { return true }
                place = (place + 1) & (keys.count - 1)
            }
            return false
        }
    }

    private mutating func grow() {
        var larger = HashSet(capacity: keys.count)
        for key in keys where key != 0 { _ = larger.insert(key) }
        self = larger
    }
}

/// A table that is made once and looked up often, by hashes that are mixed well.
struct HashTable<Value> {
    private let keys: [UInt64]
    private let values: [Value?]

    init(_ entries: [UInt64: Value]) {
        var size = 16
        while size < entries.count * 3 { size *= 2 }
        var keys = [UInt64](repeating: 0, count: size)
        var values = [Value?](repeating: nil, count: size)
        for (key, value) in entries {
            let key = key == 0 ? 1 : key
            var place = Int(truncatingIfNeeded: key ^ key >> 32) & (size - 1)
            while keys[place] != 0 { place = (place + 1) & (size - 1) }
            keys[place] = key
            values[place] = value
        }
        self.keys = keys
        self.values = values
    }

    subscript(key: UInt64) -> Value? {
        let key = key == 0 ? 1 : key
        let place = keys.withUnsafeBufferPointer { keys in
            var place = Int(truncatingIfNeeded: key ^ key >> 32) & (keys.count - 1)
            while keys[place] != 0, keys[place] != key { place = (place + 1) & (keys.count - 1) }
            return keys[place] == key ? place : -1
        }
        return place < 0 ? nil : values[place]
    }
}

extension HashTable: Sendable where Value: Sendable {}
