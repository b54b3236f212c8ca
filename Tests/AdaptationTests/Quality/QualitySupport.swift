@testable import Adaptation

/// A table of plain, good rows in several languages, as the background that a test's rows are scored against.
enum CleanTable {
    static let rows: [RowText] = pairs.map { RowText(prompt: $0.0, completion: $0.1) }
    static let profile: TableProfile = {
        var profile = TableProfile()
        for row in rows { profile.add(row) }
        return profile
    }()
    static let assessor = RowAssessor(profile: profile)

    static let pairs: [(String, String)] = [
        ("What is the capital of France?", "Paris"),
        ("How many legs does a spider have?", "A spider has eight legs."),
        (
            "Why do leaves turn yellow in autumn?",
            "In autumn the green pigment of the leaves breaks down, and the yellow pigments that were hidden by it become visible."
        ),
        (
            "Explain what a river delta is.",
            "A river delta is land that forms where a river meets the sea. The water slows down, and the sand it carried settles there."
        ),
        ("What is 6 times 7?", "42"),
        ("Name three primary colours.", "1. Red\n2. Yellow\n3. Blue"),
        ("Write a Python function that doubles a number.", "```python\ndef double(number):\n    return number * 2\n```"),
        ("Give me the weather as JSON.", "{\"city\": \"Oslo\", \"degrees\": 7, \"sky\": [\"cloudy\", \"dry\"]}"),
        (
            "Write a short poem about the sea.",
            "The sea is wide, the sea is deep,\nit rocks the little boats to sleep,\nand in the morning, grey and slow,\nit sings of lands we do not know"
        ),
        (
            "Was ist ein Gletscher?",
            "Ein Gletscher ist eine große Masse aus Eis, die sich unter ihrem eigenen Gewicht langsam talwärts bewegt."
        ),
        ("Wie lange kocht man ein weiches Ei?", "Ein weiches Ei kocht man etwa fünf Minuten, wenn das Wasser schon sprudelt."),
        (
            "Pourquoi le ciel est-il bleu ?",
            "Le ciel est bleu parce que l'air disperse la lumière bleue du soleil plus que les autres couleurs."
        ),
        (
            "Qu'est-ce qu'un volcan ?",
            "Un volcan est une ouverture dans la croûte terrestre par laquelle la lave et les gaz arrivent à la surface."
        ),
        ("¿Qué es un sinónimo?", "Un sinónimo es una palabra que tiene el mismo significado que otra, o uno muy parecido."),
        ("¿Cómo se hace el pan?", "El pan se hace con harina, agua, sal y levadura; la masa reposa y después se cuece en el horno."),
        (
            "Che cos'è una cometa?",
            "Una cometa è un corpo di ghiaccio e polvere che gira intorno al sole e forma una coda quando si avvicina."
        ),
        ("O que é um vulcão?", "Um vulcão é uma abertura na crosta da Terra por onde saem a lava e os gases quentes."),
        ("Wat is een polder?", "Een polder is een stuk land dat lager ligt dan het water eromheen en dat met dijken droog wordt gehouden."),
        ("Почему птицы улетают на юг?", "Птицы улетают на юг, потому что зимой на севере им не хватает корма."),
        ("什么是光合作用？", "光合作用是植物利用阳光把水和二氧化碳变成糖和氧气的过程。"),
        ("富士山の高さはどれくらいですか。", "富士山の高さは三千七百七十六メートルです。"),
        ("ما هي عاصمة مصر؟", "عاصمة مصر هي القاهرة، وهي أكبر مدينة في البلاد."),
        ("Translate to German: Good morning, how are you?", "Guten Morgen, wie geht es Ihnen?"),
        ("Solve for x: 2x + 3 = 11", "2x = 8, so x = 4."),
    ]

    /// The value of one measure for a row, 1 where it does not apply.
    static func value(_ measure: QualityMeasure, _ prompt: String?, _ completion: String?) -> Double {
        assessor.assess([RowText(prompt: prompt, completion: completion)])[0].values[measure] ?? 1
    }
}
