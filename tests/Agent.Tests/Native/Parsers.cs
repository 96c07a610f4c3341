// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Native;

/// <summary>The tests that need the parsers, which are compiled once for all of them.</summary>
[CollectionDefinition(nameof(Parsers))]
public sealed class Parsers : ICollectionFixture<ParserProgram>;
