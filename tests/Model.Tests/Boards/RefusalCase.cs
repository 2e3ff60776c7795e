namespace DmaGrains.Model.Tests.Boards;

/// <summary>A request that is refused, and what the refusal says.</summary>
/// <param name="Name">The operation, and what is wrong.</param>
/// <param name="Errno">The expected code.</param>
/// <param name="Importer">The expected importer, or null.</param>
/// <param name="Field">The expected field.</param>
/// <param name="Play">Makes the request.</param>
internal sealed record RefusalCase(string Name, Errno Errno, string? Importer, string? Field, Func<Refusal?> Play);
