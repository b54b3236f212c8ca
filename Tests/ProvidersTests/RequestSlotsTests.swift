import TestSupport
import Testing

@testable import Providers

@Suite(.timeLimit(.minutes(5))) struct RequestSlotsTests {
    @Test func whoWaitedLongestIsNext() async throws {
        let slots = RequestSlots(count: 1, mostWaiting: 10)
        try await slots.enter()
        let order = Tally<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask {
                    try await slots.enter()
                    order.add(number)
                    slots.leave()
                }
                try await until("number \(number) waits") { slots.waiting == number + 1 }
            }
            slots.leave()
            try await group.waitForAll()
        }
        #expect(order.elements == [0, 1, 2, 3, 4])
    }

    @Test func theQueueIsBounded() async throws {
        let slots = RequestSlots(count: 1, mostWaiting: 1)
        try await slots.enter()
        let waiting = Task { try await slots.enter() }
        try await until("one waits") { slots.waiting == 1 }
        let fault = await #expect(throws: ProviderFault.self) { try await slots.enter() }
        #expect(fault?.kind == .overloaded)
        slots.leave()
        try await waiting.value
    }

    @Test func whoIsCancelledLeavesTheQueueAndTakesNoSlot() async throws {
        let slots = RequestSlots(count: 1, mostWaiting: 5)
        try await slots.enter()
        let gone = Task { try await slots.enter() }
        try await until("one waits") { slots.waiting == 1 }
        gone.cancel()
        await #expect(throws: CancellationError.self) { try await gone.value }
        #expect(slots.waiting == 0)
        slots.leave()
        try await slots.enter()
        let late = Task {
            try await until("it is cancelled") { Task.isCancelled }
            try await slots.enter()
        }
        late.cancel()
        await #expect(throws: (any Error).self) { try await late.value }
        #expect(slots.waiting == 0)
    }
}
