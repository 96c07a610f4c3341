// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>What may stand at a key.</summary>
internal enum KeyType
{
    Text,

    /// <summary>One of <see cref="ConfigKey.Words"/>.</summary>
    Word,

    /// <summary>true or false; yes, no, on, off, 1 and 0 too.</summary>
    Switch,

    Number,

    /// <summary>5s, 100ms, 1h30m.</summary>
    Duration,

    /// <summary>512MiB, 2GiB, or bytes.</summary>
    Size,

    /// <summary>Words separated by commas, or a list of them.</summary>
    List,

    /// <summary>80,443,8000-8999, or a list of such.</summary>
    Ports,

    /// <summary>Names with values.</summary>
    Map,

    /// <summary>A list of maps; what may stand in them are the keys below <c>path[]</c>.</summary>
    Items,

    /// <summary>Whatever it is: nothing of it is read.</summary>
    Any,
}

/// <summary>What becomes of a key.</summary>
internal enum KeyFate
{
    Read,

    /// <summary>Hilo works in another way: there is nothing to set.</summary>
    Pointless,

    /// <summary>It asks for something that Hilo cannot do.</summary>
    Missing,
}
