// SPDX-License-Identifier: Apache-2.0
// Programs on a cgroup see the sockets of everything below it. So they go to the cgroups of targets and nowhere else, and
// of two targets' cgroups that contain each other only to the outer one: attached to both, they would see each byte twice.
using Agent.Bpf;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Sources;

/// <summary>Attaches the socket programs to the cgroups of targets.</summary>
internal sealed class Sockets : IProbe, IDisposable
{
    private readonly BpfProgram[] _programs;
    private readonly CgroupTree _tree;
    private readonly Action<BpfException>? _withoutOperations;
    private readonly Dictionary<string, int> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BpfLink[]> _links = new(StringComparer.Ordinal);

    /// <param name="sockets">The loaded object.</param>
    /// <param name="tree">Where cgroups are.</param>
    /// <param name="withoutOperations">Takes over when somebody keeps the sock_ops of a cgroup for himself. Throws if it cannot.</param>
    internal Sockets(BpfObject sockets, CgroupTree tree, Action<BpfException>? withoutOperations = null)
    {
        _withoutOperations = withoutOperations;
        _programs = [.. sockets.Programs().Where(program => program.IsCgroup)];
        _tree = tree;
    }

    public string Name => "sockets";

    /// <summary>The cgroups that programs are attached to.</summary>
    internal IReadOnlyCollection<string> Attached => _links.Keys;

    /// <summary>Attaches to a cgroup for good, before a process in it is known.</summary>
    internal void AttachAhead(string cgroup)
    {
        _users[cgroup] = _users.GetValueOrDefault(cgroup) + 1;
        Settle();
    }

    public void Attach(TargetProcess process)
    {
        var cgroup = process.Cgroup;
        var users = _users.GetValueOrDefault(cgroup);
        _users[cgroup] = users + 1;
        if (users == 0)
        {
            Settle();
        }
    }

    public void Detach(TargetProcess process)
    {
        var cgroup = process.Cgroup;
        var users = _users.GetValueOrDefault(cgroup) - 1;
        if (users > 0)
        {
            _users[cgroup] = users;
        }
        else if (_users.Remove(cgroup))
        {
            Settle();
        }
    }

    public void Dispose()
    {
        foreach (var cgroup in _links.Keys.ToArray())
        {
            Release(cgroup);
        }
    }

    // New ones first: in between, a segment may be seen twice, which sequence numbers tell; missed bytes could not be told.
    private void Settle()
    {
        var wanted = Outermost(_users.Keys);
        foreach (var cgroup in wanted.Where(cgroup => !_links.ContainsKey(cgroup)))
        {
            _links[cgroup] = AttachTo(cgroup);
        }
        foreach (var cgroup in _links.Keys.Where(cgroup => !wanted.Contains(cgroup)).ToArray())
        {
            Release(cgroup);
        }
    }

    /// <summary>Those that do not lie inside another one of them.</summary>
    internal static HashSet<string> Outermost(IReadOnlyCollection<string> cgroups) =>
        [.. cgroups.Where(inner => !cgroups.Any(outer => outer != inner && CgroupTree.IsWithin(inner, outer)))];

    private BpfLink[] AttachTo(string cgroup)
    {
        var directory = _tree.Directory(cgroup);
        var fd = LibC.Open(directory, LibC.OpenReadOnlyCloseOnExec, 0);
        if (fd < 0)
        {
            throw new BpfException($"cannot open cgroup {directory}", LibC.LastError);
        }
        var links = new List<BpfLink>();
        try
        {
            foreach (var program in _programs)
            {
                if (TryAttach(program, fd, directory) is { } link)
                {
                    links.Add(link);
                }
            }
            return [.. links];
        }
        catch (BpfException)
        {
            links.ForEach(link => link.Dispose());
            throw;
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }

    private BpfLink? TryAttach(BpfProgram program, int fd, string directory)
    {
        try
        {
            return program.AttachCgroup(fd, directory);
        }
        catch (BpfException refused) when (program.IsSocketOperations && _withoutOperations is not null)
        {
            _withoutOperations(refused);
            return null;
        }
    }

    private void Release(string cgroup)
    {
        if (_links.Remove(cgroup, out var links))
        {
            Array.ForEach(links, link => link.Dispose());
        }
    }
}
