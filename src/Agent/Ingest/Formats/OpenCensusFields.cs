// SPDX-License-Identifier: Apache-2.0
// Nothing of OpenCensus changes any more, so its numbers are here and not in a schema of their own.
namespace Agent.Ingest.Formats;

/// <summary>Numbers of fields in opencensus.proto.agent.trace.v1 and what that uses.</summary>
internal static class OpenCensusFields
{
    public const int RequestNode = 1;
    public const int RequestSpans = 2;
    public const int RequestResource = 3;

    public const int NodeIdentifier = 1;
    public const int NodeLibrary = 2;
    public const int NodeService = 3;
    public const int NodeAttributes = 4;
    public const int IdentifierHostName = 1;
    public const int IdentifierPid = 2;
    public const int IdentifierStart = 3;
    public const int LibraryLanguage = 1;
    public const int LibraryExporterVersion = 2;
    public const int LibraryCoreVersion = 3;
    public const int ServiceName = 1;
    public const int ResourceType = 1;
    public const int ResourceLabels = 2;

    public const int SpanTraceId = 1;
    public const int SpanId = 2;
    public const int SpanParentId = 3;
    public const int SpanName = 4;
    public const int SpanStart = 5;
    public const int SpanEnd = 6;
    public const int SpanAttributes = 7;
    public const int SpanTimeEvents = 9;
    public const int SpanLinks = 10;
    public const int SpanStatus = 11;
    public const int SpanSameProcess = 12;
    public const int SpanKind = 14;
    public const int SpanTracestate = 15;
    public const int SpanResource = 16;

    public const int TextValue = 1;
    public const int MapKey = 1;
    public const int MapValue = 2;
    public const int TimestampSeconds = 1;
    public const int TimestampNanos = 2;
    public const int AttributesMap = 1;
    public const int AttributesDropped = 2;
    public const int ValueText = 1;
    public const int ValueInteger = 2;
    public const int ValueTruth = 3;
    public const int ValueFraction = 4;
    public const int EventsEvent = 1;
    public const int EventsDroppedAnnotations = 2;
    public const int EventsDroppedMessages = 3;
    public const int EventTime = 1;
    public const int EventAnnotation = 2;
    public const int EventMessage = 3;
    public const int AnnotationDescription = 1;
    public const int AnnotationAttributes = 2;
    public const int MessageType = 1;
    public const int MessageId = 2;
    public const int MessageSize = 3;
    public const int MessageCompressedSize = 4;
    public const int LinksLink = 1;
    public const int LinksDropped = 2;
    public const int LinkTraceId = 1;
    public const int LinkSpanId = 2;
    public const int LinkType = 3;
    public const int LinkAttributes = 4;
    public const int LinkTracestate = 5;
    public const int StatusCode = 1;
    public const int StatusMessage = 2;
    public const int TracestateEntries = 1;
    public const int WrapperValue = 1;
}
