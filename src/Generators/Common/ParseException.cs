// SPDX-License-Identifier: Apache-2.0
namespace Generators.Common;

/// <summary>Leaves the grammar rule that failed; parsers catch it where they know how to go on.</summary>
internal sealed class ParseException(Problem problem) : Exception(problem.Id)
{
    public Problem Problem => problem;
}
