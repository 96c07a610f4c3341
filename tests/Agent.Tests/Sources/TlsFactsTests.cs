// SPDX-License-Identifier: Apache-2.0
using Agent.Probes;
using Agent.Sources;

namespace Agent.Tests.Sources;

/// <summary>Which functions of real TLS libraries are probed, and where.</summary>
public class TlsFactsTests
{
    [Fact]
    public void OpenSsl_is_probed_in_the_function_that_both_forms_call()
    {
        var sites = Sites(Library("libssl.so.3"));

        Assert.Equal([TlsHook.Read, TlsHook.ReadReturn, TlsHook.Write, TlsHook.WriteReturn], sites.Select(site => site.Hook));
        Assert.All(sites, site => Assert.True(site is { TellsApart: true, IsCheap: true }));
        Assert.Equal(sites[0].Offset, sites[1].Offset);
        Assert.Equal(sites[2].Offset, sites[3].Offset);
    }

    [Fact]
    public void GnuTls_is_probed_where_its_interface_is()
    {
        var sites = Sites(Library("libgnutls.so.30"));

        Assert.Equal(2, sites.Count(site => site.Hook == TlsHook.Read)); // recv and recv_seq
        Assert.Equal(2, sites.Count(site => site.Hook == TlsHook.ReadReturn));
        Assert.Single(sites, site => site.Hook == TlsHook.Write); // send calls send2
        Assert.Contains(sites, site => site is { Hook: TlsHook.Read, IsCheap: true });
        Assert.All(sites.Where(site => site.Hook is TlsHook.Write or TlsHook.WriteReturn), site => Assert.True(site.IsCheap));
    }

    [Fact]
    public void A_program_that_holds_OpenSsl_is_found_by_what_it_exports()
    {
        var sites = Sites("/usr/bin/node");

        Assert.Equal([false, true], sites.Where(site => site.Hook == TlsHook.Read).Select(site => site.TellsApart));
        Assert.All(sites, site => Assert.True(site.IsCheap));
    }

    [Theory]
    [InlineData("libgnutls-openssl.so.27")] // the interface of one, and another one below
    [InlineData("libssl3.so")] // of NSS
    [InlineData("libcrypto.so.3")]
    [InlineData("libc.so.6")]
    public void Others_are_none(string name) => Assert.Empty(Sites(Library(name)));

    [Fact]
    public void Nor_is_a_program_that_only_uses_one() => Assert.Empty(Sites("/usr/sbin/nginx"));

    private static TlsSite[] Sites(string path)
    {
        Assert.True(ElfFile.TryOpen(path, out var elf));
        using (elf)
        {
            return TlsFacts.Read(elf).Sites.ToArray();
        }
    }

    private static string Library(string name) => $"/usr/lib/x86_64-linux-gnu/{name}";
}
