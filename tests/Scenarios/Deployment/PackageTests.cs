// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Security.Cryptography;
using Scenarios.Harness;

namespace Scenarios.Deployment;

/// <summary>
/// What `./build.sh deb` makes, installed where a systemd runs. Its processes have numbers of their own there, so nothing is traced:
/// that is tried with the same capabilities in <see cref="ImageTests"/>.
/// </summary>
public sealed class PackageTests : Scenario
{
    private const string Unit = "hilo.service";

    [Fact]
    public void Built_twice_installed_watched_reloaded_and_purged()
    {
        var package = Build(Repository.Output);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(package)), SHA256.HashData(File.ReadAllBytes(Build(Sandbox.Folder))));
        var systemd = new Systemd(Sandbox);
        File.Copy(package, $"{systemd.Root}/root/hilo.deb");
        systemd.Run("dpkg", "--install", "/root/hilo.deb");

        // Installed is started and enabled; Type=notify: it has said that it is ready.
        Assert.Equal("active", systemd.Run("systemctl", "is-active", Unit));
        Assert.Equal("enabled", systemd.Run("systemctl", "is-enabled", Unit));
        Assert.Contains("process(es) traced", systemd.Show(Unit, "StatusText"), StringComparison.Ordinal);
        var security = systemd.Run("systemd-analyze", "security", "--no-pager", "--threshold=30", Unit).Split('\n')[^1];
        var started = long.Parse(systemd.Show(Unit, "ActiveEnterTimestampMonotonic"), CultureInfo.InvariantCulture) -
            long.Parse(systemd.Show(Unit, "InactiveExitTimestampMonotonic"), CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"{security}; ready after {started / 1000} ms; {new FileInfo(package).Length} bytes");

        // The configuration is checked, changed and read again; its queue is where only root looks.
        File.WriteAllText($"{systemd.Root}/etc/default/hilo", "HILO_QUEUE=disk:/var/lib/hilo/queue\nOTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n");
        systemd.Run("hilo", "config", "check", "/etc/hilo/hilo.yaml");
        systemd.Run("systemctl", "restart", Unit);
        Assert.Equal("drwx------", systemd.Run("stat", "--format=%A", "/var/lib/hilo"));
        Assert.NotEmpty(systemd.Run("ls", "/var/lib/hilo/queue"));
        systemd.Run("systemctl", "reload", Unit);
        systemd.WaitFor(() => Journal(systemd).Contains("configuration read again", StringComparison.Ordinal), "reload");

        // Killed, or no longer alive in the eyes of the watchdog: there is another.
        systemd.Run("systemctl", "kill", "--signal=KILL", Unit);
        Restarted(systemd, "1");
        Directory.CreateDirectory($"{systemd.Root}/run/systemd/system/{Unit}.d");
        File.WriteAllText($"{systemd.Root}/run/systemd/system/{Unit}.d/hurry.conf", "[Service]\nWatchdogSec=1\nTimeoutAbortSec=1\n");
        systemd.Run("systemctl", "daemon-reload");
        systemd.Run("systemctl", "restart", Unit);
        systemd.Run("systemctl", "kill", "--signal=STOP", Unit);
        Restarted(systemd, "1");
        Assert.Contains("Watchdog timeout", Journal(systemd), StringComparison.Ordinal);

        systemd.Run("systemctl", "stop", Unit);
        Assert.Equal("success", systemd.Show(Unit, "Result"));
        systemd.Run("dpkg", "--remove", "hilo");
        Assert.True(Directory.Exists($"{systemd.Root}/var/lib/hilo/queue"));
        Assert.True(File.Exists($"{systemd.Root}/etc/hilo/hilo.yaml"));
        systemd.Run("dpkg", "--purge", "hilo");
        Assert.False(Directory.Exists($"{systemd.Root}/var/lib/hilo"));
        Assert.False(Directory.Exists($"{systemd.Root}/etc/hilo"));
    }

    private string Build(string folder)
    {
        Sandbox.StartOutside(new ProgramStart(Path.Combine(Repository.Root, "deploy", "package", "build.sh"), folder)).Finish();
        return Directory.GetFiles(folder, "hilo_*_amd64.deb").Single();
    }

    private static string Journal(Systemd systemd) => systemd.Run("journalctl", "--no-pager", "--unit", Unit);

    private static void Restarted(Systemd systemd, string times) => systemd.WaitFor(
        () => systemd.Show(Unit, "NRestarts") == times && systemd.Try("systemctl", "is-active", Unit) == "active", $"restart {times}");
}
