/// Words that answers are announced, delayed or politely refused with. A short text of nothing but these and function words says nothing.
enum HollowWords {
    private static let list = """
        answer answers answered answering response responses respond reply output result text content placeholder example information details
        detail context question questions request requested help helps helping assist assistance assisting happy glad pleased pleasure welcome
        please thanks thank sorry apologies apologize unfortunately sure certainly course hope hopefully know understand think need provide
        provided available unavailable attached document below above see let see further anything something nothing else interesting good great
        point problem right away reaching unknown unclear clarify determine determined able unable here completed done none going possible
        antwort antworten frage fragen anfrage hilfe helfen gerne bitte danke leider tut leid weiß wissen verstehe verstehen beantworten
        inhalt beispiel weitere informationen ergebnis interessant gute gern möglich
        réponse répondre question aide aider plaisir heureux désolé désolée malheureusement merci sais savoir comprends informations contenu
        résultat bonne intéressant possible demande
        respuesta responder pregunta ayuda ayudar ayudarte gusto lamento siento desafortunadamente gracias sé saber entiendo información
        contenido resultado buena interesante posible tienes
        risposta rispondere domanda aiuto aiutare aiutarti piacere dispiace purtroppo grazie so sapere capisco informazioni contenuto risultato
        buona interessante possibile
        resposta responder pergunta ajuda ajudar prazer lamento infelizmente obrigado obrigada sei saber entendo informações conteúdo resultado
        boa interessante possível
        antwoord antwoorden vraag vragen hulp helpen graag helaas spijt bedankt weet weten begrijp informatie inhoud resultaat goede
        interessant mogelijk
        """
    private static let words = HashTable(
        Dictionary(list.split(whereSeparator: \.isWhitespace).map { (TextHash.of($0), true) }) { first, _ in first })
    /// Those that are no answer even alone, as a label might be.
    private static let neverAlone = HashTable(
        Dictionary(
            "answer response output result text content placeholder example reply antwort réponse respuesta risposta resposta antwoord"
                .split(
                    separator: " "
                ).map { (TextHash.of($0), true) }
        ) { first, _ in first })

    /// Longer texts are weighed by what they say.
    private static let mostWords = 14

    /// Whether a text has nothing but hollow words and function words, and at least one of the first.
    static func areAll(of text: ReadText) -> Bool {
        let scanned = text.scan.words
        guard !scanned.isEmpty, scanned.count <= mostWords else { return false }
        if scanned.count == 1 { return neverAlone[scanned[0].hash] != nil }
        var hollow = 0
        for index in scanned.indices {
            if words[scanned[index].hash] != nil {
                hollow += 1
            } else if text.entries[index] == nil, scanned[index].scalars > 1 {
                return false
            }
        }
        return hollow > 0
    }
}
