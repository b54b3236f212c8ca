import Synchronization
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(5))) struct SharedExclusiveLockTests {
    private final class Inside: Sendable {
        private let counts = Mutex((sharers: 0, owners: 0, isBroken: false))
        var isBroken: Bool { counts.withLock { $0.isBroken } }

        func share(_ change: Int) {
            counts.withLock { counts in
                counts.sharers += change
                if counts.sharers > 0, counts.owners > 0 { counts.isBroken = true }
            }
        }

        func own(_ change: Int) {
            counts.withLock { counts in
                counts.owners += change
                if counts.owners > 1 || (counts.owners > 0 && counts.sharers > 0) { counts.isBroken = true }
            }
        }
    }

    @Test func anOwnerIsAloneAndSharersAreNot() async throws {
        let (lock, inside) = (SharedExclusiveLock(), Inside())
        // Two sharers wait for each other: they can only meet when both are let in.
        let (one, two) = (Door(), Door())
        async let first: Void = lock.shared {
            one.open()
            await two.wait()
        }
        await lock.shared {
            two.open()
            await one.wait()
        }
        await first
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    if number % 5 == 0 {
                        await lock.exclusive {
                            inside.own(1)
                            await Task.yield()
                            inside.own(-1)
                        }
                    } else {
                        await lock.shared {
                            inside.share(1)
                            await Task.yield()
                            inside.share(-1)
                        }
                    }
                }
            }
        }
        #expect(!inside.isBroken)
    }

    @Test func whoThrowsLetsTheNextOneIn() async throws {
        let lock = SharedExclusiveLock()
        await #expect(throws: WaitedInVain.self) { try await lock.exclusive { throw WaitedInVain(description: "") } }
        await #expect(throws: WaitedInVain.self) { try await lock.shared { throw WaitedInVain(description: "") } }
        #expect(await lock.exclusive { 1 } == 1)
    }

    /// Else a steady stream of sharers would keep an owner out for ever.
    @Test func aSharerThatComesAfterAWaitingOwnerWaitsToo() async throws {
        let lock = SharedExclusiveLock()
        let (inside, mayLeave) = (Door(), Door())
        let order = Tally<String>()
        let first = Task {
            await lock.shared {
                inside.open()
                await mayLeave.wait()
            }
        }
        await inside.wait()
        let owner = Task { await lock.exclusive { order.add("owner") } }
        // Only the lock knows that somebody waits: a late sharer that gets in shows that the owner has not come to wait yet.
        var isQueued = false
        while !isQueued {
            let entered = Door()
            let late = Task {
                await lock.shared {
                    order.add("late")
                    entered.open()
                }
            }
            _ = try? await until("a late sharer gets in", within: .seconds(1)) { entered.isOpen }
            isQueued = !entered.isOpen
            if isQueued { mayLeave.open() }
            await late.value
        }
        await owner.value
        await first.value
        #expect(order.elements.suffix(2) == ["owner", "late"])
    }
}
