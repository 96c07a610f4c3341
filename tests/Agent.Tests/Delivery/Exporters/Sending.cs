// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Exporters;

namespace Agent.Tests.Delivery.Exporters;

/// <summary>Exporters alone: one attempt after another.</summary>
internal static class Sending
{
    public static ExportRequest Request(int spans = 3)
    {
        var request = new ExportRequest();
        for (var i = 0; i < spans; i++)
        {
            request.Add(Spans.Server("shop", (ulong)i + 1, 0, i, 5, "GET /orders/42 HTTP/1.1\r\nHost: shop\r\n\r\n"), 1);
        }

        return request;
    }

    /// <summary>What <c>hilo run</c> would make of these variables.</summary>
    public static ReceiverOptions Read(params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(pair => pair.Name, pair => pair.Value);
        return Assert.Single(Agent.Delivery.DeliveryOptions.FromEnvironment(environment.GetValueOrDefault).Receivers);
    }

    public static async Task<SendResult> SendAsync(ReceiverOptions options, int spans = 3)
    {
        using var exporter = options.CreateExporter();
        return await exporter.SendAsync(Request(spans), TestContext.Current.CancellationToken);
    }
}
