// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>A program on ingress takes client sockets back into the sockmap when their response is complete.</summary>
internal sealed class Reenrolment(BpfObject reenrol, ProcFs proc) : InterfaceProbe(proc)
{
    private readonly BpfProgram _program = reenrol.Programs().First(program => program.IsTcx);

    public override string Name => "reenrol";

    protected override IDisposable AttachTo(int index, ReadOnlySpan<byte> name) => _program.AttachTcx(index);
}
