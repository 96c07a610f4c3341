// SPDX-License-Identifier: Apache-2.0
using System.Net;

namespace Agent.Kubernetes;

/// <summary>The API server said no.</summary>
internal sealed class ApiException(HttpStatusCode status, string message) : Exception(message)
{
    internal HttpStatusCode Status { get; } = status;

    /// <summary>What was asked to go on from is not kept any more: everything must be asked for again.</summary>
    internal bool IsGone => Status == HttpStatusCode.Gone;
}
