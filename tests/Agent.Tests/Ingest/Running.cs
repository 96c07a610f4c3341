// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using Agent.Ingest;
using Agent.Tests.Delivery.Exporters;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Ingest;

/// <summary>The servers on ports of the system's choice, as variables would start them.</summary>
internal sealed class Running : IDisposable
{
    public Running(params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>
        {
            ["HILO_INGEST_OTLP_GRPC"] = "127.0.0.1:0",
            ["HILO_INGEST_OTLP_HTTP"] = "127.0.0.1:0",
            ["HILO_INGEST_ZIPKIN"] = "127.0.0.1:0",
            ["HILO_INGEST_OPENCENSUS"] = "127.0.0.1:0",
        };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }
        Servers = IngestServers.Start(IngestOptions.Read(environment.GetValueOrDefault, "none"), Intake, Logged.Add);
    }

    public RecordingIntake Intake { get; } = new();

    public List<string> Logged { get; } = [];

    public IngestServers Servers { get; }

    public HttpClient Http { get; } = new();

    public static byte[] Request { get; } =
        new ExportTraceServiceRequest { ResourceSpans = { Desk.Resource("shop", Desk.FullSpan(1), Desk.FullSpan(2)) } }.ToByteArray();

    public int Port(IngestProtocol protocol) => ((IPEndPoint)Servers.Addresses[(int)protocol]).Port;

    public string Url(IngestProtocol protocol, string path) => $"http://127.0.0.1:{Port(protocol)}{path}";

    /// <summary>What curl was answered: the status line and fields, then the body.</summary>
    public static string Curl(params string[] arguments) => Program(["curl", "-sS", "-i", "--max-time", "20", .. arguments]);

    public static string Program(params string[] command)
    {
        using var program = new ServerProgram(command);
        program.WaitForEnd();
        return program.Printed.Trim(); // the end of each output is a line too, whichever comes first
    }

    public static string Call(string target, string method, string mode, params string[] files) =>
        Program(["env", "GRPC_VERBOSITY=ERROR", "/usr/bin/python3", Client("call.py"), target, method, mode, .. files]);

    public static string Client(string name, [System.Runtime.CompilerServices.CallerFilePath] string self = "") =>
        Path.Combine(Path.GetDirectoryName(self)!, "Clients", name);

    public Socket Connect(IngestProtocol protocol)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, Port(protocol));
        return socket;
    }

    public void Dispose()
    {
        Http.Dispose();
        Servers.StopAsync(TimeSpan.FromSeconds(5)).GetAwaiter().GetResult();
        Servers.Dispose();
    }
}
