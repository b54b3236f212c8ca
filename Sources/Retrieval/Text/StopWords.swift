/// The function words of each language: they say how a sentence is built, not what it is about, so they are neither indexed nor searched.
/// Compared after case folding and before stemming; in English after removal of diacritics too.
enum StopWords {
    /// The stop words of a language.
    static func words(_ language: Language) -> Set<String> { sets[language] ?? [] }

    private static let sets: [Language: Set<String>] = lists.mapValues { Set($0.split(whereSeparator: \.isWhitespace).map(String.init)) }

    /// For each stop word the languages that have it, in the order of `Language`: what detection counts.
    static let languages: [String: [Language]] = {
        var result = [String: [Language]]()
        for language in Language.allCases {
            for word in words(language).sorted() { result[word, default: []].append(language) }
        }
        return result
    }()

    /// Words with which people address a machine ("please explain …"). They are ordinary words in a document, so they are indexed; from a
    /// question they are dropped, unless nothing else is left.
    static let addressing: Set<String> = [
        "please", "tell", "explain", "describe", "hello", "hi", "hey", "thanks", "thank", "bitte", "erkläre", "hallo", "danke",
    ]

    private static let lists: [Language: String] = [
        .english: """
        a about above after again against all also am an and any are aren't as at be because been before being below between both but by
        can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either else ever every for from
        further get gets got had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how
        how's however i i'd i'll i'm i've if in into is isn't it it'd it'll it's its itself just let let's may me might more most much
        must mustn't my myself no nor not of off on once one's only or other our ours ourselves out over own per shall she she'd she'll
        she's should shouldn't so some such than that that'd that's the their theirs them themselves then there there's these they they'd
        they'll they're they've this those though through thus to too under until up upon us very via was wasn't we we'd we'll we're we've
        were weren't what what's when when's where where's whether which while who who's whom whose why why's will with within without
        won't would wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves dont doesnt cant isnt arent im ive
        whats
        """,
        .german: """
        ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei beim bin bis
        bist da dabei dadurch dafür dagegen daher damit danach dann daran darauf daraus darin darum darüber das dass daß davon davor dazu
        dein deine deinem deinen deiner dem den denen denn der deren des dessen deshalb die dies diese dieselbe diesem diesen dieser
        dieses doch dort du durch ein eine einem einen einer eines einige einigen einiger er es etwa etwas euch euer eure für gegen
        gewesen hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja
        jede jedem jeden jeder jedes jedoch jene jener jetzt kann kannst kein keine keinem keinen keiner können könnte man manche mein
        meine meinem meinen meiner mich mir mit muss muß müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen
        seiner seit selbst sich sie sind so solche solchem solchen solcher soll sollen sollte sondern sonst über um und uns unser unsere
        unseren unter viel vom von vor war waren was wegen weil welche welchem welchen welcher welches wenn wer werde werden wie wieder
        will wir wird wirst wo wollen wurde wurden während würde würden zu zum zur zwar zwischen wann warum woher wohin wem wen wessen
        """,
        .french: """
        à afin ai aient ainsi alors après as au aucun aucune aura auront aussi autre autres aux avaient avait avant avec avez avoir avons
        ayant c car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme comment d dans de depuis des donc dont
        du duquel elle elles en encore entre es est et étaient était étant été être eu eux fait il ils j je l la laquelle le lequel les
        lesquelles lesquels leur leurs lors lorsque lui m ma mais me même mêmes mes moi moins mon n ne ni non nos notre nous on ont ou où
        par parce pas pendant peu peut peuvent plus pour pourquoi près puis qu quand que quel quelle quelles quels qui quoi s sa sans se
        sera seront ses si soit son sont sous sur t ta te tes toi ton tous tout toute toutes très tu un une vers voici voilà vos votre
        vous y
        """,
        .spanish: """
        a al algo algunas algunos ante antes aquel aquella aquellas aquellos así aunque cada como cómo con contra cual cuál cuales cuáles
        cualquier cuando cuándo cuanto cuánto de del desde donde dónde durante e el él ella ellas ellos en entre era eran eres es esa esas
        ese eso esos está están estaba estaban estamos estar este esta estas esto estos estoy fue fueron ha había habían han hasta hay he
        hemos la las le les lo los más me mi mí mis mismo misma mucho muchos muy nada ni no nos nosotros nuestra nuestras nuestro nuestros
        o os otra otras otro otros para pero poco por porque puede pueden pues que qué quien quién quienes se sea sean según ser será si
        sí sido siempre sin sino sobre son soy su sus también tan tanto te tener ti tiene tienen toda todas todo todos tras tu tú tus un
        una unas uno unos usted ustedes y ya yo
        """,
        .italian: """
        a ad agli ai al alla alle allo anche ancora avere aveva avevano c che chi ci ciascuno cioè come con contro cosa cui d da dagli dai
        dal dalla dalle dallo degli dei del della delle dello dentro di dopo dove due durante e è ed era erano essere essi fa fino fra gli
        ha hanno ho i il in io l la le lei li lo loro lui ma me mentre mi mia mie miei mio molto ne negli nei nel nella nelle nello noi
        non nostra nostre nostri nostro o ogni oppure per perché però più poi possono può prima qual quale quali quando quanto quasi
        quella quelle quelli quello questa queste questi questo qui quindi sarà se sei senza si sia siamo siano solo sono sotto sta stata
        stati stato su sua sue sugli sui sul sulla sulle sullo suo suoi te ti tra tu tua tue tuo tuoi tutta tutte tutti tutto un una uno v
        vi voi vostra vostro
        """,
        .portuguese: """
        a à ainda ao aos aquela aquelas aquele aqueles aquilo as às assim até cada com como contra da das de dela dele deles depois desde
        dessa desse desta deste do dos durante e é ela elas ele eles em enquanto entre era eram essa essas esse esses esta está estão
        estar estas estava este estes eu foi foram for há isso isto já lhe lhes lo mais mas me mesma mesmo meu meus minha minhas muito
        muitos na nas nem nenhum no nos nós nossa nossas nosso nossos num numa não o onde os ou outra outras outro outros para pela pelas
        pelo pelos pode podem pois por porque porquê qual quais qualquer quando quanto que quem são se seja sejam sem sempre ser será seu
        seus si sido sob sobre sua suas só também tão te tem têm tenho ter teu tinha toda todas todo todos tu tua tudo um uma umas uns
        você vocês
        """,
        .dutch: """
        aan achter al alle alleen alles als andere anders ben bent bij binnen boven buiten daar daarom dan dat de deze die dit dus door
        doen doet een eens elk elke en enkele er ergens etc ge geen gehad geweest had hadden haar hebben hebt heb heeft hem hen het hier
        hij hoe hun iets ik in is ja je jij jou jouw jullie kan kon konden kunnen maar meer men met mij mijn moet moeten na naar naast
        niet niets nog nu of om omdat onder ons onze ook op over sinds te tegen ten ter terwijl toch toen tot tussen u uit uw van vanaf
        veel via voor waar waarom waren was wat we wel welk welke wanneer werd werden wie wij wil worden wordt zal ze zelf zich zij zijn
        zo zoals zonder zou zouden zulke
        """,
        .swedish: """
        alla allt att av bara blev bli blir blivit de dem den denna deras dess dessa det detta dig din dina ditt du där då efter ej eller
        en er era ett ers från för före genom ha hade han hans har henne hennes hon honom hos hur här i icke in ingen inget inom inte jag
        ju kan kunde kommer man med mellan men mig min mina mitt mot mycket måste ned ni nu när någon något några och om oss på samma samt
        sedan sig sin sina sitt ska skall skulle som så sådan sådana till under upp ur ut utan vad var vara varför varit varje vars vart
        vem vi vid vilka vilken vilket vill åt än är även över
        """,
        .danish: """
        af alle alt anden at bare blev blive bliver da de dem den denne der deres det dette dig din dine disse dit dog du efter eller en
        end enten er et fordi fra for få får før gennem ham han hans har havde have hende hendes her hos hun hvad hvem hver hvilke hvilken
        hvilket hvis hvor hvordan hvorfor hvornår i ikke ind ingen intet jeg jer jeres jo kan kom kunne man mange med meget mellem men
        mens mig min mine mit mod må ned nogen noget nogle nu når og også om op os over på samme se selv sig sin sine sit skal skulle som
        sådan thi til ud uden under var ved vi vil ville vor være været
        """,
        .norwegian: """
        alle at av bare begge ble bli blir blitt både da de deg dem den denne der deres det dette di din disse ditt du dykk eg ein eit
        eller en enn er et ett etter for fordi fra før gjennom ha hadde han hans har henne hennes her hos hun hva hvem hver hvilke hvilken
        hvis hvor hvordan hvorfor i ikke ikkje ingen inn ja jeg kan kom kunne kun man mange med meg mellom men mens mer mine mitt mot mye
        må når nei ned no noe noen nokre nå og også om opp oss over på samme seg selv si sia sin sine sitt skal skulle slik som så til ut
        uten var ved vi vil ville vår være vært vere verte vore
        """,
        .finnish: """
        ei eivät eli emme en ennen entä että he heidän heille heitä hän hänen hänet häntä ilman itse ja jo joiden joita joka jokin joko
        jolla jolle jonka jos joskus jossa josta jota jotka kaikki kaikkien kanssa keitä kenen keskellä kuin kuinka kuitenkin kun kyllä
        lisäksi me meidän meille mikä mikään miksi milloin minkä minun minut minä missä mistä mitkä mitä mukaan mutta muun muut myös ne
        niiden niin niitä noin nuo nyt näiden nämä näin ole olemme olen olet olette oli olisi olivat olla on ovat pitää sama se sekä sen
        siellä sillä sinun sinä sitten sitä siitä siihen siis siinä tai te teidän tuo tämä tämän tätä tässä tästä vaan vai vaikka voi
        voidaan voivat vain vielä yli
        """,
        .russian: """
        а без более больше будет бы был была были было быть в вам вас ведь весь во вот все всё всего всех вы где да даже для до его ее её
        если есть ещё еще ж же за здесь и из или им их к как какая какие какой когда кого которая которого которое которой которые который
        которых кто ли либо между меня мне много может можно мой моя мы на над надо нас не него нее неё ней нет ни них но ну о об он она
        они оно от очень перед по под после почему при про раз с сам свой свою себя сейчас со так также такой там тебя тем то тогда того
        тоже той только том тот ту ты у уже хотя чего чей чем через что чтобы эта эти этих это этого этой этом этот эту я
        """,
    ]
}
