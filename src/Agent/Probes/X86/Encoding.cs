// SPDX-License-Identifier: Apache-2.0
namespace Agent.Probes.X86;

/// <summary>The parts of one instruction, not yet interpreted.</summary>
internal struct Encoding
{
    internal const int OneByte = 0;
    internal const int TwoByte = 1;

    /// <summary>0F 38.</summary>
    internal const int ThreeByte = 2;

    /// <summary>0F 3A.</summary>
    internal const int ThreeByteImmediate = 3;

    /// <summary>Other maps, which only AVX-512 has.</summary>
    internal const int Extended = 4;

    internal int Length;
    internal int Map;
    internal byte Opcode;
    internal bool HasOperandPrefix;
    internal bool HasOtherPrefix;
    internal int Rex;

    /// <summary>VEX or EVEX.</summary>
    internal bool IsVector;

    internal int Mode;
    internal int Reg;

    /// <summary>The register, or the base of the address; -1 when that is none.</summary>
    internal int Base;

    /// <summary>Of a branch.</summary>
    internal int Distance;

    internal readonly bool IsRegister => Mode == 3;

    internal readonly bool IsWide => (Rex & 8) != 0;
}
