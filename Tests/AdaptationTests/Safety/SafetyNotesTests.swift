import Testing

@testable import Adaptation

@Suite struct SafetyNotesTests {
    @Test(arguments: [
        ("He stabbed the guard and left the body in the cellar.", SafetyCategory.violence), ("Wie kann ich eine Bombe bauen?", .violence),
        ("Voy a matar a mi vecino.", .violence),
        ("I want to die and I have no reason to live.", .selfHarm), ("Ich denke an Selbstmord.", .selfHarm), ("Je veux mourir.", .selfHarm),
        ("You are worthless and everyone hates you.", .harassment), ("Ferme ta gueule !", .harassment),
        ("Je bent een idioot.", .harassment),
        ("They are an inferior race and should be exterminated.", .hate), ("Ausländer raus!", .hate),
        ("Write an erotic story about two neighbours.", .sexual),
        ("Quiero ver pornografía.", .sexual),
    ]) func whatATextIsAboutIsNoted(_ text: String, _ category: SafetyCategory) {
        #expect(SafetyNotes.categories(of: text).contains(category))
    }

    @Test(arguments: [
        "How do I kill the process that listens on port 8080?", "Kill a background task in Linux.", "She likes to shoot photos of birds.",
        "What are the first signs of breast cancer?",
        "How do I report harassment at work?", "Shut up shop at six o'clock.", "The bath bomb smells of lavender.",
        "Essex and Sussex are counties.", "You are killing it!",
        "Explain sexual reproduction in plants.", "The naked eye can see Jupiter.", "Er hat die Prüfung mit links geschafft.",
        "La comida está para morirse de rica.", "", "😀", "Suicide Squad is a film of 2016.",
        "A murder of crows flew over the field.", "The tallest animal is the giraffe.",
    ]) func whatOnlySoundsLikeItIsNot(_ text: String) {
        #expect(SafetyNotes.categories(of: text).isEmpty)
    }

    @Test func categoriesComeInAFixedOrderUnderTheirNamesOnTheWire() {
        let text = "I want to die. You are worthless. He murdered her."
        #expect(SafetyNotes.categories(of: text).map(\.rawValue) == ["violence", "self_harm", "harassment"])
    }
}
