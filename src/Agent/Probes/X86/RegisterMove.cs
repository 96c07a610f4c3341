// SPDX-License-Identifier: Apache-2.0
namespace Agent.Probes.X86;

/// <summary>Says that one register got its value from another.</summary>
internal readonly record struct RegisterMove(RegisterMove.How Kind, Registers To, Registers From)
{
    internal enum How : byte
    {
        None,
        Copy,

        /// <summary>The lower half, with its sign.</summary>
        SignExtended,

        /// <summary>The sum of it and something else: an address near to it.</summary>
        Address,
    }
}
