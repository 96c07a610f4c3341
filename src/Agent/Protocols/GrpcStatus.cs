// SPDX-License-Identifier: Apache-2.0
namespace Agent.Protocols;

/// <summary>Status codes of gRPC: https://github.com/grpc/grpc/blob/v1.75.0/doc/statuscodes.md.</summary>
internal static class GrpcStatus
{
    public const int Ok = 0;
    private const int Unknown = 2;
    private const int DeadlineExceeded = 4;
    private const int PermissionDenied = 7;
    private const int Unimplemented = 12;
    private const int Internal = 13;
    private const int Unavailable = 14;
    private const int DataLoss = 15;
    private const int Unauthenticated = 16;

    /// <summary>Empty when gRPC does not define the code.</summary>
    public static ReadOnlySpan<byte> NameOf(int code) => code switch
    {
        Ok => "OK"u8,
        1 => "CANCELLED"u8,
        Unknown => "UNKNOWN"u8,
        3 => "INVALID_ARGUMENT"u8,
        DeadlineExceeded => "DEADLINE_EXCEEDED"u8,
        5 => "NOT_FOUND"u8,
        6 => "ALREADY_EXISTS"u8,
        PermissionDenied => "PERMISSION_DENIED"u8,
        8 => "RESOURCE_EXHAUSTED"u8,
        9 => "FAILED_PRECONDITION"u8,
        10 => "ABORTED"u8,
        11 => "OUT_OF_RANGE"u8,
        Unimplemented => "UNIMPLEMENTED"u8,
        Internal => "INTERNAL"u8,
        Unavailable => "UNAVAILABLE"u8,
        DataLoss => "DATA_LOSS"u8,
        Unauthenticated => "UNAUTHENTICATED"u8,
        _ => default,
    };

    /// <summary>
    /// Whether it fails the span of a server: by the semantic conventions only what the server is to blame for. What gRPC
    /// does not define, its clients take for UNKNOWN.
    /// </summary>
    public static bool IsServerFailure(int code) =>
        code is Unknown or DeadlineExceeded or Unimplemented or Internal or Unavailable or DataLoss or > Unauthenticated;

    /// <summary>
    /// What every client of gRPC makes of a response without a status of its own, from a proxy as a rule:
    /// https://github.com/grpc/grpc/blob/v1.75.0/doc/http-grpc-status-mapping.md.
    /// </summary>
    public static int OfHttp(int status) => status switch
    {
        400 or 431 => Internal,
        401 => Unauthenticated,
        403 => PermissionDenied,
        404 => Unimplemented,
        429 or 502 or 503 or 504 => Unavailable,
        _ => Unknown,
    };
}
