import Platform
import Storage
import TestSupport
import Testing

/// Who sees a file that was attached to a chat.
@Suite struct ChatFileConformance {
    @Test(arguments: Backend.all) func aFileOfAChatIsAsPrivateAsTheChat(_ backend: Backend) async throws {
        let test = try await TestPlatform(backend, providers: ["scripted": ScriptedProvider(saying: ["Yes."])])
        let (ada, bob) = (try await test.caller(member: "ada").principal, try await test.caller(member: "bob").principal)
        let platform = test.platform
        var request = TurnRequest(messages: [
            IncomingMessage(role: .user, content: "Hello?", toolCallID: nil, toolCalls: nil, metadata: nil)
        ])
        let scripted = try #require(try platform.models.catalogue(PageRequest()).elements.first { $0.system.name == "scripted" })
        request.model = scripted.id
        var follower = try await platform.turns.start(request, for: ada, receipt: nil)
        let chat = try await follower.outcome().message.chat

        let upload = try await platform.files.beginUpload()
        try await upload.write(Array("a secret".utf8))
        let draft = try FileDraft(filename: "secret.txt", declaredType: nil, resource: .chat(AttachedChatID(chat.text)))
        let file = try await platform.files.create(draft, from: upload, for: ada, receipt: nil)

        #expect(try await platform.files.get(file.id, for: ada).id == file.id)
        await #expect(throws: PlatformError.self) { try await platform.files.get(file.id, for: bob) }
        #expect(try await platform.files.page(PageRequest(), filter: FileFilter(), for: ada).elements.count == 1)
        #expect(try await platform.files.page(PageRequest(), filter: FileFilter(), for: bob).elements.isEmpty)
        await #expect(throws: PlatformError.self) { try await platform.files.delete(file.id, purge: true, for: bob) }

        // Once its owner puts it into a dataset, it is the organization's.
        let dataset = try await platform.datasets.create(
            DatasetDraft(name: "shared", description: nil, consentForTraining: false), for: ada, receipt: nil)
        _ = try await platform.files.associate(file.id, with: .dataset(dataset.id), namedAt: ["body"], for: ada, receipt: nil)
        #expect(try await platform.files.get(file.id, for: bob).id == file.id)
    }

    @Test(arguments: Backend.all) func aDeletedFileCanStillBePurgedAndOnlyOnce(_ backend: Backend) async throws {
        let test = try await TestPlatform(backend)
        let ada = try await test.caller().principal
        let files = test.platform.files
        let upload = try await files.beginUpload()
        try await upload.write(Array("gone".utf8))
        let draft = try FileDraft(filename: "gone.txt", declaredType: nil, resource: nil)
        let file = try await files.create(draft, from: upload, for: ada, receipt: nil)
        try await files.delete(file.id, purge: false, for: ada)
        await #expect(throws: PlatformError.self) { try await files.delete(file.id, purge: false, for: ada) }
        try await files.delete(file.id, purge: true, for: ada)
        await #expect(throws: PlatformError.self) { try await files.delete(file.id, purge: true, for: ada) }
        #expect(throws: (any Error).self) { try files.bytes(of: file, for: ada) }
    }
}
