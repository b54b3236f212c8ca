/// The phrases behind `SafetyNotes`, in English, German, French, Spanish, Italian, Portuguese and Dutch. Only as explicit as it must be: slurs
/// are left out where the attack is visible without them.
enum SafetyLexicon {
    struct Lexicon {
        /// One is enough.
        let strong: PhraseMatcher
        /// Two different ones are enough.
        let weak: PhraseMatcher
        /// Beside a phrase they show that something else is meant, or that it is spoken of to help.
        let harmless: PhraseMatcher

        init(strong: String, weak: String, harmless: String) {
            func lines(_ list: String) -> String { list.split(separator: ",").joined(separator: "\n") }
            self.strong = PhraseMatcher(lines(strong))
            self.weak = PhraseMatcher(lines(weak))
            self.harmless = PhraseMatcher(lines(harmless))
        }
    }

    static let lexicons: [SafetyCategory: Lexicon] = [
        .violence: Lexicon(
            strong: """
                kill him,kill her,kill them,kill you,kill someone,kill somebody,kill people,kill a person,kill my,kill your,killed him,killed her,
                murder,murdered,murdering,murderer,massacre,beheaded,behead,decapitate,stabbed,stab him,stab her,stab someone,stabbing,
                shot him,shot her,shoot him,shoot her,shoot them,shoot people,mass shooting,school shooting,strangle,strangled,torture,tortured,
                torturing,beat him up,beat her up,beaten to death,slit his throat,slit her throat,build a bomb,make a bomb,pipe bomb,car bomb,
                suicide bomber,terrorist attack,set him on fire,dismember,dismembered,bludgeoned,lynched,genocide,assassinate,assassinated,
                umbringen,ermorden,ermordet,mörder,erstochen,erschossen,erschießen,foltern,gefoltert,bombe bauen,amoklauf,erwürgt,abgeschlachtet,
                tuer quelqu un,le tuer,la tuer,je vais te tuer,assassiner,assassiné,meurtre,poignardé,égorgé,torturer,torturé,fabriquer une bombe,
                matar a,voy a matar,asesinar,asesinado,asesinato,apuñalado,apuñalar,torturar,torturado,fabricar una bomba,degollado,
                uccidere qualcuno,ti uccido,ucciso,assassinare,assassinato,omicidio,accoltellato,torturato,costruire una bomba,
                matar alguém,vou te matar,assassinar,assassinado,assassinato,esfaqueado,torturado,fazer uma bomba,
                iemand vermoorden,vermoord,vermoorden,moord,doodgestoken,neergeschoten,gemarteld,bom maken
                """,
            weak: """
                kill,killed,killing,stab,gunman,gunshot,bloodshed,bloody fight,weapon,weapons,knife attack,assault,assaulted,attacked him,attacked her,
                wounded,corpse,dead body,bomb,explosives,hostage,kidnapped,execution,punched,beat him,beat her,fight to the death,töten,getötet,waffe,leiche,
                angegriffen,tuer,tué,arme à feu,cadavre,matar,mató,arma,cadáver,uccidere,arma da fuoco,cadavere,matou,doden,gedood,wapen,lijk
                """,
            harmless: """
                process,processes,thread,task,session,command,signal,daemon,server,terminal,linux,unix,pid,port,job,script,program,bacteria,germs,virus,
                viruses,weeds,weed,pests,mites,insects,mosquitoes,cells,tumor,time,the lights,the engine,the mood,the vibe,photo,photos,picture,film,movie scene,
                bath bomb,photobomb,murder mystery party,murder of crows,a murder of crows,prozess,unkraut,bakterien,processus,bactéries,proceso,
                bacterias,batteri,processo,bactérias,proces,bacteriën,calories,joke,joking,it at,deal killer,killer app,killer feature
                """),
        .selfHarm: Lexicon(
            strong: """
                kill myself,killing myself,kill yourself,killing yourself,end my life,ending my life,take my own life,took his own life,
                took her own life,taking their own life,suicide,suicidal,self harm,self harming,cut myself,cutting myself,hurt myself on purpose,
                want to die,wish i was dead,wish i were dead,better off dead,overdose on pills,hang myself,hanged himself,hanged herself,no reason to live,
                starve myself,selbstmord,suizid,suizidal,mich umbringen,mir das leben nehmen,selbstverletzung,ich will sterben,mich ritzen,
                me suicider,suicidaire,mettre fin à mes jours,je veux mourir,automutilation,me faire du mal,
                suicidio,suicidarme,suicida,quitarme la vida,quiero morir,autolesión,autolesiones,hacerme daño,
                suicidarmi,uccidermi,togliermi la vita,voglio morire,autolesionismo,
                suicídio,me matar,tirar a minha vida,quero morrer,automutilação,
                zelfmoord,zelfdoding,mezelf doden,een einde aan mijn leven,ik wil dood,zelfbeschadiging
                """,
            weak: "overdose,hopeless,worthless,self loathing,anorexia,bulimia,purging,self destructive,razor blade",
            harmless: """
                suicide squad,career suicide,political suicide,suicide prevention policy,suicide mission,suicide door,suicide doors,suicide knob,gene,genes,
                of laughter,of embarrassment,of boredom,to die for,social suicide
                """),
        .harassment: Lexicon(
            strong: """
                you are worthless,you re worthless,you are pathetic,you re pathetic,you are disgusting,you re disgusting,you are an idiot,
                you re an idiot,you idiot,you moron,you are a moron,you stupid,you are stupid,you re so stupid,shut up you,nobody likes you,
                no one likes you,everyone hates you,i hate you,you loser,you are a loser,you re a loser,i will find you,i know where you live,
                piece of shit,piece of trash,fuck you,go to hell,you ugly,you are ugly,you re ugly,you will regret this,make your life hell,
                stalk her,stalk him,stalking her,bully her,bully him,
                du idiot,du bist ein idiot,du bist dumm,du bist wertlos,halt die fresse,halt die klappe,ich hasse dich,niemand mag dich,du versager,
                ferme ta gueule,tu es un idiot,t es un idiot,tu es stupide,espèce d idiot,espèce de con,je te déteste,personne ne t aime,
                eres un idiota,eres una idiota,eres estúpido,cállate imbécil,te odio,nadie te quiere,vete al infierno,
                sei un idiota,sei stupido,ti odio,stai zitto idiota,nessuno ti vuole,fai schifo,
                você é um idiota,você é burro,eu te odeio,cala a boca,ninguém gosta de você,
                je bent een idioot,je bent dom,hou je bek,ik haat je,niemand mag je
                """,
            weak:
                "idiot,moron,loser,pathetic,disgusting,shut up,bully,bullied,threatened her,threatened him,humiliate,intimidate,stalked,creep,scumbag",
            harmless: """
                report harassment,how to report,how do i report,reporting,policy,policies,prevent,preventing,prevention,against bullying,anti bullying,
                law,laws,training,workplace guidelines,support for victims,what is harassment,definition,the novel,the movie,sore loser meaning,stop bullying
                """),
        .hate: Lexicon(
            strong: """
                inferior race,superior race,master race,white power,white supremacy,heil hitler,sieg heil,gas the,race traitor,subhuman,subhumans,
                ethnic cleansing,are vermin,are parasites,are subhuman,are animals not people,are all criminals,are all terrorists,are all thieves,
                should be deported all,should be exterminated,must be exterminated,go back to your country,go back to africa,death to all,
                don t deserve to live,do not deserve to live,kill all jews,kill all muslims,hate jews,hate muslims,hate blacks,hate gays,hate immigrants,
                untermenschen,minderwertige rasse,herrenrasse,ausländer raus,sind alle kriminelle,sind ungeziefer,judensau,
                race inférieure,race supérieure,sont des parasites,sont tous des criminels,rentrez chez vous,mort aux,
                raza inferior,raza superior,son parásitos,son todos criminales,vuelve a tu país,muerte a los,
                razza inferiore,razza superiore,sono parassiti,sono tutti criminali,torna al tuo paese,morte ai,
                raça inferior,raça superior,são parasitas,são todos criminosos,volte para o seu país,
                minderwaardig ras,superieur ras,zijn ongedierte,zijn allemaal criminelen,ga terug naar je land
                """,
            weak:
                "racial slur,racist,supremacist,xenophobic,antisemitic,homophobic,islamophobic,nazis,neo nazi,bigot,their kind,those people are",
            harmless: """
                combat,combating,against racism,anti racist,history of,museum,what is,definition,prevent,condemn,condemned,condemns,fight against,
                holocaust education,united nations,convention,tribunal,gegen rassismus,contre le racisme,contra el racismo,contro il razzismo
                """),
        .sexual: Lexicon(
            strong: """
                porn,porno,pornography,pornographic,erotic,erotica,blowjob,handjob,orgasm,masturbate,masturbating,masturbation,naked body,
                have sex,having sex,had sex,sex with,sexual intercourse,oral sex,anal sex,sex toy,sex toys,strip club,striptease,threesome,
                fuck me,make love to me,undressed her,undressed him,between her legs,between her thighs,her nipples,erect penis,vagina,penis,
                sexting,nude photos,nudes,sexual fantasy,sexual fantasies,
                pornografie,geschlechtsverkehr,sex haben,nacktfotos,erotik,erotisch,orgasmus,selbstbefriedigung,
                pornographie,rapport sexuel,rapports sexuels,faire l amour,érotique,orgasme,masturbation,photos nues,
                pornografía,relaciones sexuales,tener sexo,erótico,erótica,orgasmo,masturbación,
                pornografia,rapporti sessuali,fare sesso,erotico,masturbazione,relações sexuais,fazer sexo,masturbação,
                seks hebben,geslachtsgemeenschap,naaktfoto
                """,
            weak:
                "sexy,nude,naked,breasts,seductive,seduce,seduced,lust,lustful,moaned,aroused,horny,kinky,fetish,lingerie,nackt,nu,desnudo,nudo,naakt",
            harmless: """
                cancer,mammogram,breast feeding,breastfeeding,anatomy,anatomical,mole rat,mole rats,naked eye,education,std,stds,contraception,contraceptive,
                vaccine,hpv,puberty,reproductive,reproduction,species,plants,flowers,seeds,fish,insects,birds,medical,doctor,gynecologist,urologist,
                krebs,biologie,cancer du sein,cáncer,cancro,câncer,kanker,chromosome,chromosomes,nude color,nude lipstick,statue,sculpture,painting
                """),
    ]
}
