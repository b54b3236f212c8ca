import Testing

@testable import Platform

@Suite struct ContextBudgetTests {
    @Test func passagesTakeAtMostHalfOfTheWindow() {
        let budget = ContextBudget(window: 1_000, reserved: 100, passages: [200, 200, 200, 200], history: [])
        #expect(budget.passages == 2)
    }

    @Test func historyTakesWhatPassagesLeave() {
        let budget = ContextBudget(window: 1_000, reserved: 100, passages: [300], history: [250, 250, 250])
        #expect((budget.passages, budget.history) == (1, 2))
    }

    @Test func nothingSmallerIsTakenInPlaceOfWhatDoesNotFit() {
        // Leaving a message out in the middle would tear the conversation.
        let budget = ContextBudget(window: 1_000, reserved: 0, passages: [600, 1], history: [900, 200, 1])
        #expect((budget.passages, budget.history) == (0, 1))
    }

    @Test func whatFitsExactlyFits() {
        let budget = ContextBudget(window: 100, reserved: 20, passages: [50], history: [30])
        #expect((budget.passages, budget.history) == (1, 1))
    }

    @Test func aReserveBeyondTheWindowLeavesNothing() {
        let budget = ContextBudget(window: 100, reserved: 5_000, passages: [1], history: [1])
        #expect((budget.passages, budget.history) == (0, 0))
    }

    @Test func everythingEmptyIsFine() {
        let budget = ContextBudget(window: 0, reserved: 0, passages: [], history: [])
        #expect((budget.passages, budget.history) == (0, 0))
    }
}
