using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Http;

/// <summary>The header that gives a command its id: <c>CALLER/NUMBER</c>, with or without the quotes that the header's draft asks for.</summary>
internal static class IdempotencyKey
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The id of a request; null for none.</summary>
    /// <returns>EINVAL naming Id.</returns>
    public static DmaResult<CommandId>? Of(string? key) => key is null ? null : CommandId.Parse(key is ['"', .. var text, '"'] ? text : key);
}
