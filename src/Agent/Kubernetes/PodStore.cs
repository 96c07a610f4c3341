// SPDX-License-Identifier: Apache-2.0
namespace Agent.Kubernetes;

/// <summary>The pods that are known, by what a process or a peer can be found by. Callable from any thread.</summary>
/// <param name="onChange">Called after something changed, on the thread that changed it.</param>
internal sealed class PodStore(Action onChange, PeerNames? peers = null) : IObjectStore
{
    // The last spans of a pod may come after its end has been told of.
    private static readonly long Linger = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pod> _byUid = [];
    private readonly Dictionary<string, (Pod Pod, string Container)> _byContainer = [];
    private readonly Dictionary<string, Pod> _byAddress = [];
    private readonly Queue<(string Uid, long At)> _leaving = [];
    private readonly HashSet<string> _deleted = [];
    private HashSet<string>? _unlisted;

    public string Name => "pods";

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _byUid.Count;
            }
        }
    }

    public void BeginList()
    {
        lock (_lock)
        {
            _unlisted = [.. _byUid.Keys];
        }
    }

    public void Put(ReadOnlySpan<byte> json)
    {
        if (PodReader.Read(json) is not { } pod)
        {
            return;
        }
        lock (_lock)
        {
            Forget();
            _unlisted?.Remove(pod.Uid);
            if (_byUid.TryGetValue(pod.Uid, out var known) && pod.IsAs(known) && !_deleted.Contains(pod.Uid))
            {
                return; // a probe failed, or the like
            }
            Drop(pod.Uid);
            _byUid[pod.Uid] = pod;
            foreach (var container in pod.Containers)
            {
                _byContainer[container.Id] = (pod, container.Name);
            }
            foreach (var address in pod.Addresses)
            {
                _byAddress[address] = pod;
                peers?.Set(address, $"{pod.Name}.{pod.Namespace}");
            }
        }
        onChange();
    }

    public void Delete(ReadOnlySpan<byte> json)
    {
        if (PodReader.Read(json) is { } pod)
        {
            lock (_lock)
            {
                Leave(pod.Uid);
                Forget();
            }
        }
    }

    public void EndList()
    {
        lock (_lock)
        {
            foreach (var uid in _unlisted ?? [])
            {
                Leave(uid);
            }
            _unlisted = null;
            Forget();
        }
        onChange();
    }

    /// <summary>Who a process is; null: not known, or not yet.</summary>
    internal PodPlace? Find(in ContainerPlace place)
    {
        lock (_lock)
        {
            if (place.ContainerId is { } id && _byContainer.TryGetValue(id, out var found))
            {
                return new(found.Pod, found.Container);
            }
            return place.PodUid is { } uid && _byUid.TryGetValue(uid, out var pod) ? new(pod, pod.OnlyContainer) : null;
        }
    }

    private void Leave(string uid)
    {
        if (_byUid.ContainsKey(uid) && _deleted.Add(uid))
        {
            _leaving.Enqueue((uid, Environment.TickCount64 + Linger));
        }
    }

    private void Forget()
    {
        while (_leaving.TryPeek(out var next) && next.At <= Environment.TickCount64)
        {
            _leaving.Dequeue();
            if (_deleted.Contains(next.Uid))
            {
                Drop(next.Uid);
            }
        }
    }

    private void Drop(string uid)
    {
        _deleted.Remove(uid);
        if (!_byUid.Remove(uid, out var pod))
        {
            return;
        }
        foreach (var container in pod.Containers)
        {
            _byContainer.Remove(container.Id);
        }
        foreach (var address in pod.Addresses)
        {
            if (_byAddress.TryGetValue(address, out var owner) && owner.Uid == uid) // another pod may have it by now
            {
                _byAddress.Remove(address);
                peers?.Remove(address);
            }
        }
    }
}

/// <summary>A pod, and which of its containers; null: not known.</summary>
internal readonly record struct PodPlace(Pod Pod, string? Container);
