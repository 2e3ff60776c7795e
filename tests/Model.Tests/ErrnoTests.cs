namespace DmaGrains.Model.Tests;

public sealed class ErrnoTests
{
    /// <summary>The numbers of include/uapi/asm-generic/errno-base.h and errno.h.</summary>
    [Theory]
    [InlineData(Errno.EPERM, 1)]
    [InlineData(Errno.ENOENT, 2)]
    [InlineData(Errno.EIO, 5)]
    [InlineData(Errno.EBADF, 9)]
    [InlineData(Errno.EAGAIN, 11)]
    [InlineData(Errno.ENOMEM, 12)]
    [InlineData(Errno.EBUSY, 16)]
    [InlineData(Errno.EEXIST, 17)]
    [InlineData(Errno.ENODEV, 19)]
    [InlineData(Errno.EINVAL, 22)]
    [InlineData(Errno.ENOSPC, 28)]
    [InlineData(Errno.EOPNOTSUPP, 95)]
    [InlineData(Errno.EREMOTEIO, 121)]
    public void Errno_has_the_kernels_number(Errno errno, int number) => Assert.Equal(number, (int)errno);
}
