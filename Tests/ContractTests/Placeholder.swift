import Testing

@Suite struct ContractPlaceholder {}
