/// What people and models write when they have nothing to say.
enum EmptyPhrases {
    /// The whole text is one of these: nothing was entered.
    static let placeholders = PhraseMatcher(
        """
        n a
        na
        null
        nil
        nan
        undefined
        todo
        tbd
        tba
        fixme
        idk
        test
        empty
        blank
        placeholder
        not available
        not applicable
        no answer
        no response
        no output
        no content
        no comment
        keine antwort
        keine angabe
        nicht verfügbar
        pas de réponse
        non disponible
        sans réponse
        sin respuesta
        no disponible
        nessuna risposta
        sem resposta
        não disponível
        geen antwoord
        niet beschikbaar
        нет ответа
        нет данных
        无
        暂无
        没有
        xxx
        xx
        asdf
        foo bar
        etc
        """)

    /// Text that stands for text, wherever it is.
    static let fillers = PhraseMatcher(
        """
        lorem ipsum
        dolor sit amet
        consectetur adipiscing
        insert answer here
        insert your answer
        insert text here
        your answer here
        your text here
        answer goes here
        text goes here
        enter text here
        add your answer
        write your answer here
        to be added
        to be completed
        to be determined
        to be filled in
        coming soon
        placeholder text
        this is a placeholder
        fill in the blank here
        hier antwort einfügen
        antwort hier einfügen
        insérer la réponse ici
        votre réponse ici
        insertar respuesta aquí
        su respuesta aquí
        inserire risposta qui
        insira a resposta aqui
        vul hier uw antwoord in
        """)

    /// A refusal, or a confession not to know.
    static let refusals = PhraseMatcher(
        """
        as an ai language model
        as an ai model
        as an ai assistant
        as an artificial intelligence
        as an ai
        as a language model
        as a large language model
        i am an ai
        i m an ai
        i am just an ai
        i am a language model
        i don t know
        i do not know
        i dont know
        i have no idea
        i am not sure
        i m not sure
        i cannot help with
        i can t help with
        i cannot answer
        i can t answer
        i am unable to
        i m unable to
        i am not able to
        i m not able to
        i cannot assist
        i can t assist
        i cannot provide
        i can t provide
        i cannot fulfill
        i can t fulfill
        i m sorry but
        i am sorry but
        i m sorry i
        i am sorry i
        sorry i can t
        sorry i cannot
        sorry but i
        i apologize but
        my apologies but
        no information available
        i don t have access
        i do not have access
        i don t have enough information
        i do not have enough information
        i don t have personal
        cannot be determined from
        als ki sprachmodell
        als ki modell
        als ki
        als künstliche intelligenz
        ich weiß es nicht
        ich weiß nicht
        ich weiss nicht
        keine ahnung
        es tut mir leid
        tut mir leid
        ich kann ihnen nicht
        ich kann dir nicht
        ich kann dabei nicht
        ich kann diese frage nicht
        en tant que modèle de langage
        en tant qu ia
        en tant qu intelligence artificielle
        en tant que modèle
        je ne sais pas
        je suis désolé
        je suis désolée
        désolé mais
        je ne peux pas
        je n ai aucune idée
        como modelo de lenguaje
        como modelo de ia
        como ia
        como inteligencia artificial
        no lo sé
        no sé
        lo siento
        no puedo ayudar
        no puedo responder
        no tengo idea
        come modello linguistico
        come modello di linguaggio
        come ia
        come intelligenza artificiale
        non lo so
        non so
        mi dispiace
        non posso aiutar
        non posso rispondere
        como modelo de linguagem
        como uma ia
        como inteligência artificial
        não sei
        eu não sei
        sinto muito
        desculpe mas
        não posso ajudar
        não posso responder
        als ai taalmodel
        als taalmodel
        als ai
        ik weet het niet
        geen idee
        het spijt me
        sorry maar
        ik kan je niet
        ik kan u niet
        ik kan daar niet
        я не знаю
        как языковая модель
        извините но
        к сожалению я не могу
        """)

    /// What surrounds an answer without being one: it is taken away before the rest is weighed.
    static let courtesies = PhraseMatcher(
        """
        sure
        sure thing
        sure i can help you with that
        sure i can help with that
        sure i d be happy to help
        of course
        certainly
        absolutely
        definitely
        no problem
        great question
        good question
        that s a great question
        that is a great question
        this is a great question
        that s a good question
        that is a good question
        that s an interesting question
        that is an interesting question
        thank you for your question
        thank you for asking
        thanks for asking
        thank you
        thanks
        you re welcome
        you are welcome
        okay
        ok
        alright
        hello
        hi there
        i would be happy to help
        i d be happy to help
        i m happy to help
        i am happy to help
        happy to help
        i can help you with that
        i can help with that
        let me help you with that
        let me help you
        let me think about that
        let me know if you need anything else
        let me know if you have any other questions
        let me know if you have any questions
        let me know if you need further help
        please let me know if
        if you have any other questions
        if you have any questions
        feel free to ask
        feel free to reach out
        i hope this helps
        hope this helps
        i hope that helps
        hope that helps
        here is the answer
        here s the answer
        here is your answer
        here is the information you requested
        here is what you asked for
        here is the response
        here you go
        here it is
        here is
        here s
        here are
        as requested
        as you requested
        the answer is as follows
        the answer is
        as follows
        the following
        below is
        below are
        see above
        see below
        please see below
        please provide more details
        please provide more information
        please provide more context
        could you please clarify
        could you please provide more
        can you please clarify
        how can i help you
        how can i help you today
        how may i assist you
        how can i assist you
        is there anything else
        it depends
        it depends on many factors
        it depends on various factors
        there are many factors
        there are many ways
        there are many things to consider
        there are many aspects
        there are many different ways
        there are several
        it is important to note
        it s important to note
        it is worth noting
        that is up to you
        more information is needed
        in conclusion
        gerne
        natürlich
        sicher
        selbstverständlich
        kein problem
        gute frage
        das ist eine gute frage
        hier ist die antwort
        hier ist
        hier sind
        ich helfe ihnen gerne
        ich helfe gerne
        ich hoffe das hilft
        es kommt darauf an
        das kommt darauf an
        wie kann ich ihnen helfen
        vielen dank
        bien sûr
        certainement
        avec plaisir
        bonne question
        c est une bonne question
        voici la réponse
        voici
        je serais ravi de vous aider
        j espère que cela vous aide
        cela dépend
        ça dépend
        comment puis je vous aider
        merci
        claro
        por supuesto
        con gusto
        buena pregunta
        es una buena pregunta
        esa es una buena pregunta
        aquí está la respuesta
        aquí tienes
        aquí está
        espero que esto ayude
        depende
        cómo puedo ayudarte
        gracias
        certo
        certamente
        volentieri
        buona domanda
        è una buona domanda
        ecco la risposta
        ecco
        spero che questo aiuti
        dipende
        come posso aiutarti
        grazie
        com certeza
        boa pergunta
        é uma boa pergunta
        aqui está a resposta
        aqui está
        espero que isso ajude
        como posso ajudar
        obrigado
        natuurlijk
        zeker
        graag gedaan
        goede vraag
        dat is een goede vraag
        hier is het antwoord
        hier is
        hier zijn
        ik hoop dat dit helpt
        het hangt ervan af
        hoe kan ik je helpen
        bedankt
        конечно
        хороший вопрос
        вот ответ
        надеюсь это поможет
        """)
}
