/// What the LFS batch endpoint answered for one object.
struct LFSBatch: Sendable, Equatable {
    /// How the bytes go up.
    enum Upload: Sendable, Equatable {
        case single(WebAddress)
        /// Parts of one size (the last may be shorter), each with its address, and where to report them.
        case parts(size: Int64, addresses: [WebAddress], completion: WebAddress)
    }

    /// Nil when the site has the object already.
    let upload: Upload?
    let verify: WebAddress?

    /// - Throws: `PublishFailure`.
    init(_ answer: [String: JSONValue], _ step: String) throws {
        guard case .array(let objects)? = answer["objects"], case .object(let object)? = objects.first else {
            throw PublishFailure("\(step): Hugging Face did not answer for the object.", isWorthRetrying: false)
        }
        if case .object(let error)? = object["error"] {
            throw PublishFailure(
                "\(step): Hugging Face refused the object: \(error["message"]?.string ?? "no reason given").", isWorthRetrying: false)
        }
        guard case .object(let actions)? = object["actions"], case .object(let upload)? = actions["upload"] else {
            (self.upload, verify) = (nil, nil)
            return
        }
        self.upload = try Self.upload(upload, step)
        if case .object(let verify)? = actions["verify"] { self.verify = try Self.address(verify["href"], step) } else { verify = nil }
    }

    private static func upload(_ action: [String: JSONValue], _ step: String) throws -> Upload {
        let target = try address(action["href"], step)
        guard case .object(let header)? = action["header"], let size = header["chunk_size"] else { return .single(target) }
        let number: Int64? =
            switch size {
            case .string(let text): Int64(text)
            case .integer(let integer): integer
            default: nil
            }
        guard let number, number > 0 else {
            throw PublishFailure("\(step): Hugging Face named a chunk_size that is no number.", isWorthRetrying: false)
        }
        // The parts' addresses stand beside the size, under their numbers.
        let numbered = header.compactMap { name, value in Int(name).map { ($0, value) } }.sorted { $0.0 < $1.0 }
        return .parts(size: number, addresses: try numbered.map { try address($0.1, step) }, completion: target)
    }

    private static func address(_ value: JSONValue?, _ step: String) throws -> WebAddress {
        guard let text = value?.string, let address = try? WebAddress(text) else {
            throw PublishFailure("\(step): Hugging Face named an address that is no URL.", isWorthRetrying: false)
        }
        return address
    }
}
