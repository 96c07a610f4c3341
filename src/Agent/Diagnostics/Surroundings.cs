// SPDX-License-Identifier: Apache-2.0
// What the kernel cannot tell: whether the rest of the world lets the agent do its work. Receivers are asked with a request that has
// no spans, through the very exporter of a run, so that names, certificates, proxies and rights are all tried.
using System.Globalization;
using Agent.Bpf;
using Agent.Config;
using Agent.Delivery.Exporters;
using Agent.Kubernetes;
using Agent.Targets;

namespace Agent.Diagnostics;

/// <summary>The part of the doctor that looks around on the host.</summary>
internal static class Surroundings
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal static List<DoctorCheck> Examine(ProcFs proc, AgentOptions options)
    {
        var missing = Right.Missing(proc).Where(right => !right.IsRequired).ToArray();
        List<DoctorCheck> checks =
        [
            DoctorCheck.Try("rights that make it better", false, "give it these capabilities too: docs/install.md", () => Require(
                missing.Length == 0, string.Join("; ", missing.Select(right => $"without {right.Name} {right.Without}"))), DoctorAnswer.Degraded),
            DoctorCheck.Try("processes have the numbers that the kernel tells", true, "give the container the processes of the host (hostPID, --pid=host)",
                () => Require(proc.IsInitialProcessNamespace, "this is a process namespace of its own: other processes cannot be known")),
            DoctorCheck.Try("the clock is set by others", false, "run an NTP client, or spans of several hosts do not line up",
                () => Require(LibC.IsClockSynchronized(), "the kernel says that nothing keeps its clock right"), DoctorAnswer.Degraded),
        ];
        if (options.Delivery.Spool is { } spool)
        {
            checks.Add(DoctorCheck.Try($"the queue can be kept in {spool.Directory}", false,
                "spans wait in memory until it can be used; make it writable, or name another with HILO_QUEUE", () => TryWrite(spool.Directory)));
        }
        checks.AddRange(options.Delivery.Targets.Select(receiver => DoctorCheck.Try(
            $"receiver {receiver.Name} takes spans at {receiver.Endpoint}", false,
            "spans wait in the queue while it is away; what it refuses is lost", () => Ask(receiver))));
        if (options.Kubernetes.Server is not null || options.Kubernetes.IsMissed)
        {
            checks.Add(DoctorCheck.Try("pods have names: the API server answers", false,
                "spans go without the names of their pods; give the service account get, list and watch of pods", () => AskCluster(options.Kubernetes)));
        }
        return checks;
    }

    private static void AskCluster(KubernetesOptions options)
    {
        Require(options.Server is not null, "this is not in a pod: KUBERNETES_SERVICE_HOST does not say where the API server is");
        using var limit = new CancellationTokenSource(Patience);
        using var server = new ApiServer(options);
        try
        {
            server.GetAsync("/api/v1/pods?limit=1", limit.Token).GetAwaiter().GetResult().Dispose();
        }
        catch (Exception failure) when (Informer.IsFailure(failure))
        {
            throw new InvalidOperationException(Informer.Explain(failure));
        }
    }

    private static void Ask(ReceiverOptions receiver)
    {
        if (receiver.Protocol == ReceiverProtocol.File)
        {
            TryWrite(Path.GetDirectoryName(receiver.Endpoint.LocalPath)!);
            return;
        }
        var limited = receiver with { Timeout = receiver.Timeout < Patience ? receiver.Timeout : Patience };
        using var exporter = limited.CreateExporter();
        var result = exporter.SendAsync(new ExportRequest(), CancellationToken.None).GetAwaiter().GetResult();
        Require(result.Outcome == SendOutcome.Accepted, result.Message ?? "it does not say why");
    }

    // Nothing is left behind: a folder that is still to be made is tried in the one that it will be made in.
    private static void TryWrite(string directory)
    {
        var existing = directory;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? throw new InvalidOperationException($"{directory} does not begin with /");
        }
        var trial = Path.Combine(existing, string.Create(CultureInfo.InvariantCulture, $".hilo-doctor-{Environment.ProcessId}"));
        File.WriteAllBytes(trial, [0]);
        File.Delete(trial);
    }

    private static void Require(bool condition, string failure)
    {
        if (!condition)
        {
            throw new InvalidOperationException(failure);
        }
    }
}
