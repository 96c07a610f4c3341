// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>Writes what one protocol knows of an exchange: name, attributes and status of its span.</summary>
internal interface IProtocol
{
    static abstract void Describe(scoped in Exchange exchange, scoped ref SpanWriter span);
}
