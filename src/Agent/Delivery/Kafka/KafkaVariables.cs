// SPDX-License-Identifier: Apache-2.0
// One cluster has one way to be spoken to, so HILO_KAFKA_* holds for every topic that is named.
using Agent.Config;
using Agent.Delivery.Exporters;

namespace Agent.Delivery.Kafka;

/// <summary>Reads what belongs to Kafka. A value that cannot be meant is a <see cref="ConfigException"/>.</summary>
internal static class KafkaVariables
{
    internal const string Scheme = "kafka:";

    private const string Prefix = "HILO_KAFKA_";
    private const string Mechanism = "sasl.mechanism";
    private const int LongestTopic = 249;
    private const int LeastMessage = 1000;
    private const int LargestMessage = 100_000_000;

    private static readonly TimeSpan LeastSession = TimeSpan.FromSeconds(1);

    /// <summary>librdkafka takes a member for dead that has not polled for so long.</summary>
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(5);

    /// <summary>A topic as a place to send to.</summary>
    /// <param name="variable">What <paramref name="text"/> stands in.</param>
    internal static ReceiverOptions ReadReceiver(Func<string, string?> variables, string name, string variable, string text)
    {
        var options = Read(variables, variable, text);
        return new ReceiverOptions
        {
            Name = name,
            Protocol = ReceiverProtocol.Kafka,
            Endpoint = new Uri($"{Scheme}{options.Brokers}/{options.Topic}"),
            Kafka = options,
        };
    }

    /// <param name="text">kafka:BROKERS/TOPIC.</param>
    internal static KafkaOptions Read(Func<string, string?> variable, string name, string text)
    {
        var settings = new Variables(variable, Prefix);
        var place = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..].TrimStart('/') : text;
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var (brokers, topic) = slash > 0 ? (place[..slash], place[(slash + 1)..]) : ("", "");
        if (!AreBrokers(brokers) || !IsTopic(topic))
        {
            throw new ConfigException(name, text, "use kafka:BROKERS/TOPIC, like kafka:kafka-1:9092,kafka-2:9092/traces");
        }
        var options = new KafkaOptions { Brokers = brokers, Topic = topic };
        var security = ReadSecurity(settings);
        return options with
        {
            MaxMessageBytes = settings.Read<int>("MAX_MESSAGE", ParseSize, "write a size like 1000000 or 4MiB, at least 1000, at most 100000000") ?? options.MaxMessageBytes,
            Compression = settings.Word("COMPRESSION", "use lz4, gzip, snappy or none", "lz4", "gzip", "snappy", "none") ?? options.Compression,
            Group = settings.Text("GROUP") ?? options.Group,
            SessionTimeout = settings.Read<TimeSpan>("SESSION_TIMEOUT", ParseSession, "write a duration from 1s to 5m") ?? options.SessionTimeout,
            Refused = ReadFolder(settings),
            Security = security,
            HasSasl = security.Exists(setting => setting.Key == Mechanism),
        };
    }

    private static List<KeyValuePair<string, string>> ReadSecurity(Variables settings)
    {
        var all = new List<KeyValuePair<string, string>>();
        AddFile("CERTIFICATE", "ssl.ca.location");
        AddFile("CLIENT_CERTIFICATE", "ssl.certificate.location");
        AddFile("CLIENT_KEY", "ssl.key.location");
        var isSecure = settings.Switch("TLS") ?? all.Count > 0;
        var mechanism = settings.Word("SASL", "use plain, scram-sha-256 or scram-sha-512 (there is no gssapi and no oauthbearer)", "plain", "scram-sha-256", "scram-sha-512");
        if (mechanism is not null)
        {
            all.Add(new(Mechanism, mechanism.ToUpperInvariant()));
            AddText("USER", "sasl.username");
            AddText("PASSWORD", "sasl.password");
        }
        else if (settings.Find("PASSWORD") is not null)
        {
            throw new ConfigException(Prefix + "PASSWORD", null, $"say what it is for: {Prefix}SASL=plain, scram-sha-256 or scram-sha-512");
        }
        all.Add(new("security.protocol", (isSecure, mechanism is not null) switch
        {
            (false, false) => "plaintext",
            (false, true) => "sasl_plaintext",
            (true, false) => "ssl",
            (true, true) => "sasl_ssl",
        }));
        return all;

        void AddFile(string suffix, string key)
        {
            if (settings.Find(suffix) is var (name, file))
            {
                all.Add(new(key, File.Exists(file) ? file : throw new ConfigException(name, file, "there is no such file")));
            }
        }

        void AddText(string suffix, string key) => all.Add(new(key, settings.Text(suffix)
            ?? throw new ConfigException(Prefix + suffix, "", $"{Prefix}SASL needs it")));
    }

    private static string? ReadFolder(Variables settings) => settings.Find("REFUSED") is not var (name, folder) ? null
        : Path.IsPathFullyQualified(folder) ? folder : throw new ConfigException(name, folder, "write a whole path, like /var/lib/hilo/refused");

    private static TimeSpan? ParseSession(string text) =>
        Durations.Parse(text) is { } time && time >= LeastSession && time <= LongestSession ? time : null;

    private static bool AreBrokers(string list) => list.Length > 0 && list.Split(',').All(broker =>
        Uri.TryCreate($"kafka://{broker}", UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.PathAndQuery is "/" or "");

    private static bool IsTopic(string name) => name is not ("" or "." or "..") && name.Length <= LongestTopic &&
        name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    private static int? ParseSize(string text) => Durations.ParseSize(text) is { } bytes and >= LeastMessage and <= LargestMessage ? (int)bytes : null;
}
