/// The commonest function words of the languages in Latin letters, small letters, without apostrophes (`don't` is scanned as `don` and `t`).
/// They tell the language of a text, and that it is a text at all.
enum FunctionWords {
    static let lists: [WrittenLanguage: String] = [
        .english: """
        the a an and or but if of in on at to for from with by as is are was were be been being am it its this that these those he she
        they we you i me him her us them his their our your my not no do does did have has had will would can could should may might
        what which who whom how when where why there here than then so such about into over after before between through because while
        during only also more most some any all each other one two first make made like just very out up
        """,
        .german: """
        der die das den dem des ein eine einen einem einer eines und oder aber wenn dass als auch wie was wer wo warum ist sind war
        waren wird werden wurde wurden sein hat haben hatte kann können muss soll ich du er sie es wir ihr mich dich ihn uns euch sich
        mein dein sein seine ihre unser nicht kein keine nur noch schon sehr mehr von zu zum zur mit bei nach aus für auf an am im in
        über unter vor durch gegen ohne um bis zwischen während weil damit diese dieser dieses welche man so dann hier dort
        """,
        .french: """
        le la les l un une des du de d et ou mais si que qu qui quoi dont où quand comment pourquoi est sont était étaient être été a
        ont avait avoir sera peut peuvent doit je tu il elle on nous vous ils elles me te se lui leur mon ton son ma ta sa mes tes ses
        notre votre nos vos ce cet cette ces c n ne pas plus moins très aussi bien dans en au aux à avec sans pour par sur sous entre
        vers chez comme plusieurs tout tous toute toutes donc car puis alors ainsi même fait faire y
        """,
        .spanish: """
        el la los las un una unos unas lo del de al y o e u pero si que quien cual cuál cuándo cuando dónde donde cómo como qué por
        porque para con sin sobre entre hasta desde en a ante tras es son era eran ser sido fue fueron está están estar hay ha han
        había tener tiene tienen puede pueden yo tú él ella nosotros ellos ellas usted me te se le les nos su sus mi mis tu tus este
        esta estos estas ese esa eso no más menos muy también ya solo sólo todo todos todas cada otro otra así entonces
        """,
        .italian: """
        il lo la i gli le l un uno una di del dello della dei degli delle da dal dalla a al allo alla ai alle in nel nella nei nelle su
        sul sulla con per tra fra e ed o ma se che chi cui quale quali quando dove come perché cosa è sono era erano essere stato stata
        ha hanno aveva avere può possono deve io tu lui lei noi voi loro mi ti si ci vi ne mio tuo suo sua suoi sue nostro questo questa
        questi queste quello quella non più meno molto anche già solo tutto tutti tutte ogni altro così quindi poi
        """,
        .portuguese: """
        o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela pelos pelas para com sem sobre entre até
        e ou mas se que quem qual quais quando onde como porque é são era eram ser sido foi foram está estão estar há tem têm tinha ter
        pode podem deve eu tu ele ela nós vós eles elas você vocês me te lhe seu sua seus suas meu minha este esta estes estas esse essa
        isso isto não mais menos muito também já só todo todos toda todas cada outro outra assim então
        """,
        .dutch: """
        de het een en of maar als dat die dit deze wat wie waar wanneer hoe waarom is zijn was waren worden wordt werd werden heeft
        hebben had kan kunnen moet moeten zal zullen ik jij je hij zij ze wij we jullie u mij hem haar ons hun mijn jouw zijn niet geen
        wel ook nog al zeer meer van in op aan te ten ter met bij naar uit voor over onder door tegen zonder om tot tussen tijdens omdat
        zodat er hier daar dan dus veel alle andere elke
        """,
        .swedish: """
        och att det som en ett den de är var på av för med till om inte har hade kan ska skulle vi ni han hon jag du man sig sin från
        eller men också när hur vad där här mycket mer än vid efter under mellan
        """,
        .danish: """
        og at det som en et den de er var på af for med til om ikke har havde kan skal ville vi han hun jeg du man sig sin fra eller men
        også når hvordan hvad hvor der her meget mere end ved efter under mellem blev
        """,
        .polish: """
        i w we z ze na do od po za o u nie to jest są był była było być się że jak co kto kiedy gdzie dlaczego który która które dla przez
        oraz lub ale czy tak już tylko bardzo jego jej ich tym tego przy może można
        """,
        .czech: """
        a v ve z ze na do od po za o u ne to je jsou byl byla bylo být se že jak co kdo kdy kde proč který která které pro přes nebo ale
        tak už jen velmi jeho její jejich tom toho při může jako aby
        """,
        .romanian: """
        și în de la cu pe din pentru este sunt era erau fi fost au că care ce cine când unde cum un o unei unui al ale lui mai nu sau dar
        se să prin după între despre acest această foarte
        """,
        .turkish: """
        ve bir bu şu o için ile de da ne kim nasıl neden niçin gibi daha çok en olan olarak olduğu oldu olur değil mi mı var yok ama veya
        hangi kadar sonra önce tarafından ise
        """,
        .finnish: """
        ja on ei se että oli ovat olla joka mikä kuka missä milloin miten miksi hän he me te minä sinä tai mutta kuin myös jos kun niin
        tämä vain sen hänen ollut voi
        """,
        .hungarian: """
        a az és egy nem van volt hogy mint is ez azt meg de ha mi ki hol mikor hogyan miért vagy csak már még után között minden nagyon
        amely által lehet ezek
        """,
        .vietnamese: """
        và của là có không được trong cho các những một với này đã người khi từ để ở theo như về trên đến ra tại cũng nhưng bởi gì nào
        ai bao nhiêu
        """,
        .indonesian: """
        yang dan di ke dari untuk dengan pada adalah ini itu tidak dalam akan oleh atau juga saya anda kami mereka dia apa siapa kapan
        dimana bagaimana mengapa karena telah sudah dapat bisa seperti lebih
        """,
    ]

    /// Articles that stand before a noun and nothing else, so that another function word or the end of a sentence hardly ever follows.
    static let articles: [WrittenLanguage: String] = [
        .english: "the a an", .german: "ein eine einen einem eines", .french: "un une", .spanish: "un una el",
        .italian: "un uno una il gli",
        .portuguese: "um uma", .dutch: "een",
    ]
    /// Words after which a sentence does not end: the text was cut there.
    static let openEnds = """
        the a an and or but of to for from with by as if because which while than into between is are was were their its your my our
        ein eine einen einem einer eines und oder aber dass der den dem des von zum zur mit für auf durch weil sondern wenn ist
        le les un une des du de et ou mais que qui dans aux avec pour par sur est sont dont
        el los las unos unas del al y pero que con por para sin sobre es son
        il lo gli di dei degli delle dal dalla nel nella sul sulla e ed ma che per tra è
        os um uma do da dos das em no na ao mas com pelo pela é são
        het een en maar dat van met voor door omdat naar tot
        porque aunque cuando perché quando embora deshalb obwohl omdat hoewel parce puisque lorsque although whereas since unless until
        и в на с к по что как для из или но не
        """

    /// What is known of one word.
    struct Entry: Sendable {
        /// One bit for each language that has it.
        var languages: UInt32 = 0
        /// The languages in which it is an article.
        var articleLanguages: UInt32 = 0
        var isOpenEnd = false
    }

    static let entries: HashTable<Entry> = {
        var entries: [UInt64: Entry] = [:]
        for (language, list) in lists {
            for word in list.split(whereSeparator: \.isWhitespace) {
                entries[TextHash.of(word), default: Entry()].languages |= 1 << language.rawValue
            }
        }
        for (language, list) in articles {
            for word in list.split(separator: " ") {
                entries[TextHash.of(word), default: Entry()].articleLanguages |= 1 << language.rawValue
            }
        }
        for word in openEnds.split(whereSeparator: \.isWhitespace) { entries[TextHash.of(word), default: Entry()].isOpenEnd = true }
        return HashTable(entries)
    }()
}
