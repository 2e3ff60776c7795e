namespace DmaGrains.Model;

/// <summary>Why a command was refused: names and numbers as in Linux, positive.</summary>
/// <remarks>Holds only codes that a test produces; <c>docs/errors.md</c> lists them per operation in the order checked.</remarks>
public enum Errno
{
    /// <summary>The memory is opaque and the importer is not trusted (thread #56).</summary>
    EPERM = 1,

    /// <summary>The buffer, board or name does not exist (model's own use).</summary>
    ENOENT = 2,

    /// <summary>The storage lies above what the device reaches (kernel/dma/direct.c).</summary>
    EIO = 5,

    /// <summary>The buffer was released; nothing can attach through it any more (drivers/dma-buf/dma-buf.c, fd lookup).</summary>
    EBADF = 9,

    /// <summary>A migration waits for others to unmap; try again (thread #5).</summary>
    EAGAIN = 11,

    /// <summary>Not enough memory, or no range contiguous enough.</summary>
    ENOMEM = 12,

    /// <summary>Mapped, or storage exists that a stricter importer cannot use (thread #6).</summary>
    EBUSY = 16,

    /// <summary>The name is in use for something else (model's own use).</summary>
    EEXIST = 17,

    /// <summary>No such device on the board.</summary>
    ENODEV = 19,

    /// <summary>Malformed request, or constraints that no list can satisfy (thread #0, #4, #5).</summary>
    EINVAL = 22,

    /// <summary>A named limit of the model is reached (model's own use), or an IOMMU's address space is full (thread #25).</summary>
    ENOSPC = 28,

    /// <summary>
    /// The memory belongs to a device and the importer does not support peer-to-peer (drivers/gpu/drm/xe/xe_dma_buf.c), or a device or
    /// policy does not support the request.
    /// </summary>
    EOPNOTSUPP = 95,

    /// <summary>A command with this id may have been carried out and forgotten (model's own use).</summary>
    ESTALE = 116,

    /// <summary>The memory belongs to a device to which there is no route (kernel/dma/mapping.c).</summary>
    EREMOTEIO = 121,
}
