// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Delivery.Exporters;

/// <summary>A directory that ends with the test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hilo-test-").FullName;

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
