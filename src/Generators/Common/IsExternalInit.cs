// SPDX-License-Identifier: Apache-2.0
// Records need this type; netstandard2.0, where compilers load generators, does not have it.
namespace System.Runtime.CompilerServices;

/// <summary>Marks a setter as usable in initialisers only.</summary>
internal static class IsExternalInit;
