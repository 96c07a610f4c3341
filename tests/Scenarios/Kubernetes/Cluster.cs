// SPDX-License-Identifier: Apache-2.0
// No registry that is in use here has an API server (Debian has kubectl and etcd, not kube-apiserver, k3s, minikube or kwok): it is
// played by Services/python/kube.py, by the reference of the API.
using System.Globalization;
using System.Text.Json;
using Scenarios.Harness;
using Scenarios.Tls;

namespace Scenarios.Kubernetes;

/// <summary>An API server, and the service account of a pod.</summary>
internal sealed class Cluster
{
    public const string Node = "here";
    private const int Port = 6443;

    private readonly Sandbox _sandbox;
    private readonly string _folder;
    private int _tokens;

    public Cluster(Sandbox sandbox, int pods = 0)
    {
        _sandbox = sandbox;
        _folder = Directory.CreateDirectory(sandbox.PathOf("cluster")).FullName;
        Account = Directory.CreateDirectory(sandbox.PathOf("account")).FullName;
        var certificate = new Certificate(sandbox);
        File.Copy(certificate.Chain, Path.Combine(_folder, "tls.pem"));
        File.Copy(certificate.Authority, Path.Combine(Account, "ca.crt"));
        File.WriteAllText(Path.Combine(Account, "namespace"), "hilo");
        RotateToken();
        Start = new("/usr/bin/python3", "python/kube.py", _folder, Text(Port), Text(pods));
    }

    public string Account { get; }

    public string Authority => Path.Combine(Account, "ca.crt");

    /// <summary>What starts it.</summary>
    public ProgramStart Start { get; }

    /// <summary>For the agent, as it would have them in a pod.</summary>
    public (string Name, string? Value)[] Settings =>
    [
        ("KUBERNETES_SERVICE_HOST", "127.0.0.1"), ("KUBERNETES_SERVICE_PORT", Text(Port)), ("HILO_KUBE_ACCOUNT", Account),
        ("HILO_KUBE_NODE_NAME", Node), ("OTEL_EBPF_KUBE_CLUSTER_NAME", "test"), ("OTEL_EBPF_KUBE_RECONNECT_INITIAL_INTERVAL", "100ms"),
    ];

    public IReadOnlyList<string> Requests =>
        File.Exists(Path.Combine(_folder, "requests")) ? File.ReadAllLines(Path.Combine(_folder, "requests")) : [];

    public Cluster Serve()
    {
        var server = _sandbox.StartOutside(Start);
        server.WaitFor(() => _sandbox.Network.IsListening(Port), "API server", 40);
        return this;
    }

    public void Put(object item) => Command(new { put = item });

    public void Delete(object item) => Command(new { delete = item });

    public void Do(string what, object value) => Command(new Dictionary<string, object> { [what] = value });

    /// <summary>Waits for so many requests that contain a text.</summary>
    public void Await(Func<string, bool> matches, int count, string what)
    {
        for (var attempt = 0; Requests.Count(matches) < count; attempt++)
        {
            Assert.True(attempt < 400, $"{what}:\n{string.Join('\n', Requests)}");
            Thread.Sleep(50);
        }
    }

    public static bool IsWatch(string request) => request.StartsWith("200 /api/v1/pods?watch", StringComparison.Ordinal);

    public static bool IsList(string request) => request.StartsWith("200 /api/v1/pods?limit", StringComparison.Ordinal);

    /// <summary>The server takes another token from now on; the file has it a moment later, as when the kubelet replaces it.</summary>
    public void RotateToken(int laterMilliseconds = 0)
    {
        var token = $"token-{++_tokens}";
        File.WriteAllText(Path.Combine(_folder, "token"), token);
        Thread.Sleep(laterMilliseconds);
        File.WriteAllText(Path.Combine(Account, "token"), token + "\n");
    }

    private void Command(object order) =>
        File.AppendAllText(Path.Combine(_folder, "commands"), JsonSerializer.Serialize(order) + "\n");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
