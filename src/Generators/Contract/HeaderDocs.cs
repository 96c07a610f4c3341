// SPDX-License-Identifier: Apache-2.0
namespace Generators.Contract;

/// <summary>Finds the comment that speaks about a declaration, by lines.</summary>
internal sealed class HeaderDocs(IReadOnlyList<HeaderComment> comments)
{
    /// <summary>The comment behind the code on its last line, else the one above its first line.</summary>
    public string? For(int firstLine, int lastLine) =>
        comments.FirstOrDefault(comment => comment.AfterCode && comment.FirstLine == lastLine)?.Text ?? Before(firstLine);

    public string? Before(int line) =>
        comments.FirstOrDefault(comment => !comment.AfterCode && comment.LastLine == line - 1)?.Text;
}
