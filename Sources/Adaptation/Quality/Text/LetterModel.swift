/// How plausible letters are beside each other in words of the Latin alphabet: negative logarithms of the probability of the next letter, in
/// halves of a nat, counted in texts of English, German, French, Spanish, Italian, Portuguese and Dutch in equal parts, and a third as much of
/// Swedish, Danish, Polish, Czech, Romanian, Turkish, Finnish, Hungarian, Indonesian and Vietnamese, stripped of accents. Row and column 0 are
/// the edge of a word, then a to z; `a` is 0, each letter after it half a nat more.
enum LetterModel {
    private static let rows = """
        zfhgffhhigjhgghhgjifghhinkj
        diihhljikikhfheiiofgfiimmjj
        heilodpnnekofolfnxfikfnpuho
        geoipfusdeliipmdpphjggstzlj
        eeonlcploeolknkeluijjhmnzlm
        djkhiikililjfheljnefgjjmjmk
        efmnkfglndnlhnndqzgjhgpqzlp
        dfnokdoiifnlhmhgowfiifnrxio
        edqpkdqrmfmmjljeouhlgglmzjq
        egjghfjhmljhghegjlhffkhpmnj
        fdpphdklsgqigkhflwnhigjnwrj
        eellneolhfphhmjenuhgggmozjp
        eemkidlkkenkfjkflooihglpzjm
        edhpmdnmpfrmkhkfgunklgppwlo
        dfnhffkfjfmklmignonheijorjl
        dkjhhjiilimiggeihqefhgiimmj
        gepjlenmigqmgmlehzejhhmpump
        kqmzzsszvsvzovtzurqutazozzz
        dekjhdlilemjjiiflkihghjlvkk
        dgmgnemnjfpiiklghmngehmnxjj
        dennodnngeplkmlfnzfihgmlrjm
        egihifjilgkiggeiisfffkjlkkj
        hdonocqpqetomrjerzjlljnzsio
        fdplldrmhdzpknhenzjilhvmogm
        dfjhnejplevllkoheqpneimskhn
        cfihkglljikjhhhfhzjgfjkjzkk
        eekljdqkmeojjjgfksmliglhzgi
        """
    private static let costs: [Float] = rows.utf8.filter { $0 != 10 }.map { Float($0 &- 97) / 2 }

    /// Nats for each letter and the end of the word; nil for a word that has other letters.
    static func cost(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        var sum: Float = 0
        var letters = 0
        var last = 0
        var position = 0
        while position < bytes.count {
            guard let letter = letter(bytes, &position) else { return nil }
            sum += costs[last * 27 + letter]
            last = letter
            letters += 1
        }
        guard letters > 0 else { return nil }
        return Double(sum + costs[last * 27]) / Double(letters + 1)
    }

    /// 1...26 for a letter of the alphabet with or without an accent.
    private static func letter(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Int? {
        let scalar = TextScan.next(bytes, &position)
        let small = CharacterClass.lowercased(scalar)
        if small >= 0x61, small <= 0x7A { return Int(small) - 0x60 }
        guard small >= 0xDF, small < 0x180 else { return nil }
        let base = accents[Int(small) - 0xDF]
        return base >= 97 && base <= 122 ? Int(base) - 96 : nil
    }

    /// For each scalar from U+00DF on the letter below the accent, with dots where there is none.
    private static let accents: [UInt8] = Array(
        ("saaaaaaaceeeeiiiidnooooo.ouuuuyty" + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllllln"
            + "nnnnnnnnoooooooorrrrrrsssssssstttttt" + "uuuuuuuuuuuuwwyyyzzzzzzs").utf8)
}
