// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Bpf;
using Agent.Config;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>
/// Traffic control writes the TCP option: on the interfaces that the user names, or, where sock_ops programs cannot be had,
/// on all but loopback. Does nothing until it is started.
/// </summary>
internal sealed class Traffic(ProcFs proc, TrafficOptions options) : InterfaceProbe(proc)
{
    private BpfProgram[] _programs = [];

    public override string Name => "traffic";

    protected override bool IsReady => _programs.Length > 0;

    /// <summary>From now on. The interfaces of the host come first: they are as a rule those that are named.</summary>
    internal void Start(BpfObject traffic)
    {
        _programs = [.. traffic.Programs().Where(program => program.IsTcx)];
        AttachAhead();
    }

    protected override IDisposable? AttachTo(int index, ReadOnlySpan<byte> name) =>
        options.Interfaces?.Matches(Encoding.UTF8.GetString(name)) ?? !name.SequenceEqual("lo"u8)
            ? new Attachment(_programs, index, options.Backend)
            : null;

    /// <summary>Attaches one program as the first one of an interface, by the first way that works.</summary>
    internal static IDisposable Attach(BpfProgram program, int interfaceIndex, TrafficBackend backend)
    {
        if (backend == TrafficBackend.Filter)
        {
            return program.AttachFilter(interfaceIndex);
        }
        try
        {
            return program.AttachTcx(interfaceIndex);
        }
        catch (BpfException) when (backend == TrafficBackend.Auto)
        {
            return program.AttachFilter(interfaceIndex);
        }
    }

    private sealed class Attachment : IDisposable
    {
        private readonly List<IDisposable> _parts = [];

        internal Attachment(BpfProgram[] programs, int interfaceIndex, TrafficBackend backend)
        {
            try
            {
                foreach (var program in programs)
                {
                    _parts.Add(Attach(program, interfaceIndex, backend));
                }
            }
            catch (BpfException)
            {
                Dispose();
                throw;
            }
        }

        public void Dispose() => _parts.ForEach(part => part.Dispose());
    }
}
