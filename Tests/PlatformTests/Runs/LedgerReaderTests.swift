import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite struct LedgerReaderTests {
    private let folder = TemporaryFolder()

    private func ledger(_ entries: [RunLedgerEntry]) throws -> URL {
        let file = folder.url.appending(path: UUID().uuidString)
        try entries.reduce(into: Data()) { $0 += try RunLedger.line($1) }.write(to: file)
        return file
    }

    private func entries(_ count: Int) -> [RunLedgerEntry] {
        (1...count).map { row in
            switch row % 3 {
            // Words of a reason must not be taken for the outcome.
            case 0: RunFixture.entry(row, .failed, reason: "\"outcome\":\"kept\" ü\n \(String(repeating: "x", count: row))")
            case 1: RunFixture.entry(row, .exactDuplicate, reason: "twice")
            default: RunFixture.entry(row)
            }
        }
    }

    @Test func entriesComeInTheirOrderFromAnyOffset() throws {
        let all = entries(500)
        let file = try ledger(all)
        var reader = try LedgerReader([file])
        for read in 0..<all.count {
            if read % 50 == 0 {
                var other = try LedgerReader([file], from: reader.offset)
                for entry in all[read...] { #expect(try other.next() == entry) }
                #expect(try other.next() == nil)
            }
            #expect(try reader.next() == all[read])
        }
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test func onlyRowsThatAreNotInTheOutputAreDropped() throws {
        let all = entries(100)
        let dropped = all.filter { $0.outcome != .kept }
        let file = try ledger(all)
        var (offset, found) = (UInt64(0), [RunLedgerEntry]())
        // One by one, each time from the offset that was reached.
        while true {
            var reader = try LedgerReader([file], from: offset)
            guard let entry = try reader.nextDropped() else { break }
            found.append(entry)
            offset = reader.offset
        }
        #expect(found == dropped)
    }

    @Test func severalFilesAreReadAsOneFromAnyOffset() throws {
        let all = entries(40)
        // An empty one, as a batch may leave, at every place.
        let files = try [ledger([]), ledger(Array(all[..<7])), ledger([]), ledger(Array(all[7..<8])), ledger(Array(all[8...])), ledger([])]
        var offset = UInt64(0)
        for entry in all {
            var reader = try LedgerReader(files, from: offset)
            #expect(try reader.next() == entry)
            offset = reader.offset
        }
        var reader = try LedgerReader(files, from: offset)
        #expect(try reader.next() == nil)
        reader = try LedgerReader(files)
        for entry in all { #expect(try reader.next() == entry) }
        #expect(try reader.next() == nil && reader.offset == offset)
    }

    @Test func anEmptyLedgerHasNothing() throws {
        var none = try LedgerReader([])
        #expect(try none.next() == nil)
        var reader = try LedgerReader([try ledger([])])
        #expect(try reader.next() == nil)
        #expect(try reader.nextDropped() == nil)
    }
}
