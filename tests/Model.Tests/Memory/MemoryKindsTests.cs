using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Tests.Memory;

public sealed class MemoryKindsTests
{
    [Theory]
    [InlineData(MemoryKind.System, true, true, true, false, true)]
    [InlineData(MemoryKind.Contiguous, true, true, true, false, true)]
    [InlineData(MemoryKind.Carveout, false, true, true, true, false)]
    [InlineData(MemoryKind.Vram, false, true, true, true, false)]
    [InlineData(MemoryKind.Stolen, false, false, false, true, false)]
    [InlineData(MemoryKind.Protected, true, false, false, true, false)]
    public void Kind_says_what_can_be_done_with_its_memory(
        MemoryKind kind, bool hasStructPages, bool hasPfns, bool isCpuAccessible, bool isNamedOnly, bool mayBounce) => Assert.Equal(
            (hasStructPages, hasPfns, isCpuAccessible, isNamedOnly, mayBounce),
            (kind.HasStructPages(), kind.HasPfns(), kind.IsCpuAccessible(), kind.IsNamedOnly(), kind.IsBounceable()));

    [Fact]
    public void Bounce_pool_is_nobodys_unless_named() => Assert.True(MemoryKind.Bounce.IsNamedOnly());
}
