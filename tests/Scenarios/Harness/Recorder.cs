// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Scenarios.Harness;

/// <summary>The server of Services/c/recorder.c: it keeps every byte of every connection.</summary>
internal sealed class Recorder
{
    private readonly string _folder;
    private int _taken;

    public Recorder(Sandbox sandbox, bool traced, int port = Programs.BackendPort, string address = "0.0.0.0", NetworkNamespace? network = null)
    {
        _folder = Directory.CreateDirectory(sandbox.PathOf($"recorder-{Guid.NewGuid():N}")).FullName;
        var start = new ProgramStart(Build.C("recorder"), port.ToString(CultureInfo.InvariantCulture), _folder, address).Named("recorder");
        var program = traced ? sandbox.Start(start, network) : sandbox.StartOutside(start, network);
        program.WaitFor(() => (network ?? sandbox.Network).IsListening(port), "listener");
    }

    /// <summary>The connections since the last call, each with all bytes received.</summary>
    public List<byte[]> Take()
    {
        var files = Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Skip(_taken).ToArray();
        _taken += files.Length;
        return [.. files.Select(File.ReadAllBytes)];
    }
}
