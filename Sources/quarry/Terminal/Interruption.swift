import Dispatch
import Foundation

/// What is done on Ctrl-C before the program ends, in place of ending at once. Child processes that are started meanwhile ignore the signal.
final class Interruption {
    /// The exit code of a program that Ctrl-C ended.
    private static let code: Int32 = 130
    private let source: any DispatchSourceSignal

    init(_ action: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            action()
            exit(Self.code)
        }
        source.resume()
    }

    /// From here on Ctrl-C ends the program at once again.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
