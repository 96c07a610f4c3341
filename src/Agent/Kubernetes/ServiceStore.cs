// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;

namespace Agent.Kubernetes;

/// <summary>The addresses of services. Used by one task.</summary>
internal sealed class ServiceStore(PeerNames peers) : IObjectStore
{
    private readonly Dictionary<string, List<string>> _addresses = []; // by name.namespace
    private HashSet<string>? _unlisted;

    public string Name => "services";

    public void BeginList() => _unlisted = [.. _addresses.Keys];

    public void Put(ReadOnlySpan<byte> json)
    {
        var (name, addresses) = Read(json);
        _unlisted?.Remove(name);
        if (_addresses.TryGetValue(name, out var known) && known.SequenceEqual(addresses))
        {
            return;
        }
        Remove(name);
        _addresses[name] = addresses;
        addresses.ForEach(address => peers.Set(address, name));
    }

    public void Delete(ReadOnlySpan<byte> json) => Remove(Read(json).Name);

    public void EndList()
    {
        foreach (var name in _unlisted ?? [])
        {
            Remove(name);
        }
        _unlisted = null;
    }

    private void Remove(string name)
    {
        if (_addresses.Remove(name, out var addresses))
        {
            addresses.ForEach(peers.Remove);
        }
    }

    private static (string Name, List<string> Addresses) Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var (name, place) = ("", "");
        var addresses = new List<string>();
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["metadata", "spec"]))
            {
                case 0:
                    for (var metadata = JsonWalk.Into(ref reader); metadata.NextProperty(ref reader);)
                    {
                        switch (JsonWalk.Enter(ref reader, ["name", "namespace"]))
                        {
                            case 0:
                                name = JsonWalk.Text(ref reader) ?? "";
                                break;
                            case 1:
                                place = JsonWalk.Text(ref reader) ?? "";
                                break;
                        }
                    }
                    break;
                case 1:
                    for (var spec = JsonWalk.Into(ref reader); spec.NextProperty(ref reader);)
                    {
                        if (JsonWalk.Enter(ref reader, ["clusterIP"]) == 0 && JsonWalk.Text(ref reader) is { } address)
                        {
                            addresses.Add(address);
                        }
                    }
                    break;
            }
        }
        return ($"{name}.{place}", addresses);
    }
}
