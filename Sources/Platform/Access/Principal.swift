/// Phantom subjects of the ids below.
package enum Organization {}
package enum Member {}
package enum APIKey {}

/// The tenant: every row belongs to exactly one.
package typealias OrganizationID = Identifier<Organization>
/// A user within an organization. A machine client is one too.
package typealias MemberID = Identifier<Member>
package typealias APIKeyID = Identifier<APIKey>

/// What a member is within the organization.
package enum Role: String, Sendable, CaseIterable {
    case owner, admin, member
}

/// A permission that a key carries; the names are the contract's (A §4.2), plus ours for the instance.
package enum Scope: String, Sendable, CaseIterable {
    case chatInvoke = "chat:invoke"
    case chatRead = "chat:read"
    case chatWrite = "chat:write"
    case modelsRead = "models:read"
    case modelsWrite = "models:write"
    case datasetsRead = "datasets:read"
    case datasetsWrite = "datasets:write"
    case filesRead = "files:read"
    case filesWrite = "files:write"
    case particlesRead = "particles:read"
    case particlesWrite = "particles:write"
    case systemPromptsRead = "system-prompts:read"
    case systemPromptsWrite = "system-prompts:write"
    case usageRead = "usage:read"
    case organizationAdmin = "org:admin"
    /// The whole installation. Only `quarry key create --instance`, on the host, grants it.
    case instanceAdmin = "instance:admin"

    /// What an owner of an organization may do.
    package static let ofOwner = Set(allCases).subtracting([.instanceAdmin])
}

/// Who calls.
package struct Principal: Sendable, Hashable {
    package let organization: OrganizationID
    package let member: MemberID
    package let role: Role
    package let scopes: Set<Scope>

    package init(organization: OrganizationID, member: MemberID, role: Role, scopes: Set<Scope>) {
        self.organization = organization
        self.member = member
        self.role = role
        self.scopes = scopes
    }
}
