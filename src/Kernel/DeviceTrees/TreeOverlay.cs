namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>An overlay of a device tree (<c>.dtbo</c>).</summary>
/// <param name="File">Its name in messages.</param>
/// <param name="Bytes">It; bytes after it are ignored.</param>
public sealed record TreeOverlay(string File, ReadOnlyMemory<byte> Bytes);
