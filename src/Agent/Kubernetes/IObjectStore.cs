// SPDX-License-Identifier: Apache-2.0
namespace Agent.Kubernetes;

/// <summary>What an informer keeps true. Called by one task.</summary>
internal interface IObjectStore
{
    /// <summary>What the objects are called in messages.</summary>
    string Name { get; }

    /// <summary>A complete list follows.</summary>
    void BeginList();

    void Put(ReadOnlySpan<byte> json);

    void Delete(ReadOnlySpan<byte> json);

    /// <summary>The list was complete: what was not in it is gone.</summary>
    void EndList();
}
