// SPDX-License-Identifier: Apache-2.0
namespace Agent.Protocols;

/// <summary>Routes that hold for the programs of one selector only, and there go before those of all.</summary>
/// <param name="incoming">Of what they serve.</param>
/// <param name="outgoing">Of what they ask others for.</param>
internal sealed class OwnRoutes(IEnumerable<string> incoming, IEnumerable<string> outgoing)
{
    private readonly HttpRoutes _incoming = new(incoming, [], UnmatchedRoute.Unset);
    private readonly HttpRoutes _outgoing = new(outgoing, [], UnmatchedRoute.Unset);

    internal HttpRoutes For(bool isClient) => isClient ? _outgoing : _incoming;
}
