// SPDX-License-Identifier: Apache-2.0
// A pod is some ten kilobytes of JSON, of which a few hundred bytes are kept. Reading by token, nothing else is ever built.
using System.Text.Json;

namespace Agent.Kubernetes;

/// <summary>From the JSON of a pod to what is kept of it.</summary>
internal sealed class PodReader
{
    // An annotation may be as large as 256 KiB: what selects or names is short.
    private const int MaxValue = 256;
    private const int MaxPairs = 64;

    private readonly List<KeyValuePair<string, string>> _labels = [];
    private readonly List<KeyValuePair<string, string>> _annotations = [];
    private readonly List<PodContainer> _containers = [];
    private readonly List<string> _addresses = [];
    private string? _onlyContainer;
    private int _planned;
    private bool _sharesNetwork;
    private Pod _pod = new();

    /// <summary>Null when it is no pod. Throws <see cref="JsonException"/> when it is no JSON.</summary>
    internal static Pod? Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? new PodReader().Read(ref reader) : null;
    }

    private Pod? Read(ref Utf8JsonReader reader)
    {
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["metadata", "spec", "status"]))
            {
                case 0:
                    ReadMetadata(ref reader);
                    break;
                case 1:
                    ReadSpec(ref reader);
                    break;
                case 2:
                    ReadStatus(ref reader);
                    break;
            }
        }
        return _pod.Uid.Length == 0 || _pod.Name.Length == 0 ? null : _pod with
        {
            Labels = [.. _labels],
            Annotations = [.. _annotations],
            Containers = [.. _containers],
            OnlyContainer = _planned == 1 ? _onlyContainer : null,
            Addresses = _sharesNetwork ? [] : [.. _addresses],
        };
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["name", "namespace", "uid", "creationTimestamp", "labels", "annotations", "ownerReferences"]))
            {
                case 0:
                    _pod = _pod with { Name = JsonWalk.Text(ref reader) ?? "" };
                    break;
                case 1:
                    _pod = _pod with { Namespace = Names.Intern(JsonWalk.Text(ref reader) ?? "") };
                    break;
                case 2:
                    _pod = _pod with { Uid = JsonWalk.Text(ref reader) ?? "" };
                    break;
                case 3:
                    _pod = _pod with { CreationTime = JsonWalk.Text(ref reader) };
                    break;
                case 4:
                    ReadPairs(ref reader, _labels);
                    break;
                case 5:
                    ReadPairs(ref reader, _annotations);
                    break;
                case 6:
                    ReadOwners(ref reader);
                    break;
            }
        }
    }

    private static void ReadPairs(ref Utf8JsonReader reader, List<KeyValuePair<string, string>> pairs)
    {
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            var key = reader.GetString() ?? "";
            reader.Read();
            var isShort = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxValue;
            var value = isShort ? JsonWalk.Text(ref reader) : null;
            reader.Skip();
            if (value is not null && pairs.Count < MaxPairs)
            {
                pairs.Add(new(Names.Intern(key), value));
            }
        }
    }

    private void ReadOwners(ref Utf8JsonReader reader)
    {
        for (var items = JsonWalk.Into(ref reader); items.NextObject(ref reader);)
        {
            string? kind = null;
            string? name = null;
            var isController = false;
            for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
            {
                switch (JsonWalk.Enter(ref reader, ["kind", "name", "controller"]))
                {
                    case 0:
                        kind = JsonWalk.Text(ref reader);
                        break;
                    case 1:
                        name = JsonWalk.Text(ref reader);
                        break;
                    case 2:
                        isController = JsonWalk.Switch(ref reader);
                        break;
                }
            }
            if (isController && kind is not null && name is not null)
            {
                _pod = _pod with { Owner = new(Names.Intern(kind), Names.Intern(name)) };
            }
        }
    }

    private void ReadSpec(ref Utf8JsonReader reader)
    {
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["nodeName", "hostNetwork", "containers", "initContainers", "ephemeralContainers"]))
            {
                case 0:
                    _pod = _pod with { NodeName = Names.Intern(JsonWalk.Text(ref reader) ?? "") };
                    break;
                case 1:
                    _sharesNetwork = JsonWalk.Switch(ref reader);
                    break;
                case 2 or 3 or 4:
                    ReadPlanned(ref reader);
                    break;
            }
        }
    }

    private void ReadPlanned(ref Utf8JsonReader reader)
    {
        for (var items = JsonWalk.Into(ref reader); items.NextObject(ref reader);)
        {
            _planned++;
            for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
            {
                if (JsonWalk.Enter(ref reader, ["name"]) == 0)
                {
                    _onlyContainer = Names.Intern(JsonWalk.Text(ref reader) ?? "");
                }
            }
        }
    }

    private void ReadStatus(ref Utf8JsonReader reader)
    {
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["startTime", "podIPs", "containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]))
            {
                case 0:
                    _pod = _pod with { StartTime = JsonWalk.Text(ref reader) };
                    break;
                case 1:
                    ReadAddresses(ref reader);
                    break;
                case 2 or 3 or 4:
                    ReadContainers(ref reader);
                    break;
            }
        }
    }

    private void ReadAddresses(ref Utf8JsonReader reader)
    {
        for (var items = JsonWalk.Into(ref reader); items.NextObject(ref reader);)
        {
            for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
            {
                if (JsonWalk.Enter(ref reader, ["ip"]) == 0 && JsonWalk.Text(ref reader) is { } address)
                {
                    _addresses.Add(address);
                }
            }
        }
    }

    private void ReadContainers(ref Utf8JsonReader reader)
    {
        for (var items = JsonWalk.Into(ref reader); items.NextObject(ref reader);)
        {
            string? name = null;
            string? id = null;
            for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
            {
                switch (JsonWalk.Enter(ref reader, ["name", "containerID"]))
                {
                    case 0:
                        name = JsonWalk.Text(ref reader);
                        break;
                    case 1:
                        id = JsonWalk.Text(ref reader);
                        break;
                }
            }

            // containerd://<id>
            var scheme = id?.IndexOf("://", StringComparison.Ordinal) ?? -1;
            if (name is not null && scheme > 0)
            {
                _containers.Add(new(Names.Intern(name), id![(scheme + 3)..]));
            }
        }
    }
}
