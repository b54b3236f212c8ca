import Testing

@Suite struct PlatformPlaceholder {}
