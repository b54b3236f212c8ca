import Platform

/// Many small documents in one language, and questions to all of them.
enum MergingTexts {
    private static let animals = ["bees", "wasps", "ants", "hornets", "beetles", "moths", "crickets"]
    private static let places = ["in the orchard", "below the roof", "behind the old barn", "near the river", "under dry leaves"]
    private static let deeds = ["gather food for the winter", "build a nest out of wood", "sleep until the sun returns"]

    /// So many texts, no two alike, each with a word of its own: `marker0`, `marker1` …
    static func texts(_ count: Int) -> [(name: String, text: String)] {
        (0..<count).map { number in
            let (animal, place, deed) = (animals[number % 7], places[number % 5], deeds[number % 3])
            let more = String(repeating: "They \(deed) again. ", count: number % 4)
            return ("\(number).txt", "Report marker\(number) on \(animal) \(place): the \(animal) \(deed). \(more)")
        }
    }

    static let queries = [
        SearchQuery("Where do bees build their nest?"), SearchQuery("insects that hibernate"), SearchQuery("wasps below the roof"),
        SearchQuery("marker7"), SearchQuery("winter food", mode: .keyword), SearchQuery("hiding from the cold", mode: .vector),
    ]
}
